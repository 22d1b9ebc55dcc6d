"""先沟通后答复: every verdict, and the events that prove it.

Every history is told by the moments of entry; `occurred_at` is named only where somebody claims another moment.
"""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import ContactMode, DecisiveMoment, Defect, Gate, Heard, Origin, Outcome, Rating
from domain.communication import Verdict
from domain.events import (
    ContactWaived,
    MemberContacted,
    RehandlingOrdered,
    ReplyDrafted,
    ReplyIssued,
    ReplySigned,
    SatisfactionRecorded,
    UnitAssigned,
)
from domain.rules import CONTACT_BEFORE_REPLY, OCCURRED_IN_ORDER
from tests.domain import test_feedback as feedback
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    SECOND,
    SHIPPED,
    SPLIT,
    Modes,
    World,
    assign,
    assigned,
    contact,
    decide_objection,
    dissatisfied,
    draft,
    form,
    hand_back,
    issue,
    leader_of,
    moment,
    opened,
    rate,
    rehandle,
    review,
    ruled,
    send_back,
    sign,
    transferred,
    waive,
)

DRAFTED, REVIEWED, SIGNED, ISSUED = "2024-03-06 09:00", "2024-03-07 09:00", "2024-03-08 09:00", "2024-03-10 09:00"
BEFORE_ALL, DRAFT_TO_SIGN, SIGN_TO_ISSUE, AFTER_ALL = (
    "2024-03-05 09:00",
    "2024-03-07 15:00",
    "2024-03-09 09:00",
    "2024-03-11 09:00",
)
LATE = {"late_entry_reason": "出差归来补录"}

Told = tuple[str, c.Command]


def flagging(**contact_rule: Any) -> World:
    """A world whose rulebook flags a reply without contact, and lets it pass."""
    return opened(ruled(contact={"gate": Gate.FLAG, **contact_rule}))


def replied(unit: str = EDU, **change: Any) -> list[Told]:
    return [(DRAFTED, draft(unit, **change)), (REVIEWED, review(unit)), (SIGNED, sign(unit)), (ISSUED, issue(unit))]


def history(*told: Told, world: World | None = None) -> World:
    """The case of one unit (else of the world given) with what was entered when."""
    world = world or assigned(flagging())
    for at, command in sorted(told, key=lambda entry: entry[0]):
        world.do(command, at=at)
    return world


def spoken(when: str, unit: str | None = EDU, **change: Any) -> Told:
    """A contact entered when it happened."""
    return (when, contact(when, unit, **change))


def proof(verdict: Verdict) -> dict[str, list[int]]:
    parts: dict[str, list[int]] = {}
    for item in verdict.proof:
        parts.setdefault(item.part, []).append(item.position)
    return parts


@pytest.mark.parametrize(
    ("when", "before", "outcome"),
    [
        (BEFORE_ALL, DecisiveMoment.DRAFT, Outcome.PASS),
        (BEFORE_ALL, DecisiveMoment.SIGNING, Outcome.PASS),
        (BEFORE_ALL, DecisiveMoment.ISSUE, Outcome.PASS),
        (DRAFT_TO_SIGN, DecisiveMoment.DRAFT, Outcome.FAIL),
        (DRAFT_TO_SIGN, DecisiveMoment.SIGNING, Outcome.PASS),
        (DRAFT_TO_SIGN, DecisiveMoment.ISSUE, Outcome.PASS),
        (SIGN_TO_ISSUE, DecisiveMoment.DRAFT, Outcome.FAIL),
        (SIGN_TO_ISSUE, DecisiveMoment.SIGNING, Outcome.FAIL),
        (SIGN_TO_ISSUE, DecisiveMoment.ISSUE, Outcome.PASS),
        (AFTER_ALL, DecisiveMoment.DRAFT, Outcome.FAIL),
        (AFTER_ALL, DecisiveMoment.SIGNING, Outcome.FAIL),
        (AFTER_ALL, DecisiveMoment.ISSUE, Outcome.FAIL),
    ],
)
def test_contact_counts_before_the_moment_the_rulebook_makes_decisive(
    when: str, before: DecisiveMoment, outcome: Outcome
) -> None:
    world = history(spoken(when), *replied(), world=assigned(flagging(before=before)))
    assert world.verdict().outcome is outcome
    flagged = [type(fact.event) for fact in world.story if fact.flags]
    decisive = {
        DecisiveMoment.DRAFT: ReplyDrafted,
        DecisiveMoment.SIGNING: ReplySigned,
        DecisiveMoment.ISSUE: ReplyIssued,
    }[before]
    assert flagged == ([decisive] if outcome is Outcome.FAIL else [])


