"""What is so of one is not so of the others: of two units, two promises, two sessions, two rulebooks."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Defect, Openness, Pressure, Rank, Rating, Restart, Timing
from domain.commands.supervision import begins_mildly
from domain.events import (
    DeadlineRecomputed,
    ObjectionUnanswered,
    ProposalsMerged,
    RehandlingOrdered,
    ReplyCountersigned,
)
from domain.labels import COMMANDS
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, SignerRanks
from domain.rules import (
    EXTENSION_OPEN,
    KNOWN_UNIT,
    MEDIATED_AFTER_REHANDLING,
    MERGED_BEFORE_ASSIGNMENT,
    PROPOSAL_EXISTS,
    PUBLICATION_DECIDED,
    REHANDLE_AFTER_REPLY,
    RETURNED_DRAFT_CHANGES,
    REVIEWED_BY_PARTIES,
    SCORE_WITHIN,
    SECOND_REPLY_SETTLES,
    TAKES_BACK_STEP,
)
from domain.streams import proposal_stream
from tests.domain import test_admission as admission
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain import test_commitment as commitment
from tests.domain import test_feedback as feedback
from tests.domain import test_follow_up as follow_up
from tests.domain import test_publication as publication
from tests.domain import test_recomputation as recomputation
from tests.domain import test_scoring as scoring
from tests.domain import test_session as session
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    LED,
    MAYOR,
    SECOND,
    SHIPPED,
    SPLIT,
    World,
    assign,
    assigned,
    closed,
    contact,
    contacted,
    countersigned,
    decide_objection,
    draft,
    drafted,
    form_out,
    hand_back,
    issue,
    issued,
    leader_of,
    opened,
    opinion,
    rate,
    reassign,
    registered,
    rehandle,
    review,
    ruled,
    send_back,
    sign,
    submit,
    submitted,
)

NEXT_MEETING = "15-4"


def of_two_sessions() -> World:
    """A proposal of the session at hand, and one of the next."""
    world = submitted()
    first = world.proposal
    world.do(c.OpenSession(session=NEXT_MEETING, cppcc="德惠市政协", term=15, meeting=4, opened_on=date(2025, 1, 8)))
    world.do(submit(session=NEXT_MEETING, timing=Timing.INTER_SESSION))
    world.proposal = first
    return world


def both_returned(world: World) -> World:
    for unit in (EDU, HEALTH):
        world.do(hand_back(unit))
    return world


# sessions and rulebooks


def test_a_proposal_of_another_session_is_not_merged() -> None:
    world = of_two_sessions()
    refused = world.refused(admission.merge(world))
    assert (refused.rule, refused.field, refused.reason) == (
        MERGED_BEFORE_ASSIGNMENT,
        "absorbed.0",
        "该提案不在本届次",
    )


def test_a_meeting_hands_over_nothing_of_another_session() -> None:
    world = of_two_sessions()
    other = next(
        fact.stream
        for fact in world.history
        if getattr(fact.event, "session", None) == NEXT_MEETING
        and fact.stream != world.proposal
        and fact.event.__class__.__name__ == "ProposalSubmitted"
    )
    refused = world.refused(session.meeting(world, cases=(other,)))
    assert (refused.rule, refused.field) == (PROPOSAL_EXISTS, "cases.0")


def test_versions_of_one_rulebook_say_nothing_of_anothers() -> None:
    world = opened(SHIPPED.model_copy(update={"version": 7}))
    assert world.do(c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"id": "other", "version": 1})))


def test_what_was_merged_away_is_given_back_from_where_it_went() -> None:
    world = admission.two_submitted()
    _, absorbed = world.do(admission.merge(world))
    refused = world.refused(
        c.TakeBackStep(version=absorbed.version, reason="误并", approver=MAYOR), stream=proposal_stream(absorbed.stream)
    )
    assert refused.rule is TAKES_BACK_STEP
    assert "在所并入的提案撤销并案" in refused.reason


def test_who_leads_a_merged_case_does_not_also_co_sign_it() -> None:
    world = submitted()
    first = world.proposal
    world.do(submit(lead_proposer=SECOND, co_signers=(LEAD,)))
    world.proposal = first
    world.do(admission.merge(world))
    assert world.last(ProposalsMerged).event.co_signers == (SECOND,)


NOT_LISTED = [({"lead_unit": "nobody"}, "lead_unit"), ({"co_units": (EDU, "nobody")}, "co_units.1")]


@pytest.mark.parametrize(("units", "field"), NOT_LISTED)
def test_an_opinion_names_listed_units(units: dict[str, Any], field: str) -> None:
    refused = submitted().refused(c.RecordReviewOpinion(level="FIRST", opinion="ADMIT", note="建议立案", **units))
    assert (refused.rule, refused.field) == (KNOWN_UNIT, field)


# units


def test_the_silence_to_one_units_objection_is_not_that_to_anothers() -> None:
    answer = DeadlineRule(
        kind=DeadlineKind.OBJECTION_ANSWER, rule="answer-within-seven-days", anchor=AnchorKind.RETURN,
        counted_in=CountedIn.DAY, value=7, source="S15",
    )  # fmt: skip
    world = assigned(opened(ruled(deadlines=(*SHIPPED.deadlines, answer))), SPLIT)
    world.do(hand_back(EDU), at="2024-03-04 09:00")
    world.do(hand_back(HEALTH), at="2024-03-06 09:00")
    world.now = datetime(2024, 3, 12, 1, tzinfo=UTC)
    assert world.do(c.NoteObjectionUnanswered(unit=HEALTH)) == []
    [fact] = world.do(c.NoteObjectionUnanswered(unit=EDU))
    assert fact.event == ObjectionUnanswered(unit=EDU, due_on=date(2024, 3, 11))


@pytest.mark.parametrize("upheld", [True, False])
def test_only_the_clock_of_the_unit_that_must_stay_starts_anew(upheld: bool) -> None:
    anew = recomputation.REPLY.model_copy(update={"restarts": (Restart.OBJECTION_REJECTED,)})
    world = both_returned(assigned(opened(ruled(deadlines=(anew,))), SPLIT))
    _, *moved = world.do(decide_objection(EDU, upheld=upheld), at="2024-03-06 09:00")
    assert {fact.event.unit for fact in moved if isinstance(fact.event, DeadlineRecomputed)} == (
        set() if upheld else {EDU}
    )


def test_what_two_units_did_together_is_evidence_for_either_and_for_no_third() -> None:
    world = countersigned(opened(scoring.scoring()), LED)
    both = next(fact.version for fact in world.all(ReplyCountersigned) if fact.event.unit == HEALTH)
    for unit in (EDU, HEALTH):
        assert world.do(scoring.score(unit=unit, evidence=(1, both)))
    assert world.refused(scoring.score(unit="zhifaju", evidence=(1, both))).field == "evidence.1"


def test_an_opinion_that_the_lead_sent_back_is_evidence_for_the_lead_too() -> None:
    world = assigned(opened(scoring.scoring()), LED)
    world.do(opinion())
    world.do(c.ReturnCoOpinion(unit=HEALTH, asked_by=EDU, reason="请补充数据"))
    assert world.do(scoring.score(evidence=(world.case.version,)))


def test_an_opinion_without_a_last_day_is_sent_back_all_the_same() -> None:
    world = assigned(opened(ruled(deadlines=(recomputation.REPLY,))), LED)
    world.do(opinion())
    assert len(world.do(c.ReturnCoOpinion(unit=HEALTH, asked_by=EDU, reason="请补充数据"))) == 1


def test_who_only_reads_the_case_may_come_when_the_lead_has_replied() -> None:
    world = countersigned(modes=LED)
    for command in (review(), sign(), issue()):
        world.do(command)
    reader = [("shuiliju", AssignmentMode.REFERENCE_ONLY)]
    world.do(c.ListUnit(unit="shuiliju", name="市水利局"))
    assert world.copy().do(assign(reader))
    assert world.do(reassign(reader))


def test_a_lead_unit_thinks_of_those_that_assist_it_and_not_of_itself() -> None:
    world = closed(modes=LED)
    refused = world.refused(scoring.think("LEAD_ON_CO", EDU, EDU))
    assert (refused.rule, refused.field) == (REVIEWED_BY_PARTIES, "about")


@pytest.mark.parametrize(("item", "points", "bounds"), [("late", "1", "-0.4 至 0"), ("face-to-face", "9", "0 至 5")])
def test_who_gives_too_much_hears_what_may_be_given(item: str, points: str, bounds: str) -> None:
    refused = scoring.scored_place().refused(scoring.score(points, item))
    assert refused.rule is SCORE_WITHIN
    assert bounds in refused.reason


# promises and rounds


def test_a_second_reply_waits_for_the_promises_it_tells_of_and_for_no_other() -> None:
    world = commitment.promised()
    world.do(commitment.promise(text="每学期一次培训"))
    world.do(commitment.keep(1), at="2024-04-01 09:00")
    world.do(commitment.keep(2), at="2024-06-03 09:00")
    late = {"occurred_at": date(2024, 5, 1), "late_entry_reason": "补录"}
    assert world.do(commitment.answer_again(1, **late))


def test_a_second_reply_tells_of_no_promise_that_was_never_made() -> None:
    refused = commitment.kept().refused(commitment.answer_again(1, 9))
    assert (refused.rule, refused.field) == (SECOND_REPLY_SETTLES, "commitments.1")


def test_a_second_reply_promises_nothing_and_asks_for_no_higher_rank() -> None:
    world = opened(ruled(signer_ranks=SignerRanks(committing=Rank.UNIT_HEAD)))
    issued(world)
    for command in (commitment.promise(), commitment.keep()):
        world.do(command)
    fact, _ = world.do(commitment.answer_again(signer=leader_of(EDU)))
    assert fact.flags == ()


def test_an_order_of_the_office_is_its_own_and_its_clock_starts_with_it() -> None:
    world = form_out()
    [fact] = world.do(rehandle())
    assert isinstance(fact.event, RehandlingOrdered)
    assert fact.event.automatic is False
    assert fact.event.deadline is not None
    assert fact.event.deadline.anchor.version == fact.version


def test_a_further_round_for_the_same_cause_is_a_further_round() -> None:
    world = form_out()
    for command in (rate(rating=Rating.BASIC), rehandle(), contact(world.now), draft(text="重新办理后的答复")):
        world.do(command)
    assert world.refused(rehandle()).rule is REHANDLE_AFTER_REPLY
    for command in (review(), sign(), issue()):
        world.do(command)
    [fact] = world.do(rehandle())
    assert fact.event.round == 3


def test_who_is_named_twice_was_talked_to_once() -> None:
    world = feedback.unhappy_again()
    [fact] = world.do(feedback.mediate(world, LEAD, LEAD))
    assert fact.event.members == (LEAD,)


def test_who_is_content_with_the_second_answer_needs_no_mediation() -> None:
    world = feedback.unhappy_again()
    world.do(rate(member=SECOND, rating=Rating.BASIC))
    refused = world.refused(feedback.mediate(world, SECOND))
    assert (refused.rule, refused.field) == (MEDIATED_AFTER_REHANDLING, "members.0")


@pytest.mark.parametrize(
    ("defect", "beside"),
    [
        (Defect.WRONG_CLASS, {"openness": Openness.WITHHOLD}),
        (Defect.LAW_OR_POLICY, {"result_class": "B"}),
        (Defect.FORMAT, {"result_class": "B"}),
    ],
)
def test_one_defect_is_not_mended_by_mending_another(defect: Defect, beside: dict[str, Any]) -> None:
    world = drafted()
    world.do(send_back(code=defect))
    assert world.refused(draft(**beside)).rule is RETURNED_DRAFT_CHANGES


# the rest


def test_what_is_published_in_part_is_not_withheld() -> None:
    world = publication.to_publish(Openness.PUBLISH_SUMMARY)
    assert world.refused(publication.withhold()).rule is PUBLICATION_DECIDED


def test_a_look_back_at_cases_that_are_named_needs_no_class() -> None:
    world = follow_up.closed_b()
    world.do(follow_up.look_back(classes=(), cases=(world.proposal,)))
    assert world.do(follow_up.found())


@pytest.mark.parametrize("other", [{"granted": False}, {"reason": "另有理由"}, {"approver": "mayor-li"}])
def test_another_answer_to_a_request_that_was_decided_is_no_repetition(other: dict[str, Any]) -> None:
    world = clock.asked()
    world.do(clock.answer())
    refused = world.refused(clock.answer().model_copy(update=other))
    assert refused.rule is EXTENSION_OPEN


def test_who_was_pressed_as_hard_before_was_not_pressed_less_hard() -> None:
    world = assigned()
    world.do(c.IssueSupervisionNotice(unit=EDU, ask="请按期答复"))
    assert not begins_mildly(world.case, EDU, Pressure.NOTICE)
    assert begins_mildly(world.case, EDU, Pressure.INTERVIEW)


@pytest.mark.parametrize(("percent", "told"), [("50.0", "应为 60.0"), ("60.0", None)])
def test_a_wrong_percentage_hears_the_right_one(percent: str, told: str | None) -> None:
    world = registered()
    claim = archive.snapshot(figures=({"id": "reply_rate", "count": 3, "of": 5, "percent": percent},))
    if told is None:
        assert world.do(claim)
    else:
        assert world.refused(claim).reason == told


def test_a_key_proposal_is_reckoned_again_by_the_limits_of_key_proposals() -> None:
    world = recomputation.chosen()
    assert world.do(c.RecomputeDeadlines()) == []


def test_a_meeting_that_ends_today_may_be_told_today() -> None:
    assert opened(closed_on=None).do(session.close_session(date(2024, 3, 1)))


def test_who_would_take_back_what_is_put_right_otherwise_hears_how() -> None:
    world = contacted()
    refused = world.refused(c.TakeBackStep(version=world.case.version, reason="误登", approver=MAYOR))
    assert refused.rule is TAKES_BACK_STEP
    assert f"应以“{COMMANDS['RetractReport']}”" in refused.reason


def test_a_figure_needs_no_percentage() -> None:
    assert registered().do(archive.snapshot(figures=({"id": "cases", "count": 3, "of": 5},)))
