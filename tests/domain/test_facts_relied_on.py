"""A step that rests on an earlier fact is not claimed before it; one that does not keeps its claimed time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Defect, Gate
from domain.events import ProposalSubmitted, SatisfactionRecorded
from domain.rules import OCCURRED_IN_ORDER, RETURNED_DRAFT_CHANGES
from tests.domain import test_admission as admission
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain import test_co_opinion as co_opinion
from tests.domain import test_commitment as commitment
from tests.domain import test_correction as correction
from tests.domain import test_drafting as drafting
from tests.domain import test_feedback as feedback
from tests.domain import test_follow_up as follow_up
from tests.domain import test_key_proposal as key_proposal
from tests.domain import test_publication as publication
from tests.domain import test_supervision as supervision
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LED,
    SECOND,
    SPLIT,
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
    hand_back,
    head_of,
    issue,
    issued,
    leader_of,
    moment,
    opened,
    opinion,
    plan,
    rate,
    reassign,
    registered,
    review,
    ruled,
    satisfied,
    send_back,
    sign,
    signed,
    submitted,
    transferred,
    waive,
)

CLAIMED = "2024-03-05 09:00"
FOLLOWED = "2024-03-10 09:00"
"""When the fact was that the claimed step rests on."""


@dataclass(frozen=True)
class Relied:
    """A step, what it rests on, and the world before that; `told` names the fact in the refusal. `gate` is what asks
    for the fact; where none does it is always needed. `days` are those of the claim and of the fact."""

    given: Callable[[World], World]
    facts: Callable[[World], Sequence[c.Command]]
    step: Callable[[World], c.Command]
    told: str = ""
    gate: str = ""
    days: tuple[str, str] = (CLAIMED, FOLLOWED)

    def followed(self, asked: Gate) -> World:
        """The world in which the fact is known, by rules that ask for it so."""
        world = self.given(opened(ruled(gates={self.gate: asked} if self.gate else {}, automatic_rehandlings=1)))
        at = moment(self.days[1])
        for fact in self.facts(world):
            world.do(fact.model_copy(update={"occurred_at": at}) if fact.occurred_at else fact, at=at)
        return world

    def claimed(self, at: str, asked: Gate = Gate.REFUSE) -> Attempt:
        """The step, told a day after the fact, that claims this moment."""
        world = self.followed(asked)
        told = {"occurred_at": moment(at), "late_entry_reason": "补录"}
        return attempt(world, self.step(world).model_copy(update=told), at=world.now + timedelta(days=1))


def did(world: World, *commands: c.Command) -> World:
    for command in commands:
        world.do(command)
    return world


def key_drafted(world: World) -> World:
    return did(contacted(world), key_proposal.select(), draft(), review())


def key_led(world: World) -> World:
    return did(key_drafted(world), key_proposal.appoint())


def key_satisfied(world: World) -> World:
    return did(satisfied(world), key_proposal.select(), key_proposal.appoint())


def unhappy_again(world: World) -> World:
    """Handling it again has not satisfied the lead proposer either."""
    return did(feedback.unhappy_again(world), rate(member=SECOND))


def revising(world: World) -> World:
    return did(submitted(world), admission.send_for_revision())


def revised(world: World, *before: c.Command) -> World:
    """A proposal that was handed in again, changed."""
    return did(did(submitted(world), *before), admission.send_for_revision(), *changed_again(world))


def changed_again(_: World) -> Sequence[c.Command]:
    return (c.ResubmitProposal(title="改过的提案"),)


def two_registered() -> World:
    """Two proposals, of which the one that is not at hand is a case."""
    world = admission.two_submitted()
    return _other(did(_other(world), c.RegisterProposal()))


def two_transferred() -> World:
    """Two cases, of which the one that is not at hand has been handed over."""
    world = did(two_registered(), c.RegisterProposal())
    return _other(did(_other(world), c.TransferCase(occasion="交办会")))


def into_the_other(world: World) -> c.MergeProposals:
    return admission.merge(_other(world))


def _other(world: World) -> World:
    """The world with its other proposal at hand."""
    [world.proposal] = {fact.stream for fact in world.all(ProposalSubmitted)} - {world.proposal}
    return world


def one_answered(world: World) -> World:
    """One of two units has replied, to everybody's satisfaction; the other has not begun."""
    did(assigned(world, SPLIT), contact(world.now), draft(), review(), sign(), issue(), form())
    return did(world, rate(), rate(member=SECOND))


