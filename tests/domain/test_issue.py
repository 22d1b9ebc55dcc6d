"""签发、答复、送达.

A test under `@refuses(command, rule, field)` only answers with an attempt: given and when. The decorator asserts that
it is refused by that rule and leaves no event. What the helpers fill in stands in tests/domain/given.py.
"""

from datetime import date, timedelta

import pytest

from domain import commands as c
from domain.codes import DeliveryChannel, Gate, Rank
from domain.events import (
    LetterNumber,
    LetterNumberTaken,
    ReplyDelivered,
    ReplyIssued,
    ReplySigned,
)
from domain.policy.rulebook import SignerRanks
from domain.rules import (
    CO_OPINION_BEFORE_ISSUE,
    CONTACT_BEFORE_REPLY,
    COUNTERSIGNED_BEFORE_ISSUE,
    DECIDER_LEADS_CITY,
    DELIVERED_AFTER_ISSUE,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    DRAFTER_NEVER_APPROVES,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PASSED_DOWN_BY_OFFICE,
    RETURNED_DRAFT_CHANGES,
    REVIEW_BEFORE_SIGNING,
    SIGNED_BEFORE_ISSUE,
    SIGNER_OF_UNIT,
    SIGNER_RANK,
)
from domain.streams import letter_register
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    LEDGER,
    MAYOR,
    OFFICE,
    SECOND,
    SPLIT,
    STRANGER,
    Attempt,
    Given,
    World,
    acknowledged,
    assign,
    attempt,
    contact,
    contacted,
    countersign,
    dissatisfied,
    draft,
    drafted,
    head_of,
    issue,
    issued,
    leader_of,
    left,
    moment,
    officer_of,
    opened,
    opinion,
    refuses,
    review,
    reviewed,
    ruled,
    send_back,
    sign,
    signed,
    submit,
    transferred,
)
from tests.domain.test_reply import DRAFTER, WITHHELD


def lead_signed(*agreed: c.Command, **gates: Gate) -> World:
    """The lead's reply is signed; of its assisting units only what is given has been settled."""
    world = drafted(opened(ruled(gates=gates)), LED)
    for command in (*agreed, review(), sign()):
        world.do(command)
    return world


# signing


@pytest.mark.parametrize("signer", [leader_of(EDU), MAYOR], ids=["leader of the unit", "leader of the city"])
def test_a_leader_signs_the_reviewed_draft(signer: str) -> None:
    [fact] = reviewed().do(sign(signer=signer))
    assert fact.event == ReplySigned(unit=EDU, round=1, draft=1, signer=signer)
    assert fact.flags == ()


def test_a_reply_is_signed_once() -> None:
    assert signed().do(sign()) == []


@refuses(c.SignReply, DRAFT_NOT_SIGNED, "draft")
def test_an_issued_reply_is_not_signed_again() -> Attempt:
    return attempt(issued(), sign())


@refuses(c.SignReply, RETURNED_DRAFT_CHANGES, "draft")
def test_a_returned_draft_is_not_signed() -> Attempt:
    world = drafted()
    world.do(send_back())
    return attempt(world, sign())


@refuses(c.SignReply, KNOWN_OFFICIAL, "signer")
def test_the_signer_is_a_listed_official() -> Attempt:
    return attempt(reviewed(), sign(signer="nobody"))


@refuses(c.SignReply, SIGNER_OF_UNIT, "signer")
def test_the_leader_of_another_unit_does_not_sign() -> Attempt:
    return attempt(reviewed(), sign(signer=leader_of(HEALTH)))


@refuses(c.SignReply, SIGNER_RANK, "signer")
def test_an_officer_is_too_low_to_sign() -> Attempt:
    world = reviewed()
    world.do(c.AppointOfficial(official="he-zhe", name="何喆", title="股长", rank=Rank.SECTION_HEAD, unit=EDU))
    return attempt(world, sign(signer="he-zhe"))


@refuses(c.SignReply, SIGNER_RANK, "signer")
def test_a_rulebook_may_ask_for_the_head_of_the_unit() -> Attempt:
    return attempt(reviewed(opened(ruled(signer_rank=Rank.UNIT_HEAD))), sign())


@refuses(c.SignReply, DRAFTER_NEVER_APPROVES, "signer")
@pytest.mark.parametrize(
    ("drafter", "by"),
    [(f"official:{leader_of(EDU)}", OFFICE), (DRAFTER, DRAFTER)],
    ids=["signs what they drafted", "enters the signature under what they drafted"],
)
def test_the_drafter_never_signs(drafter: str, by: str) -> Attempt:
    world = contacted()
    world.do(draft(), by=drafter)
    world.do(review())
    return attempt(world, sign(), by=by)