def test_signing_is_decisive_where_the_rulebook_says_nothing_else() -> None:
    world = history(spoken(SIGN_TO_ISSUE), *replied())
    assert (world.verdict().before, world.verdict().outcome) == (DecisiveMoment.SIGNING, Outcome.FAIL)


def test_a_verdict_names_its_rule_its_source_its_clock_and_its_proof() -> None:
    world = history(spoken(BEFORE_ALL), *replied())
    verdict = world.verdict()
    assert (verdict.rule, verdict.source) == (CONTACT_BEFORE_REPLY.id, SHIPPED.contact_before_reply.source)
    assert (verdict.clock, verdict.drafted_first, verdict.same_day) == ("recorded_at", False, False)
    assert proof(verdict) == {
        "assigned": [world.last(UnitAssigned).position],
        "contact": [world.last(MemberContacted).position],
        "drafted": [world.last(ReplyDrafted).position],
        "signed": [world.last(ReplySigned).position],
        "issued": [world.last(ReplyIssued).position],
    }
    by_position = {fact.position: fact for fact in world.history}
    assert all(by_position[item.position].version == item.version for item in verdict.proof)
    assert all(by_position[item.position].origin is item.origin for item in verdict.proof)


def test_drafted_first_and_talked_later_is_shown_even_where_it_is_allowed() -> None:
    world = history(spoken(DRAFT_TO_SIGN), *replied())
    assert (world.verdict().outcome, world.verdict().drafted_first) == (Outcome.PASS, True)


def test_a_second_talk_after_the_draft_does_not_make_it_drafted_first() -> None:
    world = history(spoken(BEFORE_ALL), spoken(DRAFT_TO_SIGN), *replied())
    assert not world.verdict().drafted_first
    assert len(proof(world.verdict())["contact"]) == 2


@pytest.mark.parametrize("before", DecisiveMoment)
@pytest.mark.parametrize("when", [DRAFT_TO_SIGN, SIGN_TO_ISSUE, AFTER_ALL])
def test_drafted_first_and_talked_later_is_shown_where_it_is_not_allowed_too(when: str, before: DecisiveMoment) -> None:
    world = history(spoken(when), *replied(), world=assigned(flagging(before=before)))
    assert world.verdict().drafted_first


def test_talked_first_is_not_drafted_first_though_the_rule_asks_for_more() -> None:
    world = history(
        spoken(BEFORE_ALL, members=(SECOND,)), spoken(SIGN_TO_ISSUE), *replied(), world=assigned(flagging())
    )
    assert (world.verdict().outcome, world.verdict().drafted_first) == (Outcome.FAIL, False)


def test_the_talk_of_a_later_round_does_not_make_an_earlier_one_drafted_first() -> None:
    world = history(
        *replied(),
        ("2024-03-20 09:00", form()),
        ("2024-03-21 09:00", rate(rating=Rating.DISSATISFIED)),
        ("2024-03-25 09:00", contact("2024-03-25 09:00")),
        world=assigned(flagging()),
    )
    assert (world.verdict(number=1).outcome, world.verdict(number=1).drafted_first) == (Outcome.FAIL, False)
    world.do(draft(text="再次研究后的答复"), at="2024-03-26 09:00")
    assert not world.verdict(number=2).drafted_first


def test_the_first_draft_of_a_round_is_the_one_that_counts() -> None:
    world = history(
        (DRAFTED, draft()),
        spoken("2024-03-06 15:00"),
        ("2024-03-06 16:00", draft(text="沟通后的答复")),
        (REVIEWED, review(number=2)),
        (SIGNED, sign(number=2)),
    )
    assert world.verdict().drafted_first
    assert proof(world.verdict())["drafted"] == [world.all(ReplyDrafted)[0].position]


def test_contact_entered_after_the_signature_with_an_earlier_date_passes_as_entered_late() -> None:
    world = history(*replied(), (AFTER_ALL, contact(BEFORE_ALL, **LATE)))
    assert world.verdict().outcome is Outcome.PASS_BACKFILLED
    assert world.last(ReplySigned).flags == (CONTACT_BEFORE_REPLY.id,)
    assert proof(world.verdict())["contact"] == [world.last(MemberContacted).position]


