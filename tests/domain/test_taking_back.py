"""Steps that were a mistake, taken back while nothing has come of them."""

import pytest

from domain import commands as c
from domain.events import (
    CaseArchived,
    CaseTransferredElsewhere,
    CaseTransferredToGovernment,
    ClockPaused,
    ExtensionGranted,
    ExtensionRequested,
    ProposalAbsorbed,
    ProposalConverted,
    ProposalNotRegistered,
    ProposalRegistered,
    ProposalReturnedForRevision,
    ProposalsMerged,
    ProposalWithdrawn,
    StepTakenBack,
)
from domain.proposal import Duty, taken_back, undated
from domain.rules import (
    KNOWN_OFFICIAL,
    REGISTERED_BEFORE_TRANSFER,
    RULEBOOK_ADOPTED,
    TAKEN_BACK_BY_LEADER,
    TAKES_BACK_STEP,
    TRANSFERRED_BEFORE_ASSIGNMENT,
)
from domain.streams import proposal_stream
from tests.domain import test_admission as admission
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain.given import (
    EDU,
    LED,
    MAYOR,
    SECOND,
    Attempt,
    Given,
    World,
    assign,
    assigned,
    attempt,
    close,
    closed,
    contact,
    decide_objection,
    dissatisfied,
    draft,
    drafted,
    form,
    hand_back,
    head_of,
    issue,
    rate,
    refuses,
    registered,
    review,
    ruled,
    sign,
    submitted,
)
from tests.domain.test_correction import given_up, last, reopen, retract, take_back, version_of_contact


def withdrawn() -> World:
    world = assigned()
    world.do(admission.withdraw())
    return world


def test_history_tells_of_each_event_that_was_taken_back_which_event_did_it() -> None:
    world = withdrawn()
    step = world.case.version
    world.do(take_back(step))
    world.do(contact(world.now))
    world.do(retract(version_of_contact(world)))
    assert taken_back(world.story) == {step: step + 1, step + 2: step + 3}


def put_away() -> World:
    world = closed()
    world.do(archive.archive())
    return world


def test_a_withdrawal_by_mistake_is_taken_back() -> None:
    world = withdrawn()
    version = last(world, ProposalWithdrawn)
    [fact] = world.do(take_back(version))
    assert fact.event == StepTakenBack(version=version, type="ProposalWithdrawn", reason="误办", approver=MAYOR)
    assert (world.case.ended, world.case.withdrawn) == (None, None)
    assert world.case.communication.round_of(EDU, 1).left == 0
    assert world.do(take_back(version)) == []
    assert world.do(contact(world.now))


def test_a_refusal_by_mistake_is_taken_back_and_a_new_one_is_told_anew() -> None:
    world = admission.turned_down()
    world.do(admission.tell())
    world.do(take_back(last(world, ProposalNotRegistered)))
    world.do(admission.turn_down())
    assert world.do(admission.tell())


def test_what_was_passed_on_by_mistake_can_be_registered() -> None:
    world = submitted()
    world.do(admission.pass_on())
    world.do(take_back(last(world, ProposalConverted)))
    assert world.do(c.RegisterProposal())


def test_a_file_put_away_by_mistake_is_taken_out_again() -> None:
    world = put_away()
    world.do(take_back(last(world, CaseArchived)))
    assert world.do(reopen())


def test_a_case_handed_to_the_wrong_body_is_handed_over_anew() -> None:
    world = registered()
    world.do(c.TransferCase(occasion="交办会", recipient="COURT"))
    world.do(take_back(last(world, CaseTransferredElsewhere)))
    [fact] = world.do(c.TransferCase(occasion="交办会"))
    assert isinstance(fact.event, CaseTransferredToGovernment)


def test_a_clock_stopped_by_mistake_runs_as_if_it_had_never_stood() -> None:
    world = clock.limited()
    before = world.case.tasks[EDU].round
    world.do(clock.pause())
    world.do(take_back(last(world, ClockPaused)))
    assert world.case.tasks[EDU].round == before


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_a_pause_is_not_taken_back_under_the_reply_that_it_kept_in_time() -> Attempt:
    world = clock.limited()
    world.do(clock.pause())
    for command in (contact(world.now), draft(), review(), sign(), issue()):
        world.do(command)
    return attempt(world, take_back(last(world, ClockPaused)))