@refuses(c.SignReply, DRAFTER_NEVER_APPROVES, "signer")
def test_the_drafter_does_not_enter_the_signature_in_another_name() -> Attempt:
    return attempt(reviewed(), sign(on_behalf_of=f"official:{leader_of(EDU)}"), by=DRAFTER)


@refuses(c.SignReply, REVIEW_BEFORE_SIGNING, "draft")
def test_a_draft_is_reviewed_before_it_is_signed() -> Attempt:
    return attempt(drafted(), sign())


def test_gates_that_flag_keep_every_breach_with_the_signature() -> None:
    gates = {"signer_rank": Gate.FLAG, "review_before_signing": Gate.FLAG}
    world = acknowledged(opened(ruled(contact={"gate": Gate.FLAG}, gates=gates)))
    world.do(draft(), by=OFFICE)
    [fact] = world.do(sign(signer=officer_of(EDU)))
    assert set(fact.flags) == {CONTACT_BEFORE_REPLY.id, SIGNER_RANK.id, REVIEW_BEFORE_SIGNING.id}


def test_one_gate_that_refuses_is_enough() -> None:
    gates = {"signer_rank": Gate.FLAG, "review_before_signing": Gate.REFUSE}
    world = acknowledged(opened(ruled(contact={"gate": Gate.FLAG}, gates=gates)))
    world.do(draft(), by=OFFICE)
    assert world.refused(sign(signer=officer_of(EDU))).rule is REVIEW_BEFORE_SIGNING


@refuses(c.SignReply, DRAFT_EXISTS, "draft")
def test_a_draft_is_written_before_it_is_signed() -> Attempt:
    return attempt(contacted(), sign())


@refuses(c.SignReply, DRAFT_IS_CURRENT, "draft")
def test_only_the_latest_draft_is_signed() -> Attempt:
    world = reviewed()
    world.do(draft(text="修改后的答复"))
    return attempt(world, sign())


@refuses(c.SignReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [transferred, left], ids=["unassigned", "left"])
def test_no_reply_is_signed_for_a_unit_that_is_not_on_the_case(given: Given) -> Attempt:
    return attempt(given(), sign())


# issue


@refuses(c.IssueReply, OCCURRED_IN_ORDER, "occurred_at")
def test_nothing_is_issued_before_it_is_countersigned() -> Attempt:
    world = lead_signed(opinion(HEALTH), opinion(CITY), countersign(HEALTH))
    signed_at = world.now
    world.do(countersign(CITY), at=world.now + timedelta(hours=1))
    return attempt(world, issue(occurred_at=signed_at))


@refuses(c.IssueReply, DRAFT_NOT_SIGNED, "copied_to")
def test_a_reply_that_went_out_gets_no_further_copies() -> Attempt:
    return attempt(issued(), issue(copied_to=("市委督查室",)))


def test_the_reply_goes_to_all_proposers_under_the_next_letter_number() -> None:
    world = signed()
    fact, number = world.do(issue(copied_to=("市政协提案委",)))
    letter = LetterNumber(unit=EDU, year=2024, number=1)
    assert fact.event == ReplyIssued(
        unit=EDU, round=1, draft=1, letter=letter, recipients=(LEAD, SECOND), copied_to=("市政协提案委",)
    )
    assert number.event == LetterNumberTaken(unit=EDU, year=2024, number=1, proposal=world.proposal)
    assert (number.stream, number.version) == (letter_register(LEDGER, EDU, 2024).id, 1)


def test_letter_numbers_follow_each_other_within_unit_and_year() -> None:
    world = issued(issued(), SPLIT)
    late = signed(world)
    late.do(issue(), at="2025-01-02 09:00")
    taken = [
        (fact.event.letter.unit, fact.event.letter.year, fact.event.letter.number) for fact in late.all(ReplyIssued)
    ]
    assert taken == [(EDU, 2024, 1), (EDU, 2024, 2), (HEALTH, 2024, 1), (EDU, 2025, 1)]


def test_the_year_of_a_letter_is_that_of_its_shanghai_day() -> None:
    world = signed()
    fact, _ = world.do(issue(), at="2025-01-01 00:30")
    assert fact.event.letter.year == 2025


def test_a_reply_is_issued_once() -> None:
    assert issued().do(issue()) == []


@refuses(c.IssueReply, SIGNED_BEFORE_ISSUE, "draft")
@pytest.mark.parametrize("given", [drafted, reviewed])
def test_a_reply_is_signed_before_it_is_issued(given: Given) -> Attempt:
    return attempt(given(), issue())


