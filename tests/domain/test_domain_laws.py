"""What holds for every history, however people came by it. (Named apart from the laws of the read models.)"""

from collections import Counter, defaultdict
from dataclasses import replace
from functools import reduce
from typing import Any, get_args
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain import communication
from domain.codes import DecisiveMoment, Gate, Outcome, Rank, Rating
from domain.commands.base import CLAIM_RULES
from domain.communication import Communication, Verdict
from domain.events import (
    AssignmentReturned,
    CaseArchived,
    ClericalErrorCorrected,
    CommitmentEvent,
    CoOpinionSubmitted,
    CorrectionEvent,
    FollowUpEvent,
    HandlingClosed,
    HandlingReopened,
    MemberContacted,
    MemberRevisited,
    ObjectionRejected,
    ObjectionUpheld,
    ProposalAbsorbed,
    ProposalConverted,
    ProposalNotRegistered,
    ProposalRegistered,
    ProposalWithdrawn,
    PublicationEvent,
    RefusalNotified,
    RehandlingOrdered,
    ReminderIssued,
    ReplyDelivered,
    ReplyDrafted,
    ReplyIssued,
    ReplyReturned,
    ReplyReviewed,
    ReplySigned,
    ReportRetracted,
    ScoringEvent,
    StepTakenBack,
    SupervisionAnswered,
    SupervisionNoticeIssued,
    UnitAssigned,
)
from domain.explanation import deadlines_of
from domain.policy.rulebook import ContactRule, DeadlineKind
from domain.proposal import Proposal
from domain.proposal import evolve as evolve_proposal
from domain.record import Recorded, same_person
from domain.rules import CONTACT_BEFORE_REPLY, RULES, Refused
from domain.setting import Decision
from domain.streams import LETTERS, PROPOSAL, Kind, proposal_stream, session_stream
from domain.values import earlier, parse_moment, write_moment
from tests.domain.given import CREATING, LEDGER, MEETING, Weighed, World, kind_of, ruled
from tests.domain.walks import Step, histories, taken, walks

SET_RIGHT = (ReportRetracted, StepTakenBack, ClericalErrorCorrected, CaseArchived)
AFTERWARDS: dict[type, tuple[type, ...]] = {
    HandlingClosed: (
        ReplyDelivered,
        SupervisionAnswered,
        ReminderIssued,
        SupervisionNoticeIssued,
        *get_args(PublicationEvent | FollowUpEvent | CommitmentEvent | ScoringEvent | CorrectionEvent),
        CaseArchived,
    ),
    CaseArchived: (MemberRevisited, ReportRetracted, StepTakenBack, ClericalErrorCorrected),
    ProposalNotRegistered: (RefusalNotified, ProposalConverted, *SET_RIGHT),
    ProposalConverted: (RefusalNotified, *SET_RIGHT),
    ProposalAbsorbed: SET_RIGHT,
    ProposalWithdrawn: SET_RIGHT,
}
ANY_CONTACT = ContactRule(gate=Gate.FLAG, source="测试")
PASSED = (Outcome.PASS, Outcome.PASS_BACKFILLED, Outcome.CONTESTED)
STEPS = (
    AssignmentReturned,
    ObjectionUpheld,
    ObjectionRejected,
    ReplyDrafted,
    ReplyReviewed,
    ReplyReturned,
    ReplySigned,
    ReplyIssued,
    RehandlingOrdered,
    UnitAssigned,
)

slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
law = settings(max_examples=30, deadline=None, suppress_health_check=slow)


def outcome(weighed: Weighed) -> Decision | tuple[str, str, str | None]:
    """What a command decides, or how it is refused."""
    try:
        return list(weighed.decide())
    except Refused as refused:
        return refused.rule.id, refused.reason, refused.field


def fold(kind: Kind[Any], history: list[Recorded[Any]]) -> Any:
    return reduce(kind.evolve, history, kind.empty)


def stored(recorded: Recorded[Any]) -> Recorded[Any]:
    """The same fact after its event and moment have been written and read."""
    event = type(recorded.event).model_validate_json(recorded.event.model_dump_json(exclude_none=True))
    return replace(recorded, event=event, occurred_at=parse_moment(write_moment(recorded.occurred_at)))