def test_contact_entered_late_but_before_the_signature_passes_plainly() -> None:
    world = history((DRAFT_TO_SIGN, contact(BEFORE_ALL, **LATE)), *replied())
    assert world.verdict().outcome is Outcome.PASS


def test_one_timely_contact_makes_up_for_one_entered_late() -> None:
    world = history(spoken(BEFORE_ALL), *replied(), (AFTER_ALL, contact("2024-03-04 09:00", **LATE)))
    assert world.verdict().outcome is Outcome.PASS


def test_without_contact_the_round_fails() -> None:
    world = history(*replied())
    assert world.verdict().outcome is Outcome.FAIL
    assert proof(world.verdict()).keys() == {"assigned", "drafted", "signed", "issued"}
    assert world.verdict().clock is None


def test_a_gate_that_refuses_leaves_the_round_pending() -> None:
    world = history((DRAFTED, draft()), (REVIEWED, review()), world=assigned())
    assert world.refused(sign(), at=SIGNED).rule is CONTACT_BEFORE_REPLY
    assert world.verdict().outcome is Outcome.PENDING


def test_a_waived_round_is_waived_and_proved_by_the_waiver() -> None:
    world = history((BEFORE_ALL, waive()), *replied())
    assert world.verdict().outcome is Outcome.WAIVED
    assert proof(world.verdict())["waiver"] == [world.last(ContactWaived).position]
    assert world.last(ReplySigned).flags == ()


@pytest.mark.parametrize("occurred_at", [None, "2024-03-05"], ids=["dated then", "dated back"])
def test_a_waiver_entered_after_the_signature_does_not_count(occurred_at: str | None) -> None:
    world = history(*replied(), (AFTER_ALL, waive(occurred_at=occurred_at, **LATE)))
    assert world.verdict().outcome is Outcome.FAIL


def test_a_waiver_for_another_unit_does_not_count() -> None:
    world = history((BEFORE_ALL, waive(HEALTH)), *replied(EDU), *replied(HEALTH), world=assigned(flagging(), SPLIT))
    assert (world.verdict(EDU).outcome, world.verdict(HEALTH).outcome) == (Outcome.FAIL, Outcome.WAIVED)


def test_contact_made_is_stronger_than_a_waiver() -> None:
    world = history((BEFORE_ALL, waive()), spoken(DRAFT_TO_SIGN), *replied())
    assert world.verdict().outcome is Outcome.PASS


def test_a_waived_verdict_names_the_clock_that_told_when_the_waiver_was_entered() -> None:
    assert history((BEFORE_ALL, waive()), *replied()).verdict().clock == "recorded_at"


# what the member says


def test_a_member_who_says_nobody_came_contests_the_units_record() -> None:
    world = history(
        spoken(BEFORE_ALL), *replied(), (AFTER_ALL, form()), ("2024-03-12 09:00", rate(heard=Heard.NOT_CONTACTED))
    )
    assert world.verdict().outcome is Outcome.CONTESTED
    assert proof(world.verdict())["denied"] == [world.last(SatisfactionRecorded).position]
    assert proof(world.verdict())["contact"] == [world.last(MemberContacted).position]


def test_a_member_who_revises_their_view_and_does_not_say_again_that_nobody_came_still_said_so() -> None:
    said = ("2024-03-12 09:00", rate(heard=Heard.NOT_CONTACTED))
    world = history(spoken(BEFORE_ALL), *replied(), (AFTER_ALL, form()), said, ("2024-03-13 09:00", feedback.revise()))
    assert world.verdict().outcome is Outcome.CONTESTED
    assert proof(world.verdict())["denied"] == [world.last(SatisfactionRecorded).position]
    world.do(feedback.revise(heard=Heard.VISITED))
    assert world.verdict().outcome is Outcome.PASS


def test_contact_entered_late_is_contested_too() -> None:
    late = ("2024-03-10 15:00", contact(BEFORE_ALL, **LATE))
    world = history(*replied(), late, (AFTER_ALL, form()), ("2024-03-12 09:00", rate(heard=Heard.NOT_CONTACTED)))
    assert world.verdict().outcome is Outcome.CONTESTED


