"""What holds for every command, and that every rule of every command has its test."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain import commands as c
from domain.codes import AssignmentMode
from domain.events import RulebookAdopted, UnitAssigned
from domain.explanation import deadlines_of
from domain.judging import OF_HISTORIES
from domain.rules import (
    CASE_OPEN,
    CASE_STANDS,
    CO_SIGNED_ANEW,
    DONE_BEFORE_ARCHIVE,
    DONE_IN_TIME,
    OCCURRED_IN_ORDER,
    PROPOSAL_EXISTS,
    RULEBOOK_IN_FORCE,
    RULES,
    TOLD_BEFORE_DUE,
    Refused,
    Rule,
)
from domain.streams import Stream
from tests.domain import test_admission as admission
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain import test_co_opinion as co_opinion
from tests.domain import test_commitment as commitment
from tests.domain import test_correction as correction
from tests.domain import test_drafting as drafting
from tests.domain import test_feedback as feedback
from tests.domain import test_follow_up as follow_up
from tests.domain import test_handling as handling
from tests.domain import test_issue as issuing
from tests.domain import test_key_proposal as key_proposal
from tests.domain import test_objection as objection
from tests.domain import test_publication as publication
from tests.domain import test_recomputation as recomputation
from tests.domain import test_scoring as scoring
from tests.domain import test_session as session
from tests.domain import test_submission as submission
from tests.domain import test_supervision as supervision
from tests.domain import test_taking_back as taking_back
from tests.domain.given import (
    ALONE,
    CITY,
    LED,
    MAYOR,
    NOTICES,
    SHIPPED,
    Attempt,
    World,
    ask_to_add,
    assign,
    assigned,
    attempt,
    close,
    closed,
    contact,
    contacted,
    countersign,
    decide_addition,
    decide_objection,
    draft,
    drafted,
    escalate,
    form,
    form_out,
    hand_back,
    issue,
    issued,
    opened,
    opinion,
    plan,
    rate,
    reassign,
    registered,
    rehandle,
    rejected,
    responsible,
    returned,
    review,
    reviewed,
    revisit,
    satisfied,
    send_back,
    sign,
    signed,
    submit,
    submitted,
    transferred,
    waive,
    write,
)

Sample = tuple[Callable[[], World], Callable[[World], c.Command]]


def asked_to_add() -> World:
    world = assigned()
    world.do(ask_to_add())
    return world


def struggling() -> World:
    world = assigned()
    world.do(handling.struggle())
    return world


def two_rulebooks() -> World:
    world = registered()
    world.do(c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 2})))
    return world


def two_cases() -> World:
    return assigned(assigned())


def jointly(world: World) -> c.HandleJointly:
    others = {fact.stream for fact in world.all(UnitAssigned)} - {world.proposal}
    return c.HandleJointly(unit="jiaoyuju", cases=tuple(others) or (UUID(int=1),), reason="同一主题")


HAPPY: dict[type[c.Command], Sample] = {
    c.DraftProposal: (opened, lambda world: write()),
    c.ReviseProposalDraft: (drafting.written, lambda world: drafting.rewrite()),
    c.InviteCoSigners: (drafting.written, lambda world: drafting.invite()),
    c.CoSign: (drafting.inviting, lambda world: drafting.sign_beside()),
    c.DeclineCoSignature: (drafting.inviting, lambda world: drafting.decline()),
    c.ExpireCoSignatures: (drafting.run_out, lambda world: c.ExpireCoSignatures()),
    c.SubmitDraft: (drafting.co_signed, lambda world: drafting.hand_in()),
    c.SubmitProposal: (opened, lambda world: submit()),
    c.RecordReviewOpinion: (submitted, lambda world: admission.opinion_of()),
    c.ReturnForRevision: (submitted, lambda world: admission.send_for_revision()),
    c.ResubmitProposal: (admission.revising, lambda world: c.ResubmitProposal(title="另一案由")),
    c.RefuseRegistration: (submitted, lambda world: admission.turn_down()),
    c.NotifyRefusal: (admission.turned_down, lambda world: admission.tell()),
    c.ConvertProposal: (submitted, lambda world: admission.pass_on()),
    c.MergeProposals: (admission.two_submitted, admission.merge),
    c.WithdrawProposal: (submitted, lambda world: admission.withdraw()),
    c.ChangeCaseRulebook: (two_rulebooks, lambda world: admission.change_rules()),
    c.RegisterProposal: (submitted, lambda world: c.RegisterProposal(openness="PUBLISH_FULL")),
    c.TransferCase: (registered, lambda world: c.TransferCase(occasion="交办会")),
    c.AssignUnits: (transferred, lambda world: assign(ALONE)),
    c.AcknowledgeAssignment: (assigned, lambda world: c.AcknowledgeAssignment(unit="jiaoyuju")),
    c.ReturnAssignment: (assigned, lambda world: hand_back()),
    c.NoteObjectionUnanswered: (objection.unanswered, lambda world: objection.note()),
    c.DecideObjection: (returned, lambda world: decide_objection(upheld=False)),
    c.EscalateObjection: (rejected, lambda world: escalate()),
    c.RequestUnitAddition: (assigned, lambda world: ask_to_add()),
    c.DecideUnitAddition: (asked_to_add, lambda world: decide_addition(granted=True, decided_by=MAYOR)),
    c.ReassignCase: (assigned, lambda world: reassign(((CITY, AssignmentMode.SOLE),), "jiaoyuju")),
    c.NameResponsibility: (assigned, lambda world: responsible()),
    c.HandleJointly: (two_cases, jointly),
    c.RecordMemberContact: (assigned, lambda world: contact(world.now)),
    c.WaiveContact: (assigned, lambda world: waive()),
    c.FileHandlingPlan: (assigned, lambda world: plan()),
    c.RequestExtension: (clock.limited, lambda world: clock.ask()),
    c.DecideExtension: (clock.asked, lambda world: clock.answer()),
    c.RecomputeDeadlines: (recomputation.announced, lambda world: recomputation.recompute()),
    c.PauseClock: (clock.limited, lambda world: clock.pause()),
    c.ResumeClock: (clock.standing, lambda world: clock.resume()),
    c.ApproveHandlingPlan: (handling.planned, lambda world: handling.approve()),
    c.RequestCoOpinion: (lambda: assigned(modes=LED), lambda world: co_opinion.ask_opinion()),
    c.ReturnCoOpinion: (co_opinion.given, lambda world: co_opinion.return_opinion()),
    c.EscalateDisagreement: (co_opinion.withheld, lambda world: co_opinion.disagree()),
    c.SettleDisagreement: (co_opinion.disagreeing, lambda world: co_opinion.settle()),
    c.RaiseDifficulty: (assigned, lambda world: handling.struggle()),
    c.ResolveDifficulty: (struggling, lambda world: handling.overcome()),
    c.RecordFieldVisit: (assigned, lambda world: handling.look(world.now)),
    c.SelectKeyProposal: (registered, lambda world: key_proposal.select()),
    c.ReleaseKeyProposal: (key_proposal.key, lambda world: key_proposal.release()),
    c.AppointLeader: (key_proposal.key, lambda world: key_proposal.appoint()),
    c.RecordSupervisionMeeting: (key_proposal.led, key_proposal.meet),
    c.FileSupervisionReport: (key_proposal.led, key_proposal.report),
    c.IssueReminder: (assigned, lambda world: supervision.remind()),
    c.IssueSupervisionNotice: (assigned, lambda world: supervision.notify()),
    c.RecordLeaderInterview: (assigned, supervision.call_in),
    c.RecordOnSiteSupervision: (assigned, supervision.go_there),
    c.AnswerSupervision: (supervision.reminded, lambda world: supervision.answer()),
    c.IssueCircular: (assigned, lambda world: supervision.circular(cases=(world.proposal,))),
    c.SubmitCoOpinion: (lambda: assigned(modes=LED), lambda world: opinion()),
    c.DraftReply: (contacted, lambda world: draft()),
    c.CountersignReply: (lambda: drafted(modes=LED), lambda world: countersign()),
    c.ReviewReply: (drafted, lambda world: review()),
    c.ReturnReply: (drafted, lambda world: send_back()),
    c.SignReply: (reviewed, lambda world: sign()),
    c.IssueReply: (signed, lambda world: issue()),
    c.RecordDelivery: (issued, issuing.deliver),
    c.DecidePublication: (drafted, lambda world: publication.decide()),
    c.ContestPublication: (drafted, lambda world: publication.contest()),
    c.PublishReply: (publication.to_publish, lambda world: publication.publish()),
    c.WithholdReply: (publication.to_withhold, lambda world: publication.withhold()),
    c.IssueFeedbackForm: (issued, lambda world: form()),
    c.RecordSatisfaction: (form_out, lambda world: rate()),
    c.ReviseSatisfaction: (feedback.rated, lambda world: feedback.revise()),
    c.NoteFeedbackOverdue: (feedback.silent, lambda world: feedback.late()),
    c.RecordMediation: (feedback.unhappy_again, feedback.mediate),
    c.OrderRehandling: (issued, lambda world: rehandle()),
    c.RecordRevisit: (issued, lambda world: revisit(world.now)),
    c.CloseHandling: (satisfied, lambda world: close()),
    c.MakeCommitment: (issued, lambda world: commitment.promise()),
    c.ReportCommitmentProgress: (commitment.promised, commitment.progress),
    c.FulfilCommitment: (commitment.promised, lambda world: commitment.keep()),
    c.BreakCommitment: (commitment.promised, lambda world: commitment.fail()),
    c.IssueSecondReply: (commitment.kept, lambda world: commitment.answer_again()),
    c.RecordOnSiteCheck: (issued, follow_up.check),
    c.ReassessClass: (follow_up.closed_b, lambda world: follow_up.reassess()),
    c.RecordLookback: (follow_up.looking_back, lambda world: follow_up.found()),
    c.OpenLookbackCampaign: (follow_up.closed_b, lambda world: follow_up.look_back(cases=(world.proposal,))),
    c.RecordScoreItem: (scoring.scored_place, lambda world: scoring.score()),
    c.ScoreProposalQuality: (closed, lambda world: scoring.quality()),
    c.RecordMutualReview: (closed, lambda world: scoring.think()),
    c.ScoreUnit: (lambda: opened(scoring.scoring()), lambda world: scoring.year()),
    c.ArchiveCase: (closed, lambda world: archive.archive()),
    c.TakeReportSnapshot: (opened, lambda world: archive.snapshot()),
    c.RetractReport: (contacted, lambda world: correction.retract(correction.version_of_contact(world))),
    c.TakeBackStep: (taking_back.withdrawn, lambda world: correction.take_back(max(world.case.version, 1))),
    c.CorrectClericalError: (registered, lambda world: correction.correct()),
    c.CorrectSubmission: (submission.between, lambda world: submission.set_right(timing="IN_SESSION")),
    c.ReopenHandling: (closed, lambda world: correction.reopen()),
    c.OpenSession: (World, lambda world: c.OpenSession(session="15-4", cppcc="德惠市政协", term=15, meeting=4)),
    c.CloseSession: (lambda: opened(closed_on=None), lambda world: session.close_session()),
    c.RecordHandoverMeeting: (session.two_registered, session.meeting),
    c.AdoptRulebook: (
        opened,
        lambda world: c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 9})),
    ),
    c.ListUnit: (World, lambda world: c.ListUnit(unit="shuiliju", name="市水利局")),
    c.AppointOfficial: (
        World,
        lambda world: c.AppointOfficial(official="shizhang", name="赵喆", title="市长", rank="MAYOR"),
    ),
    c.AnnounceCalendar: (World, lambda world: c.AnnounceCalendar(notice=NOTICES[2026])),
    c.ListMember: (World, lambda world: c.ListMember(member="weiyuan-99", name="赵䶮")),
}
"""For every command a state of the world in which it adds something."""

every_command = pytest.mark.parametrize("kind", c.COMMANDS, ids=lambda kind: kind.__name__)


def listing(rule: Rule) -> Any:
    """Every command that lists the rule."""
    kinds = [kind for kind in c.COMMANDS if rule in kind.rules]
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.__name__)


def about_to(kind: type[c.Command]) -> Attempt:
    given, when = HAPPY[kind]
    world = given()
    return attempt(world, when(world))


@every_command
def test_an_allowed_command_adds_to_history(kind: type[c.Command]) -> None:
    tried = about_to(kind)
    known = len(tried.world.history)
    added = tried.do()
    assert added
    assert tried.world.history[known:] == added
    assert {fact.context.reference_position for fact in added} == {known}


@every_command
def test_a_limit_names_the_event_it_counts_from_and_the_limit_it_replaces(kind: type[c.Command]) -> None:
    tried = about_to(kind)
    for added in tried.do():
        for due in deadlines_of(added.event):
            streams = tried.world.streams
            assert type(streams[due.anchor.stream][due.anchor.version - 1].event).__name__ == due.anchor.event
            replaced = streams[added.stream][due.supersedes - 1].event if due.supersedes else added.event
            assert due.moved_from in [None, *(before.due_on for before in deadlines_of(replaced))]


@every_command
def test_a_repeated_command_adds_nothing(kind: type[c.Command]) -> None:
    tried = about_to(kind)
    again = Stream(tried.do()[0].stream, kind.kind)
    known = list(tried.world.history)
    with suppress(Refused):
        tried.world.do(tried.command, stream=again)
    assert tried.world.history == known


@every_command
def test_a_command_says_what_it_is(kind: type[c.Command]) -> None:
    assert kind.__doc__
    assert kind.__doc__ != c.Command.__doc__


@listing(PROPOSAL_EXISTS)
def test_nothing_is_done_to_a_proposal_that_does_not_exist(kind: type[c.Command]) -> None:
    world = opened()
    assert world.refused(HAPPY[kind][1](world)).rule is PROPOSAL_EXISTS


@listing(CASE_OPEN)
def test_nothing_is_done_to_a_closed_case(kind: type[c.Command]) -> None:
    world = closed(result_class="B")
    assert world.refused(HAPPY[kind][1](world)).rule is CASE_OPEN


@listing(CASE_STANDS)
def test_nothing_is_done_to_a_case_that_was_withdrawn(kind: type[c.Command]) -> None:
    world = assigned()
    world.do(admission.withdraw())
    refused = world.refused(HAPPY[kind][1](world))
    assert (refused.rule, "撤案" in refused.reason) == (CASE_STANDS, True)


@listing(RULEBOOK_IN_FORCE)
def test_nothing_is_decided_without_the_rulebook_of_the_case(kind: type[c.Command]) -> None:
    tried = about_to(kind)
    unread = tried.world.without(RulebookAdopted)
    assert unread.refused(tried.command).rule is RULEBOOK_IN_FORCE


BEGINNINGS = (c.DraftProposal, c.SubmitProposal)
"""A proposal begins with them: nothing comes before."""

LAPSES = (c.ExpireCoSignatures, c.NoteObjectionUnanswered, c.NoteFeedbackOverdue)
"""They note what has run out by a day, and before that day nothing has."""

ABOUT_A_CASE = [kind for kind in c.COMMANDS if issubclass(kind, c.base.ProposalCommand)]


@pytest.mark.parametrize("kind", ABOUT_A_CASE, ids=lambda kind: kind.__name__)
def test_nothing_happened_before_what_it_follows(kind: type[c.Command]) -> None:
    tried = about_to(kind)
    early = {"occurred_at": date(2024, 2, 1), "late_entry_reason": "补录"}
    command = tried.command.model_copy(update=early)
    if kind in BEGINNINGS:
        assert tried.world.do(command, **tried.how)
    elif kind in LAPSES:
        assert tried.world.do(command, **tried.how) == []
    else:
        refused = tried.world.refused(command, **tried.how)
        assert (refused.rule, refused.field) == (OCCURRED_IN_ORDER, "occurred_at")


def test_every_rule_of_every_command_has_its_test() -> None:
    modules = [import_module(f"tests.domain.{file.stem}") for file in Path(__file__).parent.glob("test_*.py")]
    tests = [test for module in modules for test in vars(module).values() if hasattr(test, "refuses")]
    shown = {test.refuses for test in tests}
    for general in (PROPOSAL_EXISTS, CASE_OPEN, CASE_STANDS, OCCURRED_IN_ORDER, RULEBOOK_IN_FORCE, DONE_IN_TIME):
        shown |= {(kind, general) for kind in c.COMMANDS if general in kind.rules}
    shown |= {(kind, TOLD_BEFORE_DUE) for kind in c.COMMANDS}  # flagged, never refused: see test_clock
    shown |= {(c.SubmitDraft, CO_SIGNED_ANEW)}  # flagged, never refused: see test_drafting
    shown |= {(c.ArchiveCase, DONE_BEFORE_ARCHIVE)}  # flagged, never refused: see test_archive
    wanted = {(kind, rule) for kind in c.COMMANDS for rule in kind.rules}
    assert {(kind.__name__, rule.id) for kind, rule in wanted - shown} == set()


def test_every_rule_belongs_to_a_command_or_is_asked_of_whole_histories() -> None:
    listed = {rule for kind in c.COMMANDS for rule in (*kind.rules, *c.base.CLAIM_RULES)}
    assert {rule.id for rule in RULES.values()} == {rule.id for rule in (*listed, *OF_HISTORIES)}
    assert listed.isdisjoint(OF_HISTORIES)