def weighed_steps(world: World, walk: list[Step]) -> list[Weighed]:
    """Everything the steps of a walk were decided on, one after the other."""
    known = []
    for step in walk:
        tried = step(world)
        try:
            known.append(world.weigh(tried.command, **tried.how))
        except Refused:
            continue
        taken(world, step)
    return known


@law
@given(walks())
def test_deciding_changes_nothing_it_looks_at(walk: tuple[World, list[Step]]) -> None:
    world, path = walk
    for step in path:
        tried = step(world)
        try:
            weighed = world.weigh(tried.command, **tried.how)
        except Refused:
            continue
        before = repr((weighed.command, weighed.state, weighed.setting))
        outcome(weighed)
        assert repr((weighed.command, weighed.state, weighed.setting)) == before
        taken(world, step)


@law
@given(walks())
def test_deciding_twice_on_equal_states_gives_equal_events(walk: tuple[World, list[Step]]) -> None:
    world, path = walk
    for weighed in weighed_steps(world, path):
        known = world.streams.get(weighed.stream.id, [])[: getattr(weighed.state, "version", 0)]
        equal = replace(weighed, state=fold(weighed.stream.kind, known))
        assert equal.state == weighed.state
        assert outcome(equal) == outcome(weighed)


@law
@given(walks())
def test_a_command_repeated_at_once_adds_nothing(walk: tuple[World, list[Step]]) -> None:
    """Not even a refusal. (A submission is another proposal, unless it comes with the key of the first.)"""
    world, path = walk
    for step in path:
        tried, before = step(world), len(world.history)
        try:
            added = tried.do()
        except Refused:
            continue
        after = len(world.history)
        assert after == before + len(added)
        if not isinstance(tried.command, CREATING):
            assert world.do(tried.command, **tried.how) == []
            assert len(world.history) == after


@law
@given(walks())
def test_a_refusal_names_a_rule_of_its_command_and_leaves_no_event(walk: tuple[World, list[Step]]) -> None:
    world, path = walk
    for step in path:
        tried, known = step(world), list(world.history)
        try:
            tried.do()
        except Refused as refused:
            assert refused.rule in (*type(tried.command).rules, *CLAIM_RULES)  # noqa: PT017  # a refusal is allowed, not demanded
            assert world.history == known


@law
@given(histories())
def test_no_step_of_a_unit_is_said_to_have_been_taken_before_the_one_before(world: World) -> None:
    last: dict[tuple[UUID, str], Recorded[Any]] = {}
    for recorded in world.history:
        if isinstance(recorded.event, STEPS):
            key = (recorded.stream, recorded.event.unit)
            before = last.get(key)
            begins = isinstance(recorded.event, RehandlingOrdered)
            assert begins or before is None or not earlier(recorded.occurred_at, before.occurred_at)
            last[key] = recorded


@law
@given(histories())
def test_a_reply_that_passed_is_not_failed_by_what_comes_after(world: World) -> None:
    """And the reverse: only a contact or an answer changes the verdict on a reply that is out."""
    for stream in {recorded.stream for recorded in world.history if isinstance(recorded.event, ReplyIssued)}:
        known, passed = Communication(), set[tuple[str, int]]()
        for recorded in world.streams[stream]:
            known = communication.evolve(known, recorded)
            if isinstance(recorded.event, ReportRetracted):
                passed.clear()  # what a verdict rested on may be what was a mistake
            for answered in known.rounds:
                key = (answered.unit, answered.round)
                outcome = communication.judge(known, *key, ANY_CONTACT).outcome
                assert key not in passed or outcome in PASSED, (recorded, key)
                if answered.issued and outcome in PASSED:
                    passed.add(key)


@law
@given(histories())
def test_what_has_ended_has_ended(world: World) -> None:
    """After the end of a proposal nothing is added to it but a notice, where it goes instead, a mistake set right."""
    ends: dict[UUID, dict[int, type]] = defaultdict(dict)
    for recorded in world.history:
        ended = ends[recorded.stream]
        if ended:
            assert isinstance(recorded.event, AFTERWARDS[[*ended.values()][-1]]), recorded
        if isinstance(recorded.event, tuple(AFTERWARDS)):
            ended[recorded.version] = type(recorded.event)
        if isinstance(recorded.event, HandlingReopened):
            ended.clear()
        if isinstance(recorded.event, StepTakenBack):
            ended.pop(recorded.event.version, None)