def test_a_member_and_a_unit_that_agree_that_nobody_came_leave_a_failure() -> None:
    world = history(*replied(), (AFTER_ALL, form()), ("2024-03-12 09:00", rate(heard=Heard.NOT_CONTACTED)))
    assert world.verdict().outcome is Outcome.FAIL


def test_a_member_who_was_heard_contests_nothing() -> None:
    world = history(
        spoken(BEFORE_ALL), *replied(), (AFTER_ALL, form()), ("2024-03-12 09:00", rate(heard=Heard.VISITED))
    )
    assert world.verdict().outcome is Outcome.PASS


def test_a_signer_whom_the_unit_does_not_claim_to_have_reached_contests_nothing() -> None:
    world = history(
        spoken(BEFORE_ALL, members=(LEAD,)),
        *replied(),
        (AFTER_ALL, form()),
        ("2024-03-12 09:00", rate(member=SECOND, heard=Heard.NOT_CONTACTED)),
    )
    assert world.verdict().outcome is Outcome.PASS


# whose contact, with whom, how


def test_of_two_units_that_each_answer_only_the_one_that_spoke_passes() -> None:
    world = history(spoken(BEFORE_ALL, EDU), *replied(EDU), *replied(HEALTH), world=assigned(flagging(), SPLIT))
    assert (world.verdict(EDU).outcome, world.verdict(HEALTH).outcome) == (Outcome.PASS, Outcome.FAIL)
    assert [fact.event.unit for fact in world.story if fact.flags] == [HEALTH]


@pytest.mark.parametrize("unit", [None, HEALTH], ids=["the office", "an assisting unit"])
def test_contact_made_by_others_does_not_count(unit: str | None) -> None:
    world = assigned(flagging(), LED)
    for at, command in (spoken(BEFORE_ALL, unit), *replied()[:3]):
        world.do(command, at=at)
    assert world.verdict().outcome is Outcome.FAIL


def test_an_assisting_unit_is_not_asked_for_contact() -> None:
    assert assigned(flagging(), LED).verdict(HEALTH).outcome is Outcome.NOT_APPLICABLE


def test_contact_before_the_unit_was_assigned_does_not_count() -> None:
    world = transferred(flagging())
    world.do(assign(SPLIT[:1]), at="2024-03-02 09:00")
    world.do(assign(SPLIT[1:], occurred_at="2024-03-05T10:00:00+08:00"), at="2024-03-05 10:00")
    early = [(DRAFTED[:10] + " 08:00", contact("2024-03-05 09:30", unit, **LATE)) for unit in (EDU, HEALTH)]
    history(*early, *replied(EDU), *replied(HEALTH), world=world)
    assert (world.verdict(EDU).outcome, world.verdict(HEALTH).outcome) == (Outcome.PASS, Outcome.FAIL)


def test_contact_before_a_unit_left_does_not_count_after_it_came_back() -> None:
    world = history(
        spoken("2024-03-02 09:00"),
        ("2024-03-03 09:00", hand_back()),
        ("2024-03-03 15:00", decide_objection(upheld=True)),
        ("2024-03-04 09:00", assign()),
        *replied(),
    )
    assert world.verdict().outcome is Outcome.FAIL
    assert proof(world.verdict())["assigned"] == [world.last(UnitAssigned).position]


@pytest.mark.parametrize(
    ("modes", "mode", "outcome"),
    [
        ((ContactMode.VISIT, ContactMode.FORUM), ContactMode.FORUM, Outcome.PASS),
        ((ContactMode.VISIT, ContactMode.FORUM), ContactMode.PHONE, Outcome.FAIL),
    ],
)
def test_only_ways_of_contact_that_the_rulebook_allows_count(
    modes: tuple[ContactMode, ...], mode: ContactMode, outcome: Outcome
) -> None:
    world = history(spoken(BEFORE_ALL, mode=mode), *replied(), world=assigned(flagging(modes=modes)))
    assert world.verdict().outcome is outcome


