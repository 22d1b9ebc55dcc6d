"""What the supervision board says of a case, beside what the laws say of every board."""

from domain import commands as c
from domain.codes import Recipient, Stage
from domain.proposal import Duty
from domain.values import day_of
from projections import engine
from projections.supervision_board.board import SUPERVISION_BOARD, SupervisionRow
from tests.domain import test_admission as admission
from tests.domain.given import ALONE, LEAD, SECOND, World, assign, left, registered
from tests.projections.test_laws import reference


def line(world: World) -> SupervisionRow:
    rows = engine.fold(SUPERVISION_BOARD, {}, world.history, reference(world))
    return next(row for row in rows.values() if row.stream == world.proposal)


def test_a_case_handed_to_somebody_else_says_to_whom_and_when() -> None:
    world = registered()
    world.do(c.TransferCase(occasion="个案交办", recipient=Recipient.COURT))
    row = line(world)
    assert (row.stage, row.recipient, row.transferred_on) == (Stage.REGISTERED, Recipient.COURT, day_of(world.now))
    assert row.duties == ()


def test_a_case_that_nobody_answers_waits_to_be_assigned() -> None:
    world = left(ALONE)
    assert line(world).duties == (Duty.ASSIGNMENT,)
    world.do(assign(ALONE))
    assert line(world).duties == ()


def test_who_has_not_been_told_that_a_proposal_is_no_case_is_named() -> None:
    world = admission.turned_down()
    assert (line(world).untold, line(world).duties) == ((LEAD, SECOND), (Duty.REFUSAL_NOTICE,))
    world.do(admission.tell(LEAD))
    world.do(admission.pass_on())
    assert line(world).untold == (SECOND,)
    world.do(admission.tell())
    assert (line(world).untold, line(world).duties) == ((), ())
