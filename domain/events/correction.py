"""更正: a recorded mistake is never rewritten; a later event names it and says what is right.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import Level, Timing
from domain.events.base import Event
from domain.events.registration import CollectiveBody


class ReportRetracted(Event):
    """撤回登记: the report at `version` of this case, of the named type, was a mistake and counts no longer. `unit` and
    `number` are that report's own."""

    version: int
    type: str
    reason: str
    unit: str | None = None
    number: int | None = None


class StepTakenBack(Event):
    """撤销误办: the step at `version` was a mistake, and nothing had come of it yet; the case stands as if it had not
    been taken. Without `approver` it went with the report it rested on. `unit` is that step's own."""

    version: int
    type: str
    reason: str
    approver: str | None = None
    unit: str | None = None


class ClericalErrorCorrected(Event):
    """更正文字: in the event at `version`, the named text should read `correct`."""

    version: int
    type: str
    field: str
    correct: str
    reason: str


class HandlingReopened(Event):
    """恢复办理: the case was closed by mistake, or too early."""

    reason: str
    approver: str


class SubmissionCorrected(Event):
    """更正提案登记信息: what was told wrong when the proposal was handed in, as it should have been told; what is None
    was told right. It was in no body's name, or nobody passed it down, where that says so."""

    lead_proposer: str | None = None
    co_signers: tuple[str, ...] | None = None
    timing: Timing | None = None
    collective: CollectiveBody | None = None
    not_collective: bool | None = None
    passed_down: Level | None = None
    not_passed_down: bool | None = None
    reason: str
    approver: str


CorrectionEvent: TypeAlias = (
    ReportRetracted | StepTakenBack | ClericalErrorCorrected | SubmissionCorrected | HandlingReopened
)