def disagreement_left(_: World) -> World:
    """The reply is out, to everybody's satisfaction; a disagreement with a unit that has left waits to be decided."""
    world = did(co_opinion.disagreeing(), reassign((), HEALTH))
    return did(world, review(), sign(), issue(), form(), rate(), rate(member=SECOND))


def promised(world: World) -> World:
    """A reply in class B with a promise has satisfied everybody."""
    did(contacted(world), draft(result_class="B"), review(), sign(), issue(), commitment.promise(), form())
    return did(world, rate(), rate(member=SECOND))


GATED: dict[str, Relied] = {
    "passed before the others agreed": Relied(
        lambda world: drafted(world, LED),
        lambda _: (opinion(), opinion(CITY), countersign(), countersign(CITY)),
        lambda _: review(),
        "会签",
        "countersigned_before_review",
    ),
    "signed before the others agreed": Relied(
        lambda world: did(drafted(world, LED), review()),
        lambda _: (opinion(), opinion(CITY), countersign(), countersign(CITY)),
        lambda _: sign(),
        "会签",
        "countersigned_before_signing",
    ),
    "signed before anybody led": Relied(
        key_drafted,
        lambda _: (key_proposal.appoint(),),
        lambda _: sign(signer=head_of(EDU)),
        "确定领导",
        "key_proposal_led",
    ),
    "signed before the plan": Relied(
        key_led,
        lambda _: (plan(),),
        lambda _: sign(signer=head_of(EDU)),
        "报送办理方案",
        "key_plan_before_signing",
    ),
    "issued before its publication was decided": Relied(
        signed,
        lambda _: (publication.decide(),),
        lambda _: issue(),
        "公开审查",
        "publication_before_issue",
    ),
    "issued before its publication was decided anew": Relied(
        lambda world: did(signed(world), publication.decide(), publication.contest()),
        lambda _: (publication.decide(),),
        lambda _: issue(),
        "公开审查",
        "publication_before_issue",
    ),
    "closed before the supervision was reported on": Relied(
        key_satisfied,
        lambda world: (key_proposal.report(world),),
        lambda _: close(),
        "报送督办报告",
        "key_report_before_closing",
    ),
    "closed before the talk": Relied(
        unhappy_again,
        lambda world: (feedback.mediate(world),),
        lambda _: close(),
        "当面协调",
        "satisfied_before_closing",
    ),
    "registered before its review": Relied(
        submitted,
        lambda _: (admission.opinion_of(),),
        lambda _: c.RegisterProposal(),
        "审查",
        "reviewed_before_registration",
    ),
    "registered before a higher level overruled the lower": Relied(
        lambda world: did(submitted(world), admission.opinion_of(opinion="REFUSE")),
        lambda _: (admission.opinion_of("SECOND"),),
        lambda _: c.RegisterProposal(),
        "审查",
        "registered_as_reviewed",
    ),
    "pressed hard before it was pressed gently": Relied(
        assigned,
        lambda _: (supervision.remind(),),
        lambda _: supervision.notify(),
        "较轻的督办",
        "ladder_in_order",
    ),
}