@refuses(c.IssueReply, CO_OPINION_BEFORE_ISSUE)
def test_the_lead_cannot_issue_while_an_opinion_is_missing() -> Attempt:
    return attempt(lead_signed(opinion(HEALTH), countersign(HEALTH), countersign(CITY)), issue())


@refuses(c.IssueReply, COUNTERSIGNED_BEFORE_ISSUE)
def test_the_lead_cannot_issue_while_a_countersignature_is_missing() -> Attempt:
    return attempt(lead_signed(opinion(HEALTH), opinion(CITY), countersign(HEALTH)), issue())


@refuses(c.IssueReply, COUNTERSIGNED_BEFORE_ISSUE)
def test_the_lead_cannot_issue_over_a_withheld_countersignature_even_where_gates_are_off() -> Attempt:
    off = {"co_opinion_before_issue": Gate.OFF, "countersigned_before_issue": Gate.OFF}
    return attempt(lead_signed(countersign(**WITHHELD), **off), issue())


def test_an_assisting_unit_that_left_holds_up_nothing() -> None:
    world = contacted(modes=LED)
    left_early = c.ReturnAssignment(unit=CITY, reason="无关", suggested_unit=EDU, signed_by=leader_of(CITY))
    agreed = (draft(), opinion(HEALTH), countersign(HEALTH), review(), sign())
    for command in (left_early, c.DecideObjection(unit=CITY, upheld=True, reason="同意"), *agreed):
        world.do(command)
    assert len(world.do(issue())) == 2


@pytest.mark.parametrize(("gate", "flags"), [(Gate.FLAG, 2), (Gate.OFF, 0)])
def test_what_the_lead_owes_is_flagged_where_the_gates_flag(gate: Gate, flags: int) -> None:
    gates = {"co_opinion_before_issue": gate, "countersigned_before_issue": gate}
    fact, _ = lead_signed(opinion(HEALTH), countersign(HEALTH), **gates).do(issue())
    assert len(fact.flags) == flags


@refuses(c.IssueReply, DRAFT_EXISTS, "draft")
def test_a_draft_is_written_before_it_is_issued() -> Attempt:
    return attempt(contacted(), issue())


@refuses(c.IssueReply, DRAFT_IS_CURRENT, "draft")
def test_only_the_latest_draft_is_issued() -> Attempt:
    world = reviewed()
    world.do(draft(text="修改后的答复"))
    return attempt(world, issue())


@refuses(c.IssueReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [transferred, left], ids=["unassigned", "left"])
def test_a_unit_that_left_the_case_issues_nothing(given: Given) -> Attempt:
    return attempt(given(), issue())


@refuses(c.IssueReply, OCCURRED_IN_ORDER, "occurred_at")
def test_a_reply_cannot_have_been_issued_before_the_day_it_was_signed() -> Attempt:
    world = contacted()
    world.do(draft(), at="2024-03-06 09:00")
    world.do(review())
    world.do(sign(), at="2024-03-07 09:00")
    return attempt(world, issue(occurred_at="2024-03-06"), at="2024-03-07 10:00")


@refuses(c.SignReply, OCCURRED_IN_ORDER, "occurred_at")
def test_a_reply_cannot_have_been_signed_before_the_day_it_was_drafted() -> Attempt:
    world = contacted()
    world.do(draft(), at="2024-03-06 09:00")
    world.do(review())
    return attempt(world, sign(occurred_at="2024-03-05", late_entry_reason="补录"), at="2024-03-06 10:00")


@refuses(c.SignReply, DRAFT_NOT_SIGNED, "signer")
def test_a_signed_draft_is_not_signed_by_somebody_else() -> Attempt:
    return attempt(signed(), sign(signer=MAYOR))


def test_times_known_only_to_the_day_may_fall_together() -> None:
    world = contacted()
    for command in (draft(), review(), sign(occurred_at="2024-03-06"), issue(occurred_at="2024-03-06")):
        world.do(command, at=max(world.now, moment("2024-03-06 09:00")))
    assert world.last(ReplyIssued).occurred_at == world.last(ReplySigned).occurred_at == date(2024, 3, 6)


def test_a_second_reply_goes_out_after_rehandling() -> None:
    world = dissatisfied()
    world.do(contact(world.now))
    for command in (draft(text="重新办理后的答复"), review(), sign()):
        world.do(command)
    fact, _ = world.do(issue())
    assert (fact.event.round, fact.event.letter.number) == (2, 2)


# delivery


def deliver(world: World, *members: str, unit: str = EDU) -> c.RecordDelivery:
    return c.RecordDelivery(occurred_at=world.now, unit=unit, members=members, channel="POST")