@pytest.mark.parametrize(
    ("percent", "reached", "outcome"),
    [
        (0, ((LEAD,),), Outcome.PASS),
        (0, ((SECOND,),), Outcome.FAIL),
        (50, ((SECOND,),), Outcome.PASS),
        (51, ((LEAD,),), Outcome.FAIL),
        (100, ((LEAD,),), Outcome.FAIL),
        (100, ((LEAD, SECOND),), Outcome.PASS),
        (100, ((LEAD,), (SECOND,)), Outcome.PASS),
    ],
)
def test_enough_proposers_must_be_reached(percent: int, reached: tuple[tuple[str, ...], ...], outcome: Outcome) -> None:
    talks = [spoken(f"2024-03-05 {9 + hour:02}:00", members=members) for hour, members in enumerate(reached)]
    world = history(*talks, *replied(), world=assigned(flagging(reach_percent=percent)))
    assert world.verdict().outcome is outcome


def test_a_talk_that_falls_short_of_the_share_until_a_late_entry_passes_as_entered_late() -> None:
    late = (AFTER_ALL, contact(BEFORE_ALL, members=(SECOND,), **LATE))
    world = history(spoken(BEFORE_ALL), *replied(), late, world=assigned(flagging(reach_percent=100)))
    assert world.verdict().outcome is Outcome.PASS_BACKFILLED


# rounds


def test_a_second_round_needs_a_talk_of_its_own() -> None:
    world = dissatisfied(flagging())
    for at, command in replied():
        world.do(
            command.model_copy(update={"text": "重新办理"}) if isinstance(command, c.DraftReply) else command, at=at
        )
    assert [world.verdict(number=number).outcome for number in (1, 2)] == [Outcome.PASS, Outcome.FAIL]
    assert proof(world.verdict(number=2))["since"] == [world.last(SatisfactionRecorded).position]


def test_a_second_round_passes_with_a_talk_after_the_feedback() -> None:
    world = dissatisfied(flagging())
    world.do(contact(BEFORE_ALL), at=BEFORE_ALL)
    for at, command in replied(text="重新办理"):
        world.do(command, at=at)
    assert world.verdict(number=2).outcome is Outcome.PASS
    assert proof(world.verdict(number=2))["contact"] == [world.last(MemberContacted).position]
    assert proof(world.verdict(number=1))["contact"] == [world.all(MemberContacted)[0].position]


def test_a_talk_between_the_reply_and_the_feedback_belongs_to_no_round() -> None:
    world = history(spoken("2024-03-05 09:00"), *replied(), spoken(AFTER_ALL), ("2024-03-12 09:00", form()))
    world.do(rate(rating=Rating.DISSATISFIED), at="2024-03-13 09:00")
    for at, command in (
        ("2024-03-14 09:00", draft(text="重新办理")),
        ("2024-03-14 10:00", review()),
        ("2024-03-14 11:00", sign()),
    ):
        world.do(command, at=at)
    assert world.verdict(number=2).outcome is Outcome.FAIL


def test_a_waiver_of_the_first_round_does_not_cover_the_second() -> None:
    world = dissatisfied(opened(ruled(contact={"gate": Gate.FLAG})))
    assert world.verdict(number=2).outcome is Outcome.PENDING
    world.do(waive())
    for at, command in replied(text="重新办理"):
        world.do(command, at=at)
    assert [waiver.round for waiver in world.case.communication.waivers] == [2]
    assert world.verdict(number=2).outcome is Outcome.WAIVED


# days without a time


@pytest.mark.parametrize("entered", ["2024-03-08 08:00", "2024-03-08 20:00"], ids=["before", "after"])
def test_contact_known_only_to_the_day_of_the_signature_counts_and_is_marked(entered: str) -> None:
    world = history((entered, contact("2024-03-08")), *replied())
    timely = entered < SIGNED
    assert world.verdict().outcome is (Outcome.PASS if timely else Outcome.PASS_BACKFILLED)
    assert world.verdict().same_day


def test_contact_known_to_an_earlier_day_is_not_marked() -> None:
    world = history(("2024-03-08 08:00", contact("2024-03-07")), *replied())
    assert (world.verdict().outcome, world.verdict().same_day) == (Outcome.PASS, False)


def test_a_second_talk_with_a_time_takes_the_mark_away() -> None:
    world = history(("2024-03-08 08:00", contact("2024-03-08")), spoken(BEFORE_ALL), *replied())
    assert not world.verdict().same_day


def test_contact_at_the_very_moment_of_the_signature_is_not_before_it() -> None:
    world = history((SIGNED, contact(SIGNED)), *replied()[:2])
    world.do(sign(occurred_at="2024-03-08T09:00:00+08:00"))
    assert world.verdict().outcome is Outcome.FAIL