@law
@given(histories())
def test_what_was_taken_back_might_never_have_been(world: World) -> None:
    """Of contacts and answers; the case's own state is told anew from the rest of its history."""
    for stream in {recorded.stream for recorded in world.history if isinstance(recorded.event, ProposalRegistered)}:
        case = world.state(proposal_stream(stream))
        standing = [r for r in case.history if r.version not in case.retracted]
        told = [r for r in standing if not isinstance(r.event, ReportRetracted | StepTakenBack)]
        assert reduce(communication.evolve, told, Communication()) == case.communication


@law
@given(histories())
def test_a_closed_case_is_pressed_about_nothing_but_what_outlives_closing(world: World) -> None:
    closed: set[UUID] = set()
    for recorded in world.history:
        if recorded.stream in closed and isinstance(recorded.event, ReminderIssued | SupervisionNoticeIssued):
            about_promise = recorded.event.commitment is not None
            assert about_promise or recorded.event.about is DeadlineKind.PUBLICATION, recorded
        if isinstance(recorded.event, HandlingClosed):
            closed.add(recorded.stream)
        if isinstance(recorded.event, HandlingReopened):
            closed.discard(recorded.stream)


@law
@given(histories())
def test_every_proposer_of_a_merged_proposal_signs_the_one_that_stands_for_it(world: World) -> None:
    for recorded in world.all(ProposalAbsorbed):
        absorbed = world.state(proposal_stream(recorded.stream))
        assert set(absorbed.proposers) <= set(world.state(proposal_stream(recorded.event.into)).proposers)


@law
@given(histories())
def test_a_contact_serves_one_round(world: World) -> None:
    for stream in {recorded.stream for recorded in world.history if isinstance(recorded.event, MemberContacted)}:
        known = reduce(communication.evolve, world.streams[stream], Communication())
        served = Counter(
            (answered.unit, proof.version)
            for answered in known.rounds
            for proof in communication.judge(known, answered.unit, answered.round, ANY_CONTACT).proof
            if proof.part == "contact"
        )
        assert all(times == 1 for times in served.values()), served


@law
@given(histories(), st.randoms(use_true_random=False))
def test_every_state_can_be_folded_from_any_part_of_its_history(world: World, chance: Any) -> None:
    for history in world.streams.values():
        part = [recorded for recorded in history if chance.random() < 0.7]
        if not part:
            continue
        kind = kind_of(part[0])
        state = fold(kind, part)
        assert (state.stream, state.version) == (part[-1].stream, part[-1].version)
        if kind is PROPOSAL:
            assert state.communication == reduce(communication.evolve, part, Communication())
            _judges_by(state.communication, {recorded.position for recorded in part})


def _judges_by(known: Communication, positions: set[int]) -> None:
    """Every round has a verdict, proved by nothing but what is known."""
    for answered in known.rounds:
        for before in DecisiveMoment:
            rule = ContactRule(gate=Gate.FLAG, before=before, source="S0")
            verdict = communication.judge(known, answered.unit, answered.round, rule)
            assert {item.position for item in verdict.proof} <= positions


@law
@given(histories())
def test_a_state_is_what_its_stored_history_says(world: World) -> None:
    for history in world.streams.values():
        kind = kind_of(history[0])
        assert fold(kind, [stored(recorded) for recorded in history]) == fold(kind, history)


@law
@given(histories())
def test_every_stream_holds_events_of_its_kind_and_every_flag_names_a_rule(world: World) -> None:
    for history in world.streams.values():
        assert len({kind_of(recorded).name for recorded in history}) == 1
        assert {flag for recorded in history for flag in recorded.flags} <= RULES.keys()


@law
@given(histories())
def test_case_numbers_and_letter_numbers_are_taken_once_and_in_order(world: World) -> None:
    cases = [recorded.event.case_no for recorded in world.all(ProposalRegistered)]
    assert cases == list(range(1, len(cases) + 1))
    assert world.state(session_stream(LEDGER, MEETING)).last_case_no == len(cases)
    letters = Counter(
        (letter.unit, letter.year, letter.series)
        for kind in (ReplyIssued, CoOpinionSubmitted)
        for letter in (recorded.event.letter for recorded in world.all(kind))
    )
    kept = Counter(
        (history[-1].event.unit, history[-1].event.year, history[-1].event.series)
        for history in world.streams.values()
        if kind_of(history[0]) is LETTERS
        for _ in range(history[-1].event.number)
    )
    assert letters == kept