def test_the_letter_reaches_everybody_it_went_to_once() -> None:
    world = issued()
    [fact] = world.do(deliver(world, SECOND))
    assert fact.event == ReplyDelivered(unit=EDU, round=1, members=(SECOND,), channel=DeliveryChannel.POST)
    [fact] = world.do(deliver(world))
    assert fact.event.members == (LEAD,)
    assert world.do(deliver(world)) == []


@refuses(c.RecordDelivery, DELIVERED_AFTER_ISSUE, "unit")
def test_nothing_is_delivered_before_it_went_out() -> Attempt:
    world = signed()
    return attempt(world, deliver(world))


@refuses(c.RecordDelivery, DELIVERED_AFTER_ISSUE, "members.1")
def test_a_letter_reaches_nobody_it_was_not_sent_to() -> Attempt:
    world = issued()
    return attempt(world, deliver(world, LEAD, STRANGER))


@refuses(c.RecordDelivery, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_unit_that_does_not_answer_delivers_nothing() -> Attempt:
    world = issued()
    return attempt(world, deliver(world, unit=HEALTH))


# who signs what weighs more


def test_a_reply_to_a_body_is_signed_by_the_rank_asked_for_that() -> None:
    rulebook = ruled(signer_ranks=SignerRanks(collective=Rank.UNIT_HEAD))
    of_a_body = opened(rulebook)
    of_a_body.do(submit(collective={"kind": "PARTY", "name": "民革德惠市委", "sealed": True}))
    for command in (c.RegisterProposal(), c.TransferCase(occasion="交办会"), assign()):
        of_a_body.do(command)
    of_a_body.do(contact(of_a_body.now))
    of_a_body.do(draft())
    of_a_body.do(review())
    assert of_a_body.refused(sign()).rule is SIGNER_RANK
    assert of_a_body.do(sign(signer=head_of(EDU)))
    assert reviewed(opened(rulebook)).do(sign())


@refuses(c.SignReply, SIGNER_RANK, "signer")
def test_a_reply_that_commits_money_is_signed_by_the_head() -> Attempt:
    world = contacted(opened(ruled(signer_ranks=SignerRanks(committing=Rank.UNIT_HEAD))))
    world.do(draft(commits=True))
    world.do(review())
    return attempt(world, sign())


def test_the_head_signs_what_commits_money_and_the_portfolio_leader_what_does_not() -> None:
    rulebook = ruled(signer_ranks=SignerRanks(committing=Rank.UNIT_HEAD))
    committing = contacted(opened(rulebook))
    committing.do(draft(commits=True))
    committing.do(review())
    assert committing.do(sign(signer=head_of(EDU)))
    assert reviewed(opened(rulebook)).do(sign())


# a case passed down (S14)


def passed_down(**gates: Gate) -> World:
    """A reply to a case of the province is signed."""
    world = opened(ruled(gates=gates))
    world.do(submit(passed_down="PROVINCE"))
    for command in (c.RegisterProposal(), c.TransferCase(occasion="省政协交办"), assign(ALONE)):
        world.do(command)
    for command in (contact(world.now), draft(), review(), sign()):
        world.do(command)
    return world


def test_a_case_passed_down_is_answered_by_the_office_to_which_the_unit_reports() -> None:
    world = passed_down()
    issued_, _ = world.do(issue(approved_by=MAYOR))
    assert (issued_.event.approved_by, issued_.flags) == (MAYOR, ())
    assert world.do(issue(approved_by=MAYOR)) == []
    assert world.refused(issue()).field == "approved_by"


def test_a_unit_that_answers_a_case_passed_down_itself_is_flagged() -> None:
    assert passed_down().do(issue())[0].flags == (PASSED_DOWN_BY_OFFICE.id,)


@refuses(c.IssueReply, PASSED_DOWN_BY_OFFICE, "approved_by")
def test_a_rulebook_may_refuse_that_a_unit_answers_a_case_passed_down() -> Attempt:
    return attempt(passed_down(passed_down_by_office=Gate.REFUSE), issue())


def test_the_office_answers_only_what_was_passed_down() -> None:
    assert signed().refused(issue(approved_by=MAYOR)).rule is PASSED_DOWN_BY_OFFICE


@refuses(c.IssueReply, DECIDER_LEADS_CITY, "approved_by")
def test_a_leader_of_the_city_approves_what_the_office_answers() -> Attempt:
    return attempt(passed_down(), issue(approved_by=leader_of(EDU)))


@refuses(c.IssueReply, KNOWN_OFFICIAL, "approved_by")
def test_who_approves_what_the_office_answers_is_listed() -> Attempt:
    return attempt(passed_down(), issue(approved_by="nobody"))