# not yet, not at all


def test_a_round_not_yet_signed_is_pending() -> None:
    world = history(spoken(BEFORE_ALL), *replied()[:2])
    assert world.verdict().outcome is Outcome.PENDING
    assert proof(world.verdict())["contact"] == [world.last(MemberContacted).position]


@pytest.mark.parametrize("told", [[], [spoken(BEFORE_ALL)]], ids=["without contact", "with contact"])
def test_a_rulebook_that_does_not_look_has_no_verdict(told: list[Told]) -> None:
    world = history(*told, *replied(), world=assigned(opened(ruled(contact={"gate": Gate.OFF}))))
    assert world.verdict().outcome is Outcome.NOT_APPLICABLE


def test_a_unit_that_left_before_it_replied_has_no_verdict() -> None:
    world = history(
        ("2024-03-03 09:00", hand_back()),
        ("2024-03-03 15:00", decide_objection(upheld=True)),
        *replied(HEALTH),
        world=assigned(flagging(), SPLIT),
    )
    assert (world.verdict(EDU).outcome, world.verdict(HEALTH).outcome) == (Outcome.NOT_APPLICABLE, Outcome.FAIL)


@pytest.mark.parametrize(("unit", "number"), [(CITY, 1), (EDU, 2)])
def test_a_round_that_does_not_exist_has_no_verdict(unit: str, number: int) -> None:
    world = history(*replied())
    assert world.verdict(unit, number).outcome is Outcome.NOT_APPLICABLE


# facts that were not entered here


def imported(contact_entered: str, modes: Modes = SPLIT[:1]) -> World:
    """A case whose facts all claim their own time of entry, loaded within minutes long after."""
    world = transferred(flagging())
    told = [("2024-03-02 09:00", assign(modes)), (contact_entered, contact("2024-03-05 09:00", **LATE)), *replied()]
    for entered, command in sorted(told, key=lambda entry: entry[0]):
        world.do(command, at=world.now.replace(year=2025), entered=entered, origin=Origin.IMPORTED)
    return world


@pytest.mark.parametrize(
    ("entered", "outcome"), [("2024-03-05 18:00", Outcome.PASS), ("2024-03-20 09:00", Outcome.PASS_BACKFILLED)]
)
def test_imported_facts_are_judged_by_the_time_of_entry_they_claim(entered: str, outcome: Outcome) -> None:
    verdict = imported(entered).verdict()
    assert (verdict.outcome, verdict.clock) == (outcome, "entered_at")
    assert {item.origin for item in verdict.proof} == {Origin.IMPORTED}


def test_a_fact_entered_here_is_judged_by_the_clock_of_the_database() -> None:
    verdict = history(*replied(), (AFTER_ALL, contact(BEFORE_ALL, **LATE))).verdict()
    assert (verdict.outcome, verdict.clock) == (Outcome.PASS_BACKFILLED, "recorded_at")


# one history, several rules


def test_the_same_facts_may_be_judged_under_another_rulebook() -> None:
    world = history(spoken(SIGN_TO_ISSUE), *replied())
    other = ruled(contact={"before": DecisiveMoment.ISSUE}).contact_before_reply
    assert (world.verdict().outcome, world.verdict(rule=other).outcome) == (Outcome.FAIL, Outcome.PASS)
    assert world.verdict(rule=other).before is DecisiveMoment.ISSUE


def test_the_gate_at_the_draft_and_the_verdict_agree_about_a_second_draft() -> None:
    world = assigned(flagging(before=DecisiveMoment.DRAFT))
    history((DRAFTED, draft()), spoken("2024-03-06 15:00"), world=world)
    [second] = world.do(draft(text="沟通后的答复"))
    assert (second.flags == ()) is (world.verdict().outcome is Outcome.PASS)


# days that tie across rounds