def test_more_time_granted_by_mistake_is_taken_back_and_so_is_the_request() -> None:
    world = clock.limited()
    before = world.case.tasks[EDU].round
    world.do(clock.ask())
    world.do(clock.answer())
    world.do(take_back(last(world, ExtensionGranted)))
    assert world.case.tasks[EDU].round.deadline == before.deadline
    world.do(take_back(last(world, ExtensionRequested)))
    assert world.case.tasks[EDU].round == before


def test_a_case_registered_by_mistake_takes_the_next_number_when_it_is_registered_again() -> None:
    world = registered()
    assert world.case.case_no == 1
    world.do(take_back(last(world, ProposalRegistered)))
    assert (world.case.case_no, world.case.registered_at) == (None, None)
    assert world.refused(c.TransferCase(occasion="交办会")).rule is REGISTERED_BEFORE_TRANSFER
    world.do(c.RegisterProposal())
    assert world.case.case_no == 2


def test_a_case_registered_again_is_judged_by_the_rules_in_force_then() -> None:
    world = registered()
    first, second = world.case.rulebook, ruled(version=2)
    world.do(c.AdoptRulebook(rulebook=second))
    world.do(admission.change_rules())
    world.do(c.AdoptRulebook(rulebook=ruled(version=3)))
    world.do(take_back(last(world, ProposalRegistered)))
    assert world.case.rulebook is None
    assert world.refused(admission.change_rules()).rule is RULEBOOK_ADOPTED, "it is no case"
    world.do(c.RegisterProposal())
    assert world.case.rulebook not in (first, second.ref())
    assert world.case.rulebook.version == 3


def test_a_case_registered_by_mistake_can_be_refused() -> None:
    world = registered()
    world.do(take_back(last(world, ProposalRegistered)))
    assert world.do(admission.turn_down())


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
@pytest.mark.parametrize(
    "then",
    [
        c.TransferCase(occasion="交办会"),
        c.TransferCase(occasion="交办会", recipient="COURT"),
        c.SelectKeyProposal(basis="主席会议"),
    ],
)
def test_a_registration_is_not_taken_back_under_what_came_of_it(then: c.Command) -> Attempt:
    world = registered()
    world.do(then)
    return attempt(world, take_back(last(world, ProposalRegistered)))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_a_registration_is_not_taken_back_where_the_case_stands_for_others() -> Attempt:
    world = registered(submitted())
    world.do(admission.merge(world))
    return attempt(world, take_back(last(world, ProposalRegistered)))


def test_a_registration_is_taken_back_once_the_case_is_no_key_proposal() -> None:
    world = registered()
    world.do(c.SelectKeyProposal(basis="主席会议"))
    world.do(c.ReleaseKeyProposal(reason="并入专题协商"))
    assert world.do(take_back(last(world, ProposalRegistered)))


def test_a_proposal_sent_back_by_mistake_need_not_change() -> None:
    world = admission.revising()
    world.do(take_back(last(world, ProposalReturnedForRevision)))
    assert world.do(c.RegisterProposal())


def merged() -> World:
    world = admission.two_submitted()
    world.do(admission.merge(world))
    return world


def test_proposals_merged_by_mistake_stand_each_for_itself_again() -> None:
    world = merged()
    before = world.without(ProposalsMerged, ProposalAbsorbed).case
    absorbed = world.last(ProposalAbsorbed).stream
    one, other = world.do(take_back(last(world, ProposalsMerged)))
    assert (one.stream, other.stream, other.event.type) == (world.proposal, absorbed, "ProposalAbsorbed")
    assert (world.case.co_signers, world.case.absorbed) == (before.co_signers, frozenset())
    assert world.case.communication.co_signers == before.co_signers
    assert world.state(proposal_stream(absorbed)).ended is None
    world.do(admission.merge(world))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_a_merger_is_taken_back_where_the_case_is_that_stands_for_the_others() -> Attempt:
    world = merged()
    world.proposal = world.last(ProposalAbsorbed).stream
    return attempt(world, take_back(last(world, ProposalAbsorbed)))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_a_merger_is_not_taken_back_over_a_file_that_was_put_away() -> Attempt:
    world = merged()
    survivor, world.proposal = world.proposal, world.last(ProposalAbsorbed).stream
    world.do(archive.archive())
    world.proposal = survivor
    return attempt(world, take_back(last(world, ProposalsMerged)))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
