"""Read models: what people look at, folded from history."""

from typing import Any

from projections.audit_trail.board import AUDIT_TRAIL
from projections.communication_before_reply.board import COMMUNICATION_BEFORE_REPLY
from projections.readmodel import ReadModel
from projections.supervision_board.board import SUPERVISION_BOARD

READ_MODELS: tuple[ReadModel[Any], ...] = (SUPERVISION_BOARD, AUDIT_TRAIL, COMMUNICATION_BEFORE_REPLY)
"""The list, in one place."""