ALWAYS: dict[str, Relied] = {
    "registered before it was handed in again": Relied(
        revising,
        changed_again,
        lambda _: c.RegisterProposal(),
        "重新提交",
    ),
    "handed in again before it was sent back": Relied(
        submitted,
        lambda _: (admission.send_for_revision(),),
        lambda _: c.ResubmitProposal(title="改过的提案"),
        "退回修改",
    ),
    "sent back before it was handed in again": Relied(
        revising,
        changed_again,
        lambda _: admission.send_for_revision(),
        "重新提交",
    ),
    "reviewed before the level below": Relied(
        submitted,
        lambda _: (admission.opinion_of(),),
        lambda _: admission.opinion_of("SECOND"),
        "审查",
    ),
    "not registered before it was handed in again": Relied(
        revising,
        changed_again,
        lambda _: admission.turn_down(),
        "重新提交",
    ),
    "passed on before it was refused": Relied(
        submitted,
        lambda _: (admission.turn_down(),),
        lambda _: admission.pass_on(),
        "不予立案",
    ),
    "taken back before it was registered": Relied(
        submitted,
        lambda _: (c.RegisterProposal(),),
        lambda _: admission.withdraw(),
        "立案",
    ),
    "merged into a case that was none yet": Relied(
        lambda _: two_registered(),
        lambda _: (c.RegisterProposal(),),
        admission.merge,
        "立案",
    ),
    "merged into a case that was not handed over yet": Relied(
        lambda _: two_transferred(),
        lambda _: (c.TransferCase(occasion="交办会"),),
        admission.merge,
        "交办",
    ),
    "merged away before it was registered": Relied(
        lambda _: two_registered(),
        lambda _: (c.RegisterProposal(),),
        into_the_other,
        "立案",
    ),
    "taken back before it was handed over": Relied(
        registered,
        lambda _: (c.TransferCase(occasion="交办会"),),
        lambda _: admission.withdraw(),
        "交办",
    ),
    "taken back before it was assigned": Relied(
        transferred,
        lambda _: (assign(),),
        lambda _: admission.withdraw(),
        "分办",
    ),
    "put under other rules before the ones it is under": Relied(
        lambda world: did(registered(world), *(c.AdoptRulebook(rulebook=ruled(version=version)) for version in (2, 3))),
        lambda _: (admission.change_rules(),),
        lambda _: admission.change_rules(3),
        "改用规则",
    ),
    "issued in time before more time was granted": Relied(
        lambda _: did(signed(clock.limited_opened()), clock.ask("2024-07-01")),
        lambda _: (clock.answer(),),
        lambda _: issue(),
        "批准延期",
        days=("2024-06-20 09:00", "2024-06-25 09:00"),
    ),
    "its publication decided before the objection": Relied(
        lambda world: did(signed(world), publication.decide()),
        lambda _: (publication.contest(),),
        lambda _: publication.decide(),
        "提出异议",
    ),
    "its publication decided with the review before the objection": Relied(
        lambda world: did(drafted(world), publication.decide()),
        lambda _: (publication.contest(),),
        lambda _: review().model_copy(update={"publication": c.PublicationClaim(openness="PUBLISH_FULL")}),
        "提出异议",
    ),
    "published before that was decided": Relied(
        issued,
        lambda _: (publication.decide(),),
        lambda _: publication.publish(),
        "公开审查",
    ),
    "withheld before that was decided": Relied(
        issued,
        lambda _: (publication.hide(),),
        lambda _: publication.withhold(),
        "公开审查",
    ),
    "chosen as key before it was let go": Relied(
        key_proposal.key,
        lambda _: (key_proposal.release(),),
        lambda _: key_proposal.select(basis="第 13 次会议"),
        "不再列为重点提案",
    ),
    "led by a head before the unit had it": Relied(
        transferred,
        lambda _: (assign(),),
        lambda _: key_proposal.appoint("HANDLE", head_of(EDU)),
        "分办",
    ),
    "met about with a unit before it had the case": Relied(
        lambda world: did(transferred(world), key_proposal.select(), key_proposal.appoint()),
        lambda _: (assign(),),
        key_proposal.meet,
        "分办",
    ),
    "closed before it was opened again": Relied(
        closed,
        lambda _: (correction.reopen(),),
        lambda _: close("B"),
        "恢复办理",
    ),
    "closed before a unit that had not replied left": Relied(
        one_answered,
        lambda _: (reassign((), HEALTH),),
        lambda _: close(),
        "改办",
    ),
    "closed before an objection was decided": Relied(
        lambda world: did(one_answered(world), hand_back(HEALTH)),
        lambda _: (decide_objection(HEALTH, upheld=True),),
        lambda _: close(),
        "异议成立",
    ),
    "closed before a request was decided": Relied(
        lambda world: did(satisfied(world), ask_to_add()),
        lambda _: (decide_addition(granted=False),),
        lambda _: close(),
        "增办",
    ),
    "closed before a disagreement was settled": Relied(
        disagreement_left,
        lambda _: (co_opinion.settle("RECONCILED"),),
        lambda _: close(),
        "分歧",
    ),
    "closed better before the promise was kept": Relied(
        promised,
        lambda _: (commitment.keep(),),
        lambda _: close("A"),
        "承诺兑现",
    ),
    "put into a better class before the promise was kept": Relied(
        lambda world: did(closed(world, result_class="B"), commitment.promise()),
        lambda _: (commitment.keep(),),
        lambda _: follow_up.reassess(),
        "承诺兑现",
    ),
    "put into another class before the one it is in": Relied(
        lambda world: closed(world, result_class="B"),
        lambda _: (follow_up.reassess(),),
        lambda _: follow_up.reassess("B"),
        "重新定类",
    ),
    "looked back at before it was of that class": Relied(
        lambda world: did(closed(world), follow_up.look_back()),
        lambda _: (follow_up.reassess("B"),),
        lambda _: follow_up.found(),
        "定类",
    ),
    "signed beside the lead before that was declined": Relied(
        lambda _: did(drafting.written(), drafting.invite(SECOND, sign_by=date(2024, 3, 31))),
        lambda _: (drafting.decline(),),
        lambda _: drafting.sign_beside(),
        "谢绝附议",
    ),
    "declined before it was signed": Relied(
        lambda _: did(drafting.written(), drafting.invite(SECOND, sign_by=date(2024, 3, 31))),
        lambda _: (drafting.sign_beside(),),
        lambda _: drafting.decline(),
        "附议",
    ),
    "given alone to another before the one left": Relied(
        lambda world: did(assigned(world), hand_back()),
        lambda _: (decide_objection(upheld=True),),
        lambda _: assign([(CITY, AssignmentMode.SOLE)]),
        "退出",
    ),
    "given again to a unit before it left": Relied(
        lambda world: assigned(world, LED),
        lambda _: (reassign((), HEALTH),),
        lambda _: assign([(HEALTH, AssignmentMode.CO)]),
        "退出",
    ),
    "handed to another lead before the one left": Relied(
        assigned,
        lambda _: (reassign((), EDU),),
        lambda _: reassign([(CITY, AssignmentMode.LEAD), (HEALTH, AssignmentMode.CO)]),
        "退出",
    ),
    "asked for its opinion before the lead came": Relied(
        lambda world: assigned(world, LED),
        lambda _: (reassign([(EDU, AssignmentMode.CO), (CITY, AssignmentMode.LEAD)]),),
        lambda _: co_opinion.ask_opinion(asked_by=CITY),
        "分办",
    ),
    "its opinion given before it assisted": Relied(
        lambda world: assigned(world, LED),
        lambda _: (reassign([(EDU, AssignmentMode.CO), (CITY, AssignmentMode.LEAD)]),),
        lambda _: opinion(EDU),
        "分办",
    ),
    "its opinion given anew before it was sent back": Relied(
        lambda world: did(assigned(world, LED), opinion()),
        lambda _: (co_opinion.return_opinion(),),
        lambda _: opinion(text="改过的会办意见"),
        "退回会办意见",
    ),
    "its opinion sent back before it was given in these words": Relied(
        lambda world: did(assigned(world, LED), opinion()),
        lambda _: (opinion(text="改过的会办意见"),),
        lambda _: co_opinion.return_opinion(),
        "提出会办意见",
    ),
    "put to those above before the one that gave its opinion did": Relied(
        lambda world: assigned(world, LED),
        lambda _: (opinion(), co_opinion.return_opinion()),
        lambda _: co_opinion.disagree(),
        "提出会办意见",
    ),
    "put to those above before that was settled the first time": Relied(
        lambda _: co_opinion.disagreeing(),
        lambda _: (co_opinion.settle("RECONCILED"),),
        lambda _: co_opinion.disagree(dispute="另一分歧"),
        "裁定意见分歧",
    ),
    "handed back before its opinion was returned": Relied(
        lambda world: did(assigned(world, LED), opinion()),
        lambda _: (co_opinion.return_opinion(),),
        lambda _: hand_back(HEALTH),
        "退回会办意见",
    ),
    "put to a leader before its opinion was returned": Relied(
        lambda world: did(assigned(world, LED), hand_back(HEALTH), decide_objection(HEALTH, upheld=False), opinion()),
        lambda _: (co_opinion.return_opinion(),),
        lambda _: escalate(HEALTH),
        "退回会办意见",
    ),
    "asked for others again before that was decided": Relied(
        lambda world: did(assigned(world), ask_to_add()),
        lambda _: (decide_addition(granted=False),),
        lambda _: ask_to_add(EDU, CITY),
        "裁定增办建议",
    ),
    "more time asked for in a round that had not begun": Relied(
        satisfied,
        lambda _: (c.OrderRehandling(unit=EDU, cause="委员另有意见"),),
        lambda _: clock.ask("2024-09-01"),
        "责成重新办理",
    ),
    "more time asked for before that was decided": Relied(
        lambda _: did(assigned(clock.limited_opened()), clock.ask("2024-07-01")),
        lambda _: (clock.answer(granted=False),),
        lambda _: clock.ask("2024-07-02"),
        "决定延期",
    ),
    "more time asked for before it answered": Relied(
        lambda world: assigned(world, LED),
        lambda _: (reassign([(EDU, AssignmentMode.CO), (CITY, AssignmentMode.LEAD)]),),
        lambda _: clock.ask("2024-09-01", unit=CITY, signed_by=leader_of(CITY)),
        "分办",
    ),
    "let off contact in a round that had not begun": Relied(
        satisfied,
        lambda _: (c.OrderRehandling(unit=EDU, cause="委员另有意见"),),
        lambda _: waive(),
        "责成重新办理",
    ),
    "an answer taken back before the case was opened again": Relied(
        closed,
        lambda _: (correction.reopen(),),
        lambda world: c.RetractReport(version=world.last(SatisfactionRecorded).version, reason="误登"),
        "恢复办理",
    ),
    "put away before the promise was kept": Relied(
        lambda world: did(closed(world), commitment.promise()),
        lambda _: (commitment.keep(),),
        lambda _: archive.archive(),
        "承诺有结果",
    ),
    "put away before the proposers were told of the promise": Relied(
        lambda world: did(closed(world), commitment.promise(), commitment.keep()),
        lambda _: (commitment.answer_again(),),
        lambda _: archive.archive(),
        "二次答复",
    ),
    "put away before the proposers were told": Relied(
        lambda world: did(submitted(world), admission.turn_down()),
        lambda _: (admission.tell(),),
        lambda _: archive.archive(),
        "告知",
    ),
    "put away before its publication, which was due": Relied(
        lambda _: did(archive.limited(), publication.decide()),
        lambda _: (publication.publish(),),
        lambda _: archive.archive(),
        "公开",
    ),
    "put away before the report, which was due": Relied(
        lambda _: did(archive.limited(), key_proposal.appoint()),
        lambda world: (key_proposal.report(world),),
        lambda _: archive.archive(),
        "督办报告",
    ),
}


