"""Random histories: commands sensible and not, by people who may and who may not, under random rulebooks.

`walks()` gives a world in some named state and steps to take from there; `histories()` a world that has taken them.
Read models may use either: a history holds several cases, units, rounds, origins and streams.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from domain import commands as c
from domain.codes import (
    AssignmentMode,
    ContactMode,
    Conversion,
    Countersignature,
    DecisiveMoment,
    Gate,
    Heard,
    LeaderDuty,
    MutualReview,
    Openness,
    Origin,
    Pressure,
    Rank,
    Rating,
    Recipient,
    RefusalGround,
    ReminderMode,
    ReviewLevel,
    ReviewOpinion,
    RevisitStage,
    Ruling,
    Timing,
    WithholdingGround,
)
from domain.commands.mending import MENDED_BY, RETRACTED, TAKEN_BACK
from domain.events import ProposalRegistered, ProposalSubmitted
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, LadderStep, Rulebook, ScoreItem
from domain.policy.soundness import NOT_PRESSED
from domain.proposal import DraftStatus, Round, TaskStatus
from domain.rules import Refused
from domain.values import day_of
from tests.domain.given import (
    ALONE,
    BEGIN,
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    MAYOR,
    MEETING,
    NOTICES,
    OFFICE,
    REVIEWER,
    SECOND,
    SHIPPED,
    SPLIT,
    STRANGER,
    Attempt,
    World,
    acknowledged,
    ask_to_add,
    assign,
    assigned,
    attempt,
    close,
    contact,
    contacted,
    countersign,
    countersigned,
    decide_addition,
    decide_objection,
    dissatisfied,
    draft,
    drafted,
    escalate,
    form,
    form_out,
    hand_back,
    issue,
    issued,
    leader_of,
    officer_of,
    opened,
    opinion,
    plan,
    rate,
    reassign,
    registered,
    rehandle,
    responsible,
    review,
    reviewed,
    revisit,
    ruled,
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

Step = Callable[[World], Attempt]

on_case = st.sampled_from((EDU, HEALTH))
units = st.sampled_from((EDU, EDU, HEALTH, CITY, "nowhere"))
members = st.sampled_from((LEAD, LEAD, SECOND, STRANGER, "nobody"))
officials = st.sampled_from((leader_of(EDU), officer_of(EDU), leader_of(HEALTH), MAYOR, "nobody"))
hands = st.sampled_from((None, None, None, OFFICE, REVIEWER, f"official:{leader_of(EDU)}"))
texts = st.sampled_from(("您的建议已采纳，现答复如下。", "修改后的答复", "重新办理 后的答复", "重新办理后的答复"))
numbers = st.integers(1, 3)
rounds = st.sampled_from((None, 1, 2))
ratings = st.sampled_from(Rating)
classes = st.sampled_from(("A", "B", "D"))
modes = st.lists(st.tuples(units, st.sampled_from(AssignmentMode)), min_size=1, max_size=3)
reached = st.lists(members, min_size=1, max_size=2).map(tuple)
instants = st.integers(0, 90).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
days = st.sampled_from((date(2024, 3, 1), date(2024, 3, 1), date(2024, 2, 27)))
absurd = st.sampled_from((date(1949, 9, 20), date(9999, 12, 31), datetime(9999, 12, 31, tzinfo=UTC)))
moments = st.one_of(instants, instants, days, absurd)
gates = st.sampled_from(Gate)


def limit(kind: DeadlineKind, anchor: AnchorKind, count: tuple[CountedIn, dict[str, int]]) -> DeadlineRule:
    counted_in, value = count
    return DeadlineRule(kind=kind, rule="a-limit", anchor=anchor, counted_in=counted_in, source="S10", **value)


counts = st.sampled_from(
    (
        (CountedIn.DAY, {"value": 15}),
        (CountedIn.MONTH, {"value": 3}),
        (CountedIn.FIXED_DATE, {"month": 2, "day": 29}),
    )
)
handled_from = st.sampled_from((AnchorKind.TRANSFER, AnchorKind.ASSIGNMENT, AnchorKind.SESSION_CLOSE))
limits = st.tuples(
    st.builds(limit, st.just(DeadlineKind.REPLY), handled_from, counts),
    st.builds(limit, st.just(DeadlineKind.CO_OPINION), handled_from, counts),
    st.builds(limit, st.just(DeadlineKind.REHANDLING), st.just(AnchorKind.ORDER), counts),
)


more_limits = st.tuples(
    st.builds(limit, st.just(DeadlineKind.ACKNOWLEDGEMENT), st.just(AnchorKind.ASSIGNMENT), counts),
    st.builds(limit, st.just(DeadlineKind.FIRST_CONTACT), st.just(AnchorKind.ASSIGNMENT), counts),
    st.builds(limit, st.just(DeadlineKind.OBJECTION_ANSWER), st.just(AnchorKind.RETURN), counts),
    st.builds(limit, st.just(DeadlineKind.FEEDBACK), st.just(AnchorKind.FORM), counts),
    st.builds(limit, st.just(DeadlineKind.PUBLICATION), st.just(AnchorKind.ISSUE), counts),
)


ladder = tuple(
    LadderStep(
        rule=f"{about.value}.{before}", pressure=Pressure.REMINDER if before else Pressure.NOTICE, about=about,
        before=before, counted_in=CountedIn.DAY, value=3, source="S49",
    )
    for about in DeadlineKind
    if about not in NOT_PRESSED
    for before in (True, False)
)  # fmt: skip
"""For every limit of a unit a reminder before and a notice after."""


def rulebooks(version: int = 1) -> st.SearchStrategy[Rulebook]:
    """Rulebooks that may be adopted: random gates, contact rules, limits."""
    contact_rule = st.fixed_dictionaries(
        {"gate": gates, "before": st.sampled_from(DecisiveMoment)},
        optional={
            "modes": st.sampled_from(((ContactMode.VISIT,), (ContactMode.VISIT, ContactMode.PHONE))),
            "reach_percent": st.sampled_from((0, 50, 51, 100)),
        },
    )
    named = (
        "review_before_signing",
        "co_opinion_before_issue",
        "countersigned_before_issue",
        "signer_rank",
        "ladder_in_order",
    )
    return st.builds(
        ruled,
        contact=contact_rule,
        gates=st.fixed_dictionaries({}, optional=dict.fromkeys(named, gates)),
        version=st.just(version),
        deadlines=st.one_of(
            limits, _without_opinions(limits), st.tuples(limits, more_limits).map(lambda both: (*both[0], *both[1]))
        ),
        rehandling_automatic=st.booleans(),
        ladder=st.sampled_from((None, ladder)),
        key_plan_days=st.sampled_from((None, 15)),
        scoring=st.just((ScoreItem(id="late", title="逾期", most=Decimal(1), deducts=True, source="S36"),)),
        automatic_rehandlings=st.sampled_from((None, 0, 1)),
        signer_rank=st.sampled_from((Rank.OFFICER, Rank.UNIT_PORTFOLIO_LEADER, Rank.UNIT_HEAD)),
    ).map(_without_contradictions)


def _without_opinions(
    limits: st.SearchStrategy[tuple[DeadlineRule, ...]],
) -> st.SearchStrategy[tuple[DeadlineRule, ...]]:
    """Many a place has no limit of its own for an opinion."""
    return limits.map(lambda known: tuple(rule for rule in known if rule.kind is not DeadlineKind.CO_OPINION))


def _without_contradictions(rulebook: Rulebook) -> Rulebook:
    kinds = {rule.kind for rule in rulebook.deadlines}
    steps = tuple(step for step in rulebook.ladder or () if step.about in kinds - NOT_PRESSED)
    by_itself = rulebook.automatic_rehandlings if rulebook.rehandling_automatic else None
    return rulebook.model_copy(update={"ladder": steps or None, "automatic_rehandlings": by_itself})


def wild() -> st.SearchStrategy[c.Command]:
    """Any command about anything, most of them refused."""
    return st.one_of(
        st.builds(submit, lead_proposer=members, co_signers=st.lists(members, max_size=2).map(tuple)),
        st.builds(write, lead_proposer=members),
        st.builds(c.ReviseProposalDraft, title=texts),
        st.builds(c.InviteCoSigners, members=reached, sign_by=st.sampled_from((date(2024, 3, 1), date(2024, 4, 1)))),
        st.builds(c.CoSign, member=members),
        st.builds(c.DeclineCoSignature, member=members),
        st.builds(c.ExpireCoSignatures),
        st.builds(c.SubmitDraft),
        st.builds(c.RegisterProposal),
        st.builds(c.TransferCase, occasion=st.just("交办会"), recipient=st.sampled_from(Recipient)),
        st.builds(assign, st.one_of(st.sampled_from((ALONE, LED, SPLIT)), modes)),
        st.builds(c.AcknowledgeAssignment, unit=units),
        st.builds(hand_back, units, suggested_unit=units, signed_by=officials),
        st.builds(decide_objection, units, upheld=st.booleans()),
        st.builds(
            c.RecordReviewOpinion,
            level=st.sampled_from(ReviewLevel),
            opinion=st.sampled_from(ReviewOpinion),
            note=texts,
        ),
        st.builds(c.ReturnForRevision, reason=texts),
        st.builds(c.ResubmitProposal, title=texts, body=texts),
        st.builds(c.RefuseRegistration, ground=st.sampled_from(RefusalGround), explanation=texts),
        st.builds(c.NotifyRefusal, members=st.one_of(st.just(()), reached), note=texts),
        st.builds(
            c.ConvertProposal,
            conversion=st.sampled_from(Conversion),
            sent_to=st.just("市政协研究室"),
            reason=texts,
            ground=st.one_of(st.none(), st.sampled_from(RefusalGround)),
        ),
        st.builds(c.WithdrawProposal, member=members, reason=texts),
        st.builds(c.ChangeCaseRulebook, rulebook=st.just(SHIPPED.id), version=st.sampled_from((1, 2)), reason=texts),
        st.builds(
            c.RequestExtension,
            unit=units,
            until=st.sampled_from((date(2024, 3, 1), date(2024, 12, 1))),
            reason=texts,
            signed_by=officials,
        ),
        st.builds(c.ApproveHandlingPlan, unit=units, approver=officials),
        st.builds(c.RequestCoOpinion, unit=units, asked_by=units, points=texts),
        st.builds(c.ReturnCoOpinion, unit=units, asked_by=units, reason=texts),
        st.builds(c.RaiseDifficulty, unit=units, text=texts, asks=texts),
        st.builds(c.ResolveDifficulty, number=numbers, outcome=texts, coordinated_by=officials),
        st.builds(
            c.EscalateDisagreement,
            unit=units,
            answering_unit=units,
            dispute=texts,
            signed_by=st.one_of(st.none(), officials),
        ),
        st.builds(
            c.SettleDisagreement,
            number=numbers,
            ruling=st.sampled_from(Ruling),
            decision=texts,
            decided_by=officials,
        ),
        st.builds(c.DecideExtension, unit=units, granted=st.booleans(), approver=officials, reason=texts),
        st.builds(c.PauseClock, unit=units, reason=texts, approver=officials),
        st.builds(c.ResumeClock, unit=units, reason=texts),
        st.builds(escalate, units, leader=officials),
        st.builds(ask_to_add, units, units),
        st.builds(decide_addition, units, granted=st.booleans(), decided_by=st.one_of(st.none(), officials)),
        st.builds(reassign, st.one_of(st.sampled_from((ALONE, LED, SPLIT, ())), modes), units),
        st.builds(responsible, units),
        st.builds(contact, instants, st.one_of(st.none(), units), members=reached, mode=st.sampled_from(ContactMode)),
        st.builds(waive, units, officials),
        st.builds(plan, units, goal=texts, desk_officer=officials),
        st.builds(opinion, units, texts),
        st.builds(draft, units, texts, result_class=classes, openness=st.sampled_from(Openness)),
        st.builds(
            countersign,
            units,
            units,
            numbers,
            countersignature=st.sampled_from(Countersignature),
            reason=st.sampled_from((None, "未采纳本单位意见")),
        ),
        st.builds(review, units, numbers),
        st.builds(send_back, units, numbers),
        st.builds(sign, units, numbers, signer=officials),
        st.builds(issue, units, numbers),
        st.builds(
            c.RecordDelivery,
            occurred_at=instants,
            unit=units,
            members=st.one_of(st.just(()), reached),
            channel=st.just("POST"),
        ),
        st.builds(
            c.DecidePublication,
            unit=units,
            openness=st.sampled_from(Openness),
            withholding_ground=st.sampled_from((None, *WithholdingGround)),
            round=rounds,
        ),
        st.builds(c.ContestPublication, member=members, reason=texts),
        st.builds(c.PublishReply, unit=units, round=rounds, url=st.just("https://example.invalid/28")),
        st.builds(c.WithholdReply, unit=units, round=rounds),
        st.builds(form, units, members=st.one_of(st.just(()), reached)),
        st.builds(
            rate,
            units,
            members,
            ratings,
            round=rounds,
            heard=st.sampled_from((None, *Heard)),
        ),
        st.builds(
            c.ReviseSatisfaction,
            unit=units,
            member=members,
            attitude=ratings,
            result=ratings,
            overall=ratings,
            entered_by=st.just("MEMBER"),
            reason=texts,
        ),
        st.builds(c.NoteFeedbackOverdue, unit=units),
        st.builds(c.SelectKeyProposal, basis=texts),
        st.builds(c.ReleaseKeyProposal, reason=texts),
        st.builds(c.AppointLeader, duty=st.sampled_from(LeaderDuty), leader=officials),
        st.builds(
            c.RecordSupervisionMeeting, occurred_at=instants, leader=officials, units=st.tuples(units), outcome=texts
        ),
        st.builds(c.FileSupervisionReport, occurred_at=instants, author=texts, leader=officials, text=texts),
        st.builds(c.IssueReminder, unit=units, mode=st.sampled_from(ReminderMode), ask=texts),
        st.builds(
            c.IssueSupervisionNotice,
            unit=units,
            ask=texts,
            about=st.sampled_from((None, *DeadlineKind)),
            commitment=st.sampled_from((None, 1)),
        ),
        st.builds(c.NoteObjectionUnanswered, unit=units),
        st.builds(
            c.RecordLeaderInterview,
            occurred_at=instants,
            unit=units,
            leader=officials,
            person=st.just({"name": "王喆"}),
            summary=texts,
        ),
        st.builds(
            c.RecordOnSiteSupervision,
            occurred_at=instants,
            unit=units,
            place=texts,
            people=st.just(({"name": "王喆"},)),
            finding=texts,
            ask=texts,
        ),
        st.builds(c.AnswerSupervision, unit=units, number=numbers, text=texts, signer=officials),
        st.builds(c.IssueCircular, title=texts, text=texts, units=st.tuples(units)),
        st.builds(c.MakeCommitment, unit=units, text=texts),
        st.builds(c.ReportCommitmentProgress, occurred_at=instants, number=numbers, progress=texts),
        st.builds(c.FulfilCommitment, number=numbers, outcome=texts),
        st.builds(c.BreakCommitment, number=numbers, reason=texts),
        st.builds(c.IssueSecondReply, unit=units, commitments=st.tuples(numbers), text=texts, signer=officials),
        st.builds(
            c.RecordOnSiteCheck,
            occurred_at=instants,
            unit=units,
            place=texts,
            people=st.just(({"name": "王喆"},)),
            finding=texts,
            conforms=st.booleans(),
        ),
        st.builds(c.ReassessClass, result_class=classes, basis=texts),
        st.builds(c.OpenLookbackCampaign, title=texts, classes=st.tuples(classes)),
        st.builds(c.RecordLookback, campaign=numbers, unit=units, delivered=st.booleans(), finding=texts),
        st.builds(
            c.RecordScoreItem, unit=units, item=st.just("late"), points=st.just("0"), evidence=st.tuples(numbers)
        ),
        st.builds(c.ScoreProposalQuality, scorer=texts, items=st.just(({"item": "topic", "points": "8.5"},))),
        st.builds(
            c.RecordMutualReview,
            direction=st.sampled_from(MutualReview),
            by=st.one_of(units, members),
            about=st.one_of(units, members),
            rating=ratings,
        ),
        st.builds(c.ScoreUnit, unit=units, items=st.just(({"item": "late", "points": "0"},))),
        st.builds(c.ArchiveCase, files=st.just(({"name": "卷", "sha256": "0" * 64},)), retention=st.just("PERMANENT")),
        st.builds(c.TakeReportSnapshot, as_known=numbers, figures=st.just(({"id": "cases", "count": 1},))),
        st.builds(c.RetractReport, version=st.integers(1, 30), reason=texts),
        st.builds(c.TakeBackStep, version=st.integers(1, 30), reason=texts, approver=officials),
        st.builds(c.CorrectClericalError, version=numbers, field=st.just("title"), correct=texts, reason=texts),
        st.builds(
            c.CorrectSubmission,
            lead_proposer=st.one_of(st.none(), members),
            co_signers=st.one_of(st.none(), st.tuples(members)),
            timing=st.one_of(st.none(), st.sampled_from(Timing)),
            not_passed_down=st.booleans(),
            reason=texts,
            approver=officials,
        ),
        st.builds(c.ReopenHandling, reason=texts, approver=officials),
        st.builds(c.RecomputeDeadlines),
        st.sampled_from([c.AnnounceCalendar(notice=NOTICES[year]) for year in (2024, 2025)]),
        st.builds(rehandle, units),
        st.builds(revisit, instants, st.sampled_from(RevisitStage), unit=st.one_of(st.none(), units), members=reached),
        st.builds(close, classes),
        st.builds(c.OpenSession, session=st.just(MEETING), cppcc=st.just("政协"), term=st.just(15), meeting=st.just(3)),
        st.builds(c.CloseSession, closed_on=st.sampled_from((date(2024, 1, 11), date(2024, 1, 5)))),
        rulebooks(version=2).map(lambda rulebook: c.AdoptRulebook(rulebook=rulebook)),
        st.builds(c.ListUnit, unit=units, name=st.sampled_from(("市教育局", "市教育体育局"))),
        st.builds(
            c.AppointOfficial,
            official=officials,
            name=st.just("王喆"),
            title=st.just("科长"),
            rank=st.sampled_from(Rank),
            unit=units,
        ),
        st.builds(c.ListMember, member=members, name=st.just("刘䶮")),
    )


def onward(world: World, unit: str, rating: Rating) -> c.Command:
    """What somebody who knows the procedure would do next about this unit."""
    case = world.case
    task = case.tasks.get(unit)
    if case.session is None:
        return submit()
    if case.case_no is None:
        return c.RegisterProposal()
    if case.transferred is None:
        return c.TransferCase(occasion="交办会")
    if task is None or not task.active:
        return assign(SPLIT)
    if task.status is TaskStatus.RETURNED:
        return decide_objection(unit, upheld=False)
    if not task.mode.answers:
        lead = case.tasks[EDU].round if EDU in case.tasks else None
        return countersign(unit, EDU, max(lead.drafts)) if task.co_opinion and lead and lead.drafts else opinion(unit)
    latest, round_ = task.round.draft, task.round
    if latest is None or latest.status is DraftStatus.RETURNED:
        return draft(unit, f"第 {round_.number} 轮第 {len(round_.drafts) + 1} 稿")
    match latest.status:
        case DraftStatus.DRAFTED:
            return review(unit, latest.number)
        case DraftStatus.REVIEWED:
            return sign(unit, latest.number)
        case DraftStatus.SIGNED:
            return issue(unit, latest.number)
    waiting = [member for member in round_.forms if member not in round_.ratings]
    if waiting:
        return rate(unit, min(waiting), rating)
    if not round_.forms:
        return form(unit)
    return rehandle(unit) if _unhappy(round_) else close()


def trading_places(unit: str) -> c.ReassignCase:
    """The other of the two leads from here on, and this one assists."""
    other = HEALTH if unit == EDU else EDU
    return reassign(((other, AssignmentMode.LEAD), (unit, AssignmentMode.CO)))


def jointly(world: World, unit: str) -> c.HandleJointly:
    """With every other case there is."""
    others = {fact.stream for fact in world.all(ProposalSubmitted)} - {world.proposal}
    return c.HandleJointly(unit=unit, cases=tuple(sorted(others)) or (world.proposal,), reason="同一主题")


def merging(world: World) -> c.MergeProposals:
    """Every other proposal into the one at hand."""
    others = {fact.stream for fact in world.all(ProposalSubmitted)} - {world.proposal}
    return c.MergeProposals(absorbed=tuple(sorted(others)) or (world.proposal,), reason="内容相近")


def handing_over(world: World) -> c.RecordHandoverMeeting:
    """Every registered case there is."""
    cases = tuple(fact.stream for fact in world.all(ProposalRegistered))
    return c.RecordHandoverMeeting(occurred_at=world.now, occasion="交办会", cases=cases or (world.proposal,))


def retracting(world: World) -> c.RetractReport:
    """The last report of the case at hand, or nothing that can be taken back."""
    return c.RetractReport(version=_last(world, RETRACTED), reason="误登")


def disagree() -> c.EscalateDisagreement:
    return c.EscalateDisagreement(unit=HEALTH, answering_unit=EDU, dispute="经费由谁承担", signed_by=leader_of(EDU))


def settle(world: World) -> c.SettleDisagreement:
    """The last disagreement of the case, decided; or none."""
    last = max(world.case.disagreements, default=1)
    return c.SettleDisagreement(number=last, ruling="AS_DRAFTED", decision="由市级财政承担", decided_by=MAYOR)


def taking_back(world: World) -> c.TakeBackStep:
    """The last step of the case at hand that is taken back where it was a mistake, or nothing of the sort."""
    return c.TakeBackStep(version=_last(world, TAKEN_BACK), reason="误办", approver=MAYOR)


def _last(world: World, mended_so: tuple[str, ...]) -> int:
    case = world.case
    told = [n for n, name in enumerate(case.entries, start=1) if set(mended_so) <= set(MENDED_BY[name])]
    return max((n for n in told if n not in case.retracted), default=1)


ASIDES: tuple[Callable[[World, str], c.Command], ...] = (
    lambda world, unit: contact(world.now, unit),
    lambda world, unit: contact(world.now, unit, members=(LEAD, SECOND), mode="PHONE"),
    lambda world, unit: waive(unit),
    lambda world, unit: hand_back(unit),
    lambda world, unit: decide_objection(unit, upheld=True),
    lambda world, unit: escalate(unit),
    lambda world, unit: ask_to_add(unit, CITY),
    lambda world, unit: decide_addition(unit, granted=True),
    lambda world, unit: reassign(((CITY, AssignmentMode.SOLE),), *(task.unit for task in world.case.active_tasks)),
    lambda world, unit: reassign((), *(task.unit for task in world.case.active_tasks)),
    lambda world, unit: trading_places(unit),
    lambda world, unit: responsible(unit),
    jointly,
    lambda world, unit: merging(world),
    lambda world, unit: handing_over(world),
    lambda world, unit: c.ReturnCoOpinion(unit=HEALTH, asked_by=EDU, reason="未说明经费来源"),
    lambda world, unit: disagree(),
    lambda world, unit: settle(world),
    lambda world, unit: c.RaiseDifficulty(unit=unit, text="编制不足", asks="请市委编办支持"),
    lambda world, unit: c.ResolveDifficulty(number=1, outcome="调剂编制两名", coordinated_by=MAYOR),
    lambda world, unit: c.PauseClock(unit=unit, reason="委员出国", approver=MAYOR),
    lambda world, unit: c.ResumeClock(unit=unit, reason="委员已回国"),
    lambda world, unit: c.RequestExtension(
        unit=unit, until=date(2024, 12, 1), reason="需省厅批复", signed_by=leader_of(unit)
    ),
    lambda world, unit: c.DecideExtension(unit=unit, granted=True, approver=MAYOR, reason="情况属实"),
    lambda world, unit: opinion(unit),
    lambda world, unit: countersign(unit),
    lambda world, unit: plan(unit),
    lambda world, unit: send_back(unit),
    lambda world, unit: rehandle(unit),
    lambda world, unit: c.ReviseSatisfaction(
        unit=unit,
        member=LEAD,
        attitude="BASIC",
        result="BASIC",
        overall="BASIC",
        entered_by="MEMBER",
        reason="来电说明",
    ),
    lambda world, unit: c.RecordMediation(
        occurred_at=world.now,
        unit=unit,
        conveners=({"name": "赵䶮"},),
        members=(LEAD,),
        outcome="说明情况",
        member_position="UNDERSTAND",
        form="SPECIAL_EXPLANATION",
    ),
    lambda world, unit: c.SelectKeyProposal(basis="主席会议"),
    lambda world, unit: c.AppointLeader(duty="SUPERVISE", leader=MAYOR),
    lambda world, unit: c.IssueReminder(unit=unit, mode="PHONE", ask="请按期答复"),
    lambda world, unit: c.IssueSupervisionNotice(unit=unit, ask="请说明原因"),
    lambda world, unit: c.AnswerSupervision(unit=unit, number=1, text="已安排", signer=leader_of(unit)),
    lambda world, unit: c.IssueReminder(unit=unit, mode="SYSTEM", ask="请兑现承诺", commitment=1),
    lambda world, unit: c.NoteObjectionUnanswered(unit=unit),
    lambda world, unit: c.MakeCommitment(unit=unit, text="年底前完成", finish_on=date(2024, 12, 31)),
    lambda world, unit: c.FulfilCommitment(number=1, outcome="已完成"),
    lambda world, unit: c.IssueSecondReply(unit=unit, commitments=(1,), text="已完成", signer=leader_of(unit)),
    lambda world, unit: retracting(world),
    lambda world, unit: taking_back(world),
    lambda world, unit: c.ReopenHandling(reason="误办结", approver=MAYOR),
    lambda world, unit: revisit(world.now),
    lambda world, unit: c.DecidePublication(unit=unit, openness=Openness.PUBLISH_FULL),
    lambda world, unit: c.PublishReply(unit=unit, url="https://example.invalid/28"),
    lambda world, unit: c.ContestPublication(member=LEAD, reason="涉及未成年人"),
    lambda world, unit: submit(),
)
"""What may be done beside the next step."""


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """One step: onward, aside, or something wild, now and then with a claimed time or by another hand."""
    kind = draw(st.sampled_from(("onward", "onward", "onward", "aside", "wild")))
    if kind == "wild":
        return _claiming(draw, draw(wild()))
    unit, rating, aside = draw(on_case), draw(ratings), draw(st.sampled_from(ASIDES))
    if kind == "aside":
        return _dated(draw, lambda world: aside(world, unit))
    return _dated(draw, lambda world: onward(world, unit, rating))


def _dated(draw: st.DrawFn, command: Callable[[World], c.Command]) -> Step:
    """At the hour of entry, or as somebody says who enters it late: some hours before, or on a day."""
    if draw(st.integers(0, 2)):
        return lambda world: attempt(world, command(world))
    ago, day = timedelta(hours=draw(st.integers(0, 80))), draw(st.booleans())

    def late(world: World) -> Attempt:
        at = world.now - ago
        change = {"occurred_at": day_of(at) if day else at, "late_entry_reason": "补录"}
        return attempt(world, command(world).model_copy(update=change))

    return late


def _claiming(draw: st.DrawFn, command: c.Command) -> Step:
    change: dict[str, Any] = {}
    if draw(st.booleans()):
        change = {"occurred_at": draw(moments), "late_entry_reason": draw(st.sampled_from((None, "补录")))}
    how: dict[str, Any] = {"by": draw(hands)}
    if draw(st.integers(0, 4)) == 0:
        how |= {"origin": draw(st.sampled_from((Origin.IMPORTED, Origin.SIMULATED))), "entered": draw(instants)}
    told = command.model_copy(update=change)
    return lambda world: attempt(world, told, **how)


STARTS = (opened, submitted, registered, transferred)
LATER = (
    assigned,
    acknowledged,
    contacted,
    drafted,
    countersigned,
    reviewed,
    signed,
    issued,
    form_out,
    satisfied,
    dissatisfied,
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world with a random rulebook, its case in some named state as far as that rulebook lets it come."""
    world = opened(draw(rulebooks()))
    start = draw(st.sampled_from((*STARTS, *LATER)))
    if start is opened:
        return world
    more = {"modes": draw(st.sampled_from((ALONE, LED, SPLIT)))} if start in LATER else {}
    try:
        start(world, **more)
    except Refused:
        return world
    return world