def test_on_one_day_the_order_of_entry_tells_which_round_a_contact_serves() -> None:
    day = "2024-03-11"
    world = history(
        (f"{day} 09:00", contact(day)),
        (f"{day} 10:00", draft()),
        (f"{day} 11:00", review()),
        (f"{day} 12:00", sign()),
        (f"{day} 13:00", issue()),
        (f"{day} 14:00", form()),
        (f"{day} 15:00", rate(rating=Rating.DISSATISFIED, occurred_at=moment(day))),
        (f"{day} 16:00", draft(text="重新办理")),
        (f"{day} 17:00", review()),
        (f"{day} 18:00", sign()),
        (f"{day} 19:00", contact(day, content="签发之后再谈")),
    )
    first, second = world.verdict(number=1), world.verdict(number=2)
    earlier, later = (fact.position for fact in world.all(MemberContacted))
    assert (first.outcome, proof(first)["contact"]) == (Outcome.PASS, [earlier])
    assert (second.outcome, proof(second)["contact"]) == (Outcome.PASS_BACKFILLED, [later])
    assert world.last(ReplySigned).flags == (CONTACT_BEFORE_REPLY.id,)


def test_a_contact_the_member_declined_is_no_contact() -> None:
    world = history(spoken(BEFORE_ALL, declined_by_member=True), *replied())
    assert world.verdict().outcome is Outcome.FAIL


def test_a_second_signature_is_asked_as_the_first_was() -> None:
    world = history(spoken("2024-03-05 09:00"), (DRAFTED, draft()), (REVIEWED, review()), world=assigned())
    for at, command in (
        ("2024-03-08 09:00", sign()),
        ("2024-03-08 10:00", send_back()),
        ("2024-03-08 11:00", draft(text="修改后的答复")),
        ("2024-03-08 12:00", review(number=2)),
    ):
        world.do(command, at=at)
    early = c.SignReply(unit=EDU, draft=2, signer=leader_of(EDU), occurred_at=moment("2024-03-04"), **LATE)
    assert world.refused(early, at="2024-03-08 13:00").rule is OCCURRED_IN_ORDER


def test_a_signature_after_a_talk_that_the_first_one_lacked_is_not_flagged() -> None:
    world = history((DRAFTED, draft()), (REVIEWED, review()), (SIGNED, sign()))
    assert world.last(ReplySigned).flags == (CONTACT_BEFORE_REPLY.id,)
    for at, command in (
        ("2024-03-08 10:00", send_back()),
        ("2024-03-08 11:00", contact("2024-03-08 11:00")),
        ("2024-03-08 12:00", draft(text="修改后的答复")),
        ("2024-03-08 13:00", review(number=2)),
        ("2024-03-08 14:00", sign(number=2)),
    ):
        world.do(command, at=at)
    assert world.last(ReplySigned).flags == ()
    assert world.verdict().outcome is Outcome.PASS


def test_a_contact_that_a_reply_rested_on_stays_its_own_whatever_is_learnt_later() -> None:
    """Known to the hour on a day on which everything else is known to the day alone."""
    world = assigned(opened(ruled(contact={"gate": Gate.FLAG})))
    day = {"occurred_at": date(2024, 3, 5)}
    world.do(contact("2024-03-05 18:00"), at="2024-03-05 18:30")
    for command in (draft(**day), review(), sign(**day), issue(**day), form(**day)):
        world.do(command.model_copy(update=day), at="2024-03-05 19:00")
    world.do(rate(rating=Rating.DISSATISFIED, occurred_at=moment("2024-03-05 12:00")), at="2024-03-05 19:30")
    for command in (draft(text="重新办理"), review(), sign()):
        world.do(command, at="2024-03-06 09:00")
    assert world.verdict(number=1).outcome is Outcome.PASS
    assert world.verdict(number=2).outcome is Outcome.FAIL
    assert world.last(ReplySigned).flags == (CONTACT_BEFORE_REPLY.id,)


def test_a_waiver_ends_with_the_assignment_it_was_approved_for() -> None:
    world = assigned(flagging())
    for command in (waive(), hand_back(), decide_objection(upheld=True), assign()):
        world.do(command)
    assert world.verdict().outcome is Outcome.PENDING
    for at, command in replied():
        world.do(command, at=at)
    assert world.verdict().outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("late", "outcome"),
    [(waive(), Outcome.FAIL), (contact("2024-03-08"), Outcome.PASS_BACKFILLED)],
    ids=["waiver", "contact"],
)
def test_what_was_entered_after_a_signature_known_to_the_day_was_not_there(late: c.Command, outcome: Outcome) -> None:
    world = assigned(flagging())
    day = {"occurred_at": date(2024, 3, 8)}
    for command in (draft(), review(), sign()):
        world.do(command.model_copy(update=day), at="2024-03-08 09:00")
    world.do(late.model_copy(update=day), at="2024-03-08 14:00")
    assert world.verdict().outcome is outcome