@law
@given(histories())
def test_every_limit_names_the_event_it_counts_from_and_the_limit_it_replaces(world: World) -> None:
    for recorded in world.history:
        for due in deadlines_of(recorded.event):
            begun = world.streams[due.anchor.stream][due.anchor.version - 1]
            assert type(begun.event).__name__ == due.anchor.event, (recorded, due)
            assert (due.supersedes is None) == (due.moved_from is None), (recorded, due)
            if due.supersedes is not None:
                replaced = world.streams[recorded.stream][due.supersedes - 1]
                before = [(known.kind, known.due_on) for known in deadlines_of(replaced.event)]
                assert (due.kind, due.moved_from) in before, (recorded, due)


@law
@given(histories())
def test_nobody_signed_what_they_drafted(world: World) -> None:
    for signed in world.all(ReplySigned):
        key = (signed.stream, signed.event.unit, signed.event.round, signed.event.draft)
        [drafter] = [
            recorded.context.person
            for recorded in world.all(ReplyDrafted)
            if (recorded.stream, recorded.event.unit, recorded.event.round, recorded.event.draft) == key
        ]
        assert not same_person(drafter, signed.event.signer)


@law
@given(histories())
def test_what_no_gate_flagged_is_not_judged_a_failure(world: World) -> None:
    for history in world.streams.values():
        if kind_of(history[0]) is not PROPOSAL:
            continue
        case: Proposal = fold(PROPOSAL, history)
        rulebook = world.state(session_stream(LEDGER, MEETING)).rulebook(case.rulebook)
        positions = {recorded.position: recorded for recorded in history}
        if any(isinstance(recorded.event, ReportRetracted) for recorded in history):
            continue  # the gate let pass what stood at the time
        rule = rulebook.contact_before_reply
        for answered in case.communication.rounds:
            verdict = communication.judge(case.communication, answered.unit, answered.round, rule)
            decisive = answered.decisive(rule.before)
            if decisive and verdict.outcome is Outcome.FAIL and not case.retracted:  # which may change a verdict
                assert CONTACT_BEFORE_REPLY.id in positions[decisive.position].flags


@law
@given(histories())
def test_a_rulebook_tightened_later_leaves_every_older_history_and_its_verdicts(world: World) -> None:
    streams = [stream for stream, history in world.streams.items() if kind_of(history[0]) is PROPOSAL]
    before = {stream: (world.state(proposal_stream(stream)), verdicts(world, stream)) for stream in streams}
    strict = ruled(
        version=99,
        contact={"gate": Gate.REFUSE, "before": DecisiveMoment.DRAFT, "modes": ("VISIT",), "reach_percent": 100},
        gates=dict.fromkeys(("review_before_signing", "signer_rank", "objection_in_time"), Gate.REFUSE),
        signer_rank=Rank.MAYOR,
        ratings=(Rating.SATISFIED, Rating.DISSATISFIED),
    )
    world.do(c.AdoptRulebook(rulebook=strict))
    for stream, (state, judged) in before.items():
        folded = Proposal()
        for recorded in world.streams[stream]:
            folded = evolve_proposal(folded, recorded)
        assert folded == state
        assert verdicts(world, stream) == judged


def verdicts(world: World, stream: UUID) -> list[Verdict]:
    """先沟通后答复 of every round of a case, by the rulebook it was registered under."""
    case = world.state(proposal_stream(stream))
    rulebook = world.state(session_stream(LEDGER, MEETING)).rulebook(case.rulebook)
    if rulebook is None or case.rulebook is None:
        return []
    rule = rulebook.contact_before_reply
    return [communication.judge(case.communication, r.unit, r.round, rule) for r in case.communication.rounds]


@law
@given(histories())
def test_cases_handled_together_are_answered_apart(world: World) -> None:
    for closed in world.all(HandlingClosed):
        answered = {fact.event.unit for fact in world.all(ReplyIssued) if fact.stream == closed.stream}
        case = world.state(proposal_stream(closed.stream))
        assert answered & set(case.tasks), "a reply to another case answers nobody here"