KEPT: dict[str, Relied] = {
    "another part given before one unit left": Relied(
        lambda world: assigned(world, SPLIT),
        lambda _: (reassign((), HEALTH),),
        lambda _: assign([(CITY, AssignmentMode.SPLIT)]),
    ),
    "another unit assisting before one left": Relied(
        lambda world: assigned(world, LED[:2]),
        lambda _: (reassign((), HEALTH),),
        lambda _: assign([(CITY, AssignmentMode.CO)]),
    ),
    "another unit told before one left": Relied(
        lambda world: assigned(world, SPLIT),
        lambda _: (reassign((), HEALTH),),
        lambda _: assign([(CITY, AssignmentMode.REFERENCE_ONLY)]),
    ),
    "signed before the plan was changed": Relied(
        lambda world: did(key_led(world), plan()),
        lambda _: (plan(goal="每两校配一名心理教师"),),
        lambda _: sign(signer=head_of(EDU)),
        gate="key_plan_before_signing",
    ),
    "signed before the case was a key proposal": Relied(
        lambda world: did(drafted(world), review()),
        lambda _: (key_proposal.select(), key_proposal.appoint(), plan()),
        lambda _: sign(signer=head_of(EDU)),
        gate="key_plan_before_signing",
    ),
    "registered before the highest level spoke again": Relied(
        lambda world: did(
            revised(world, admission.opinion_of(opinion="REFUSE")), admission.opinion_of(note="可以立案")
        ),
        lambda _: (admission.opinion_of("SECOND"),),
        lambda _: c.RegisterProposal(),
        gate="registered_as_reviewed",
    ),
    "issued in time whether more was granted or not": Relied(
        lambda _: did(signed(clock.limited_opened()), clock.ask("2024-07-01")),
        lambda _: (clock.answer(),),
        lambda _: issue(),
    ),
    "issued after its publication was decided for the first time": Relied(
        lambda world: did(signed(world), publication.decide()),
        lambda _: (publication.hide(),),
        lambda _: issue(),
        gate="publication_before_issue",
    ),
    "more time asked for before it wrote": Relied(
        lambda _: contacted(clock.limited_opened()),
        lambda _: (draft(),),
        lambda _: clock.ask("2024-07-01"),
    ),
    "looked back at, being named, before it was put into another class": Relied(
        lambda world: did(closed(world), follow_up.look_back(classes=(), cases=(world.proposal,))),
        lambda _: (follow_up.reassess("B"),),
        lambda _: follow_up.found(),
    ),
    "put into a worse class before a promise was kept": Relied(
        lambda world: did(closed(world), commitment.promise()),
        lambda _: (commitment.keep(),),
        lambda _: follow_up.reassess("B"),
    ),
    "closed as it was answered before a promise was kept": Relied(
        promised,
        lambda _: (commitment.keep(),),
        lambda _: close("B"),
    ),
}
"""What a step does not need to pass."""