def test_a_talk_after_the_dissatisfied_answer_counts_whoever_answers_after_it() -> None:
    world = history(
        spoken(BEFORE_ALL),
        *replied(),
        ("2024-03-11 09:00", form()),
        ("2024-03-12 09:00", rate(rating=Rating.DISSATISFIED)),
        spoken("2024-03-13 09:00"),
        ("2024-03-14 09:00", rate(member=SECOND)),
        ("2024-03-15 09:00", rehandle()),
        world=assigned(opened(ruled(rehandling_automatic=False))),
    )
    for at, command in (
        ("2024-03-16 09:00", draft(text="重新办理")),
        ("2024-03-16 10:00", review()),
        ("2024-03-16 11:00", sign()),
    ):
        world.do(command, at=at)
    assert world.verdict(number=2).outcome is Outcome.PASS
    assert proof(world.verdict(number=2))["since"] == [world.all(SatisfactionRecorded)[0].position]


def test_nobody_rates_a_reply_before_it_went_out_by_way_of_a_form_known_to_the_day() -> None:
    world = history(spoken("2024-03-05 08:00"), *replied())
    world.do(form(occurred_at=date(2024, 3, 10)), at="2024-03-11 09:00")
    early = rate(rating=Rating.DISSATISFIED, occurred_at=moment("2024-03-10 08:30"), **LATE)
    assert world.refused(early, at="2024-03-12 09:00").rule is OCCURRED_IN_ORDER


def test_a_second_round_does_not_begin_before_the_answer_that_ordered_it() -> None:
    world = assigned(opened(ruled(contact={"gate": Gate.FLAG}, rehandling_automatic=False)))
    day = {"occurred_at": date(2024, 3, 8), **LATE}
    at = "2024-03-12 09:00"
    for command in (draft(), review(), sign(), issue(), form()):
        world.do(command.model_copy(update=day), at=at)
    world.do(rate(rating=Rating.DISSATISFIED, occurred_at=moment("2024-03-08 15:00"), **LATE), at=at)
    world.do(rehandle().model_copy(update=day), at=at)
    early = draft(text="重新办理", occurred_at=moment("2024-03-08 09:00"), **LATE)
    assert world.refused(early, at=at).rule is OCCURRED_IN_ORDER


def test_contact_after_the_feedback_and_before_the_order_counts_for_the_next_round() -> None:
    answered = [(AFTER_ALL, form()), ("2024-03-12 09:00", rate(rating=Rating.BASIC))]
    again = [spoken("2024-03-15 09:00"), ("2024-03-20 09:00", rehandle())]
    world = history(spoken(BEFORE_ALL), *replied(), *answered, *again)
    assert world.verdict(number=2).outcome is Outcome.PENDING
    second = [draft(text="重新办理后的答复"), review(), sign()]
    for day, command in enumerate(second, 21):
        world.do(command, at=f"2024-03-{day} 09:00")
    assert world.verdict(number=2).outcome is Outcome.PASS
    assert proof(world.verdict(number=2))["since"] == [world.last(SatisfactionRecorded).position]
    assert world.verdict().outcome is Outcome.PASS


def test_silence_is_no_feedback_to_talk_after() -> None:
    silent = ("2024-09-02 09:00", rate(rating=Rating.NO_RESPONSE, entered_by="COMMITTEE"))
    world = history(*replied(), (AFTER_ALL, form()), silent, ("2024-09-03 09:00", rehandle()))
    assert proof(world.verdict(number=2))["since"] == [world.last(RehandlingOrdered).position]


def test_a_signed_reply_that_was_sent_back_is_judged_by_its_next_signature() -> None:
    returned = ("2024-03-09 09:00", send_back(code=Defect.NOT_CONTACTED))
    world = history(*replied()[:3], returned, spoken("2024-03-10 09:00"))
    assert world.verdict().outcome is Outcome.PENDING
    assert "signed" not in proof(world.verdict())
    for at, command in (("2024-03-11 09:00", draft()), ("2024-03-12 09:00", review(number=2))):
        world.do(command, at=at)
    world.do(sign(number=2), at="2024-03-13 09:00")
    assert world.verdict().outcome is Outcome.PASS