def walks(most: int = 30) -> st.SearchStrategy[tuple[World, list[Step]]]:
    """A world and the steps to take in it."""
    return st.tuples(worlds(), st.lists(steps(), min_size=most // 3, max_size=most))


def taken(world: World, step: Step) -> bool:
    """Take a step; whether it was allowed."""
    try:
        step(world).do()
    except Refused:
        return False
    return True


@st.composite
def histories(draw: st.DrawFn, most: int = 30) -> World:
    """A world after a random walk."""
    world, walk = draw(walks(most))
    for step in walk:
        taken(world, step)
    return world


SHUFFLES: tuple[Callable[[World, str], c.Command], ...] = (
    lambda world, unit: trading_places(unit),
    lambda world, unit: reassign(((HEALTH if unit == EDU else EDU, AssignmentMode.SOLE),), unit),
    lambda world, unit: reassign(((unit, AssignmentMode.SPLIT), (CITY, AssignmentMode.SPLIT))),
    lambda world, unit: c.RequestExtension(
        unit=unit, until=date(2024, 12, 1), reason="需省厅批复", signed_by=leader_of(unit)
    ),
    lambda world, unit: c.DecideExtension(unit=unit, granted=True, approver=MAYOR, reason="情况属实"),
    lambda world, unit: c.PauseClock(unit=unit, reason="委员出国", approver=MAYOR),
    lambda world, unit: c.ResumeClock(unit=unit, reason="委员已回国"),
    lambda world, unit: opinion(unit),
    lambda world, unit: c.ReturnCoOpinion(unit=unit, asked_by=HEALTH if unit == EDU else EDU, reason="未说明经费来源"),
    lambda world, unit: rehandle(unit),
    lambda world, unit: retracting(world),
    lambda world, unit: taking_back(world),
    lambda world, unit: c.RecomputeDeadlines(),
    lambda world, unit: onward(world, unit, Rating.DISSATISFIED),
)
"""What changes who handles a case, how, and until when."""


@st.composite
def reshuffled(draw: st.DrawFn) -> World:
    """A case whose units, modes, rounds and days change again and again."""
    limits = [rule for rule in SHIPPED.deadlines if rule.kind is not DeadlineKind.CO_OPINION or draw(st.booleans())]
    rulebook = ruled(deadlines=limits, ladder=None, rehandling_automatic=draw(st.booleans()))
    start = draw(st.sampled_from((assigned, contacted, issued, dissatisfied)))
    world = start(opened(rulebook), modes=draw(st.sampled_from((ALONE, LED, SPLIT))))
    for _ in range(draw(st.integers(2, 12))):
        shuffle, unit = draw(st.sampled_from(SHUFFLES)), draw(on_case)
        taken(world, lambda world, shuffle=shuffle, unit=unit: attempt(world, shuffle(world, unit)))
    return world


def _unhappy(round_: Round) -> bool:
    return any(rated.overall is Rating.DISSATISFIED for rated in round_.ratings.values())