@pytest.mark.parametrize("version", [1, 999])
def test_what_another_step_mends_is_not_taken_back(version: int) -> Attempt:
    return attempt(assigned(), take_back(version))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_a_handover_is_not_taken_back_under_a_unit() -> Attempt:
    world = assigned()
    return attempt(world, take_back(last(world, CaseTransferredToGovernment)))


def objected() -> World:
    world = assigned()
    for command in (hand_back(), decide_objection(upheld=True)):
        world.do(command)
    return world


@pytest.mark.parametrize("given", [lambda: given_up(drafted(), EDU), objected])
def test_a_case_of_the_wrong_body_goes_on_to_the_right_one_once_no_unit_has_it(given: Given) -> None:
    world = given()
    assert {duty.duty for duty in undated(world.case)} == {Duty.ASSIGNMENT}
    world.do(take_back(last(world, CaseTransferredToGovernment)))
    assert (world.case.transferred, list(undated(world.case))) == (None, [])
    assert world.refused(assign()).rule is TRANSFERRED_BEFORE_ASSIGNMENT
    world.do(c.TransferCase(occasion="改交", recipient="COURT"))
    world.do(assign())
    assert [task.unit for task in world.case.answering] == [EDU]


def test_proposals_merged_by_mistake_part_again_once_no_unit_has_them() -> None:
    world = admission.two_submitted()
    for command in (c.RegisterProposal(), admission.merge(world), c.TransferCase(occasion="交办会"), assign(LED)):
        world.do(command)
    version = last(world, ProposalsMerged)
    assert world.refused(take_back(version)).rule is TAKES_BACK_STEP
    given_up(world, *(unit for unit, _ in LED))
    assert len(world.do(take_back(version))) == 2
    assert world.case.absorbed == frozenset()


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_a_handover_is_not_taken_back_under_a_unit_that_came_back() -> Attempt:
    world = given_up(assigned(), EDU)
    world.do(assign())
    return attempt(world, take_back(last(world, CaseTransferredToGovernment)))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_a_handover_is_not_taken_back_under_a_reply_that_is_out() -> Attempt:
    world = given_up(dissatisfied(), EDU)
    return attempt(world, take_back(last(world, CaseTransferredToGovernment)))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_nothing_is_taken_back_in_a_file_that_was_put_away() -> Attempt:
    world = withdrawn()
    world.do(archive.archive())
    return attempt(world, take_back(last(world, ProposalWithdrawn)))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_no_step_is_taken_back_under_a_closed_case() -> Attempt:
    world = clock.limited()
    answered = [contact(world.now), draft(), review(), sign(), issue(), form(), rate(), rate(member=SECOND), close()]
    for command in (clock.pause(), *answered):
        world.do(command)
    return attempt(world, take_back(last(world, ClockPaused)))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_no_step_is_taken_back_under_a_case_that_has_ended() -> Attempt:
    world = clock.limited()
    for command in (clock.pause(), admission.withdraw()):
        world.do(command)
    return attempt(world, take_back(last(world, ClockPaused)))


@refuses(c.TakeBackStep, KNOWN_OFFICIAL, "approver")
def test_who_takes_a_step_back_is_listed() -> Attempt:
    world = withdrawn()
    return attempt(world, take_back(last(world, ProposalWithdrawn), "nobody"))


@refuses(c.TakeBackStep, TAKEN_BACK_BY_LEADER, "approver")
def test_a_leader_of_the_city_or_the_cppcc_takes_a_step_back() -> Attempt:
    world = withdrawn()
    return attempt(world, take_back(last(world, ProposalWithdrawn), head_of(EDU)))