@pytest.mark.parametrize("name", [*GATED, *ALWAYS])
def test_no_step_is_claimed_before_a_fact_it_rests_on(name: str) -> None:
    relied = {**GATED, **ALWAYS}[name]
    refused = relied.claimed(relied.days[0]).refused()
    assert (refused.rule, refused.field) == (OCCURRED_IN_ORDER, "occurred_at"), refused
    assert relied.told in refused.reason


@pytest.mark.parametrize("name", [*GATED, *ALWAYS])
def test_a_step_may_be_claimed_from_the_fact_on(name: str) -> None:
    relied = {**GATED, **ALWAYS}[name]
    assert relied.claimed(relied.days[1]).do()


@pytest.mark.parametrize("name", GATED)
def test_where_no_gate_asks_for_a_fact_a_step_keeps_its_claimed_time(name: str) -> None:
    relied = GATED[name]
    [told, *_] = relied.claimed(relied.days[0], Gate.OFF).do()
    assert (told.occurred_at, told.flags) == (moment(relied.days[0]), ())


@pytest.mark.parametrize("name", KEPT)
def test_a_step_that_does_not_need_a_fact_keeps_its_claimed_time(name: str) -> None:
    relied = KEPT[name]
    [told, *_] = relied.claimed(relied.days[0]).do()
    assert (told.occurred_at, told.flags) == (moment(relied.days[0]), ())


def test_a_talk_mends_no_draft_that_is_claimed_before_it() -> None:
    mended = Relied(
        lambda world: did(drafted(world), send_back(code=Defect.NOT_CONTACTED)),
        lambda _: (contact(FOLLOWED),),
        lambda _: draft(),
    )
    assert mended.claimed(CLAIMED).refused().rule is RETURNED_DRAFT_CHANGES
    assert mended.claimed(FOLLOWED).do()
