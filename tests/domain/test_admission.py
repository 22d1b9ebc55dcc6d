"""审查、不予立案、转办、并案、撤案、改用规则."""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Ending, Gate, Outcome, RefusalGround, ReviewLevel
from domain.events import (
    CaseRulebookChanged,
    ProposalAbsorbed,
    ProposalConverted,
    ProposalNotRegistered,
    ProposalsMerged,
    ProposalWithdrawn,
    RefusalNotified,
    ReplyIssued,
)
from domain.proposal import Debtor, Duty, Undated, undated
from domain.rules import (
    ARCHIVED_ONCE,
    BEFORE_REGISTRATION,
    CASE_OPEN,
    CONTACT_IS_WITH_PROPOSERS,
    CONVERTED_ON_GROUND,
    KNOWN_UNIT,
    MERGED_BEFORE_ASSIGNMENT,
    MERGED_INTO_AS_FAR,
    OCCURRED_IN_ORDER,
    PASSED_DOWN_BY_OFFICE,
    REFUSED_BEFORE_NOTICE,
    REGISTERED_AS_REVIEWED,
    REVIEW_LEVELS_IN_ORDER,
    REVIEWED_BEFORE_REGISTRATION,
    REVISED_BEFORE_REGISTRATION,
    RULEBOOK_ADOPTED,
    WITHDRAWN_BEFORE_REPLY,
    WITHDRAWN_BY_PROPOSER,
)
from domain.streams import proposal_stream, session_stream
from tests.domain.given import (
    ALONE,
    EDU,
    HEALTH,
    LEAD,
    LEDGER,
    MAYOR,
    SECOND,
    SHIPPED,
    STRANGER,
    Attempt,
    World,
    assign,
    assigned,
    attempt,
    contact,
    draft,
    issue,
    issued,
    moment,
    opened,
    reassign,
    refuses,
    registered,
    review,
    ruled,
    sign,
    submit,
    submitted,
    transferred,
)


def opinion_of(level: str = "FIRST", opinion: str = "ADMIT", **change: Any) -> c.RecordReviewOpinion:
    return c.RecordReviewOpinion(**{"level": level, "opinion": opinion, "note": "案由清楚，建议具体", **change})


def send_for_revision() -> c.ReturnForRevision:
    return c.ReturnForRevision(reason="建议不够具体")


def turn_down(ground: str = "EMPTY") -> c.RefuseRegistration:
    return c.RefuseRegistration(ground=ground, explanation="没有具体建议")


def tell(*members: str) -> c.NotifyRefusal:
    return c.NotifyRefusal(members=members, note="已电话告知")


def pass_on(**change: Any) -> c.ConvertProposal:
    return c.ConvertProposal(
        **{
            "conversion": "SOCIAL_OPINION",
            "sent_to": "市政协研究室",
            "reason": "反映情况",
            "ground": "EMPTY",
            **change,
        }
    )


def withdraw(member: str = LEAD) -> c.WithdrawProposal:
    return c.WithdrawProposal(member=member, reason="问题已解决")


def merge(world: World, **change: Any) -> c.MergeProposals:
    """The other proposals of the world into the one at hand."""
    others = {fact.stream for fact in world.history if fact.event.__class__.__name__ == "ProposalSubmitted"}
    absorbed = tuple(sorted(others - {world.proposal})) or (world.proposal,)
    return c.MergeProposals(**{"absorbed": absorbed, "reason": "内容相近", **change})


def change_rules(version: int = 2) -> c.ChangeCaseRulebook:
    return c.ChangeCaseRulebook(rulebook=SHIPPED.id, version=version, reason="换届后改用新规则")


def revising() -> World:
    world = submitted()
    world.do(send_for_revision())
    return world


def turned_down() -> World:
    world = submitted()
    world.do(turn_down())
    return world


def two_submitted() -> World:
    """A proposal of the stranger, and one of the lead proposer and the second signer at hand."""
    world = opened()
    world.do(submit(lead_proposer=STRANGER, co_signers=(SECOND,), title="关于医保的提案"))
    return submitted(world)


# review


def test_a_proposal_is_reviewed_level_by_level() -> None:
    world = submitted()
    for level in ReviewLevel:
        [fact] = world.do(opinion_of(level, lead_unit=EDU, co_units=(HEALTH,)))
        assert fact.event.level is level
        assert world.do(opinion_of(level, lead_unit=EDU, co_units=(HEALTH,))) == []
    assert set(world.case.reviews) == set(ReviewLevel)


@refuses(c.RecordReviewOpinion, REVIEW_LEVELS_IN_ORDER, "level")
@pytest.mark.parametrize(("before", "level"), [((), "SECOND"), (("FIRST",), "FINAL"), (("FIRST", "SECOND"), "FIRST")])
def test_no_level_of_review_is_left_out_or_gone_back_to(before: tuple[str, ...], level: str) -> Attempt:
    world = submitted()
    for earlier in before:
        world.do(opinion_of(earlier))
    return attempt(world, opinion_of(level, note="另一意见"))


@refuses(c.RecordReviewOpinion, BEFORE_REGISTRATION)
def test_a_case_is_not_reviewed_for_admission() -> Attempt:
    return attempt(registered(), opinion_of())


@refuses(c.RecordReviewOpinion, KNOWN_UNIT, "co_units.0")
def test_a_review_proposes_listed_units() -> Attempt:
    return attempt(submitted(), opinion_of(co_units=("nowhere",)))


@refuses(c.RecordReviewOpinion, REVISED_BEFORE_REGISTRATION)
def test_a_proposal_that_is_being_revised_is_not_reviewed() -> Attempt:
    return attempt(revising(), opinion_of())


def reviewed_as(opinion: str, **gates: Gate) -> World:
    """All three levels have spoken; the last said this."""
    world = submitted(opened(ruled(gates=gates)))
    for level, said in (("FIRST", "ADMIT"), ("SECOND", "ADMIT"), ("FINAL", opinion)):
        world.do(opinion_of(level, said))
    return world


@pytest.mark.parametrize("opinion", ["REFUSE", "CONVERT"])
def test_a_proposal_registered_against_its_last_review_is_flagged(opinion: str) -> None:
    [registered_, _] = reviewed_as(opinion).do(c.RegisterProposal())
    assert registered_.flags == (REGISTERED_AS_REVIEWED.id,)
    assert reviewed_as("ADMIT").do(c.RegisterProposal())[0].flags == ()


@refuses(c.RegisterProposal, REGISTERED_AS_REVIEWED)
def test_a_rulebook_may_refuse_to_register_against_the_last_review() -> Attempt:
    return attempt(reviewed_as("REFUSE", registered_as_reviewed=Gate.REFUSE), c.RegisterProposal())


@refuses(c.RegisterProposal, REVIEWED_BEFORE_REGISTRATION)
def test_a_rulebook_may_ask_for_review_before_registration() -> Attempt:
    world = submitted(opened(ruled(gates={"reviewed_before_registration": Gate.REFUSE})))
    reviewed_ = world.copy()
    reviewed_.do(opinion_of())
    assert reviewed_.do(c.RegisterProposal())[0].flags == ()
    assert submitted().do(c.RegisterProposal())[0].flags == (), "where no rulebook asks for it"
    return attempt(world, c.RegisterProposal())


# revision


def test_a_returned_proposal_is_handed_in_again_and_reviewed_anew() -> None:
    world = submitted()
    world.do(opinion_of(opinion="REVISE"))
    world.do(send_for_revision())
    assert world.do(send_for_revision()) == []
    world.do(c.ResubmitProposal(title="关于治理城市“牛皮癣”的提案", body="一、建立清理机制"))
    assert world.do(c.ResubmitProposal(title="关于治理城市“牛皮癣”的提案", body="一、建立清理机制")) == []
    assert (world.case.title, world.case.body, world.case.reviews) == (
        "关于治理城市“牛皮癣”的提案",
        "一、建立清理机制",
        {},
    )
    assert world.do(c.RegisterProposal())


@refuses(c.RegisterProposal, REVISED_BEFORE_REGISTRATION)
def test_a_proposal_that_is_being_revised_is_not_registered() -> Attempt:
    return attempt(revising(), c.RegisterProposal())


@refuses(c.ReturnForRevision, BEFORE_REGISTRATION)
def test_a_case_is_not_sent_back_for_revision() -> Attempt:
    return attempt(registered(), send_for_revision())


@refuses(c.ReturnForRevision, REVISED_BEFORE_REGISTRATION)
def test_a_proposal_is_sent_back_once_until_it_comes_again() -> Attempt:
    return attempt(revising(), c.ReturnForRevision(reason="另一理由"))


@refuses(c.ResubmitProposal, REVISED_BEFORE_REGISTRATION, "body")
def test_what_is_handed_in_again_has_changed() -> Attempt:
    world = revising()
    return attempt(world, c.ResubmitProposal(title=world.case.title, body=world.case.body))


def test_what_was_not_sent_back_is_not_handed_in_again() -> None:
    assert submitted().refused(c.ResubmitProposal(title="另一案由")).rule is REVISED_BEFORE_REGISTRATION


# refusal, conversion


@pytest.mark.parametrize("ground", RefusalGround)
def test_a_proposal_is_not_registered_on_a_coded_ground_and_its_proposers_are_told(ground: RefusalGround) -> None:
    world = submitted()
    [fact] = world.do(turn_down(ground))
    assert fact.event == ProposalNotRegistered(ground=ground, explanation="没有具体建议")
    assert world.do(turn_down(ground)) == []
    assert world.do(tell(LEAD))[0].event == RefusalNotified(members=(LEAD,), note="已电话告知")
    assert world.do(tell())[0].event.members == (SECOND,)
    assert world.do(tell()) == []
    assert world.case.notified == set(world.case.proposers)


@refuses(c.RefuseRegistration, BEFORE_REGISTRATION)
def test_a_case_is_registered_for_good() -> Attempt:
    return attempt(registered(), turn_down())


@refuses(c.RefuseRegistration, CASE_OPEN)
def test_a_proposal_is_refused_on_one_ground() -> Attempt:
    return attempt(turned_down(), turn_down("PERSONAL"))


@refuses(c.RegisterProposal, CASE_OPEN)
def test_a_refused_proposal_is_not_registered_by_the_way() -> Attempt:
    return attempt(turned_down(), c.RegisterProposal())


@refuses(c.NotifyRefusal, REFUSED_BEFORE_NOTICE)
def test_nobody_is_told_of_a_refusal_that_was_not_made() -> Attempt:
    return attempt(submitted(), tell())


@refuses(c.NotifyRefusal, CONTACT_IS_WITH_PROPOSERS, "members")
def test_a_refusal_is_told_to_its_proposers() -> Attempt:
    return attempt(turned_down(), tell(STRANGER))


@pytest.mark.parametrize("given", [submitted, turned_down])
def test_a_proposal_that_is_no_case_is_passed_on_another_way(given: Any) -> None:
    world = given()
    [fact] = world.do(pass_on())
    assert isinstance(fact.event, ProposalConverted)
    assert world.do(pass_on()) == []
    assert world.case.ended is Ending.NOT_REGISTERED


@refuses(c.ConvertProposal, CONVERTED_ON_GROUND, "ground")
def test_what_is_passed_on_another_way_is_no_case_on_a_coded_ground() -> Attempt:
    return attempt(submitted(), pass_on(ground=None))


def test_what_was_refused_is_passed_on_on_the_same_ground() -> None:
    assert turned_down().refused(pass_on(ground="SECRET")).field == "ground"
    assert turned_down().do(pass_on(ground=None))


def test_who_handed_in_what_is_passed_on_another_way_is_told() -> None:
    world = submitted()
    world.do(pass_on())
    assert list(undated(world.case)) == [Undated(Debtor.COMMITTEE, Duty.REFUSAL_NOTICE, (LEAD, SECOND))]
    world.do(tell(LEAD))
    assert [due.members for due in undated(world.case)] == [(SECOND,)]
    world.do(tell())
    assert list(undated(world.case)) == []


@refuses(c.ConvertProposal, ARCHIVED_ONCE)
def test_what_was_put_away_is_not_passed_on() -> Attempt:
    world = turned_down()
    world.do(tell())
    world.do(c.ArchiveCase(files=({"name": "全卷.pdf", "sha256": "0" * 64},), retention="PERMANENT"))
    return attempt(world, pass_on())


@refuses(c.ConvertProposal, BEFORE_REGISTRATION)
def test_a_case_is_not_passed_on_another_way() -> Attempt:
    return attempt(registered(), pass_on())


@refuses(c.ConvertProposal, CASE_OPEN)
def test_a_proposal_is_passed_on_once() -> Attempt:
    world = submitted()
    world.do(pass_on())
    return attempt(world, pass_on(conversion="LETTER"))


# merging at registration


def test_merged_proposals_become_one_case_that_all_their_proposers_sign_and_are_answered_by() -> None:
    world = two_submitted()
    merged, absorbed = world.do(merge(world))
    assert isinstance(merged.event, ProposalsMerged)
    assert absorbed.event == ProposalAbsorbed(into=world.proposal, reason="内容相近")
    other = world.state(proposal_stream(absorbed.stream))
    assert (other.ended, other.absorbed_into) == (Ending.MERGED, world.proposal)
    assert world.case.proposers == (LEAD, SECOND, STRANGER)
    assert world.do(merge(world)) == []
    for command in (c.RegisterProposal(), c.TransferCase(occasion="交办会"), assign(ALONE)):
        world.do(command)
    for command in (contact(world.now), draft(), review(), sign(), issue()):
        world.do(command)
    assert world.last(ReplyIssued).event.recipients == (LEAD, SECOND, STRANGER)
    assert world.refused(c.RegisterProposal(), stream=proposal_stream(absorbed.stream)).rule is CASE_OPEN


@refuses(c.MergeProposals, MERGED_BEFORE_ASSIGNMENT, "absorbed.0")
def test_a_proposal_that_has_ended_is_not_merged() -> Attempt:
    world = turned_down()
    submitted(world)
    return attempt(world, merge(world))


@refuses(c.MergeProposals, MERGED_BEFORE_ASSIGNMENT)
def test_a_case_that_is_assigned_absorbs_nothing() -> Attempt:
    world = assigned(submitted())
    return attempt(world, merge(world))


@refuses(c.MergeProposals, MERGED_BEFORE_ASSIGNMENT, "absorbed.0")
def test_a_case_that_is_assigned_is_not_absorbed() -> Attempt:
    world = submitted(assigned())
    return attempt(world, merge(world))


@refuses(c.MergeProposals, MERGED_BEFORE_ASSIGNMENT, "absorbed")
def test_a_proposal_is_not_merged_with_itself() -> Attempt:
    world = submitted()
    return attempt(world, merge(world))


@refuses(c.MergeProposals, MERGED_INTO_AS_FAR, "absorbed.0")
def test_a_case_is_not_absorbed_by_a_proposal_that_may_yet_be_refused() -> Attempt:
    world = submitted(registered())
    return attempt(world, merge(world))


@refuses(c.MergeProposals, MERGED_INTO_AS_FAR, "absorbed.0")
def test_a_case_is_not_absorbed_by_one_that_went_to_somebody_else() -> Attempt:
    world = registered()
    world.do(c.TransferCase(occasion="个案交办", recipient="COURT"))
    transferred(world)
    return attempt(world, merge(world))


def test_cases_that_went_to_the_same_side_are_merged() -> None:
    world = transferred(transferred())
    assert world.do(merge(world))


def from_above_and_of_a_party() -> World:
    """One proposal came from the province, one is a party's; the members' own at hand is to stand for both."""
    world = opened()
    world.do(submit(lead_proposer=STRANGER, co_signers=(), passed_down="PROVINCE"))
    party = {"kind": "PARTY", "name": "民建市委会", "sealed": True}
    world.do(submit(lead_proposer=SECOND, co_signers=(), collective=party))
    return submitted(world)


def test_a_case_that_stands_for_one_passed_down_or_of_a_body_is_so_too() -> None:
    world = from_above_and_of_a_party()
    own = world.case.traits
    world.do(merge(world))
    case = world.case
    assert (case.passed_down, case.collective, case.body_name) == ("PROVINCE", "PARTY", "民建市委会")
    for command in (c.RegisterProposal(), c.TransferCase(occasion="交办会"), assign(ALONE)):
        world.do(command)
    for command in (contact(world.now), draft(), review(), sign()):
        world.do(command)
    parted = world.copy()
    assert world.do(issue())[0].flags == (PASSED_DOWN_BY_OFFICE.id,)
    parted.do(reassign((), EDU))
    version = parted.last(ProposalsMerged).version
    parted.do(c.TakeBackStep(version=version, reason="误并", approver=MAYOR))
    assert parted.case.traits == own


def test_a_case_of_a_body_that_stands_for_another_bodys_stays_its_own() -> None:
    world = from_above_and_of_a_party()
    body = {"kind": "SECTOR", "name": "教育界", "signed_by": LEAD}
    world.do(submit(collective=body, passed_down="NATIONAL"))
    merged, *_ = world.do(merge(world))
    assert (merged.event.passed_down, merged.event.collective) == (None, None)
    assert (world.case.passed_down, world.case.body_name) == ("NATIONAL", "教育界")


# withdrawal


@pytest.mark.parametrize("given", [submitted, registered, assigned])
def test_a_proposal_is_taken_back_by_its_lead_proposer_before_it_is_answered(given: Any) -> None:
    world = given()
    [fact] = world.do(withdraw())
    assert fact.event == ProposalWithdrawn(member=LEAD, reason="问题已解决")
    assert world.do(withdraw()) == []
    assert world.case.ended is Ending.WITHDRAWN
    if given is assigned:
        assert world.verdict().outcome is Outcome.NOT_APPLICABLE


@refuses(c.WithdrawProposal, WITHDRAWN_BY_PROPOSER, "member")
def test_a_co_signer_does_not_take_a_proposal_back() -> Attempt:
    return attempt(submitted(), withdraw(SECOND))


@refuses(c.WithdrawProposal, WITHDRAWN_BY_PROPOSER, "agreed_by")
def test_a_proposal_that_stands_for_others_is_taken_back_with_their_lead_proposers() -> Attempt:
    world = two_submitted()
    merged, _ = world.do(merge(world))
    assert merged.event.leads == (STRANGER,)
    agreed = withdraw().model_copy(update={"agreed_by": (STRANGER,)})
    assert world.copy().do(agreed)[0].event.agreed_by == (STRANGER,)
    assert world.refused(agreed.model_copy(update={"agreed_by": (STRANGER, SECOND)})).field == "agreed_by"
    return attempt(world, withdraw())


@refuses(c.WithdrawProposal, WITHDRAWN_BEFORE_REPLY)
def test_what_has_been_answered_is_not_taken_back() -> Attempt:
    return attempt(issued(), withdraw())


@refuses(c.WithdrawProposal, CASE_OPEN)
def test_what_has_ended_otherwise_is_not_taken_back() -> Attempt:
    return attempt(turned_down(), withdraw())


# the rulebook of a case


def test_a_case_is_judged_by_another_rulebook_only_by_a_decision_of_its_own() -> None:
    world = registered()
    second = ruled(version=2)
    world.do(c.AdoptRulebook(rulebook=second))
    assert world.case.rulebook.version == 1
    [fact] = world.do(change_rules())
    assert fact.event == CaseRulebookChanged(rulebook=second.ref(), reason="换届后改用新规则")
    assert world.case.rulebook == second.ref()
    assert world.do(change_rules()) == []


@refuses(c.ChangeCaseRulebook, RULEBOOK_ADOPTED, "rulebook")
def test_a_case_changes_only_to_an_adopted_rulebook() -> Attempt:
    return attempt(registered(), change_rules())


def test_a_proposal_that_is_no_case_has_no_rulebook_to_change() -> None:
    assert submitted().refused(change_rules(1)).rule is RULEBOOK_ADOPTED


def test_days_are_in_order_for_every_step_of_admission() -> None:
    world = two_submitted()
    early = {"occurred_at": date(2024, 2, 1), "late_entry_reason": "补录"}
    for command in (opinion_of(), send_for_revision(), turn_down(), pass_on(), withdraw(), merge(world)):
        assert world.refused(command.model_copy(update=early)).rule.id == "occurred-in-order"


@refuses(c.RecordReviewOpinion, KNOWN_UNIT, "lead_unit")
def test_a_review_proposes_a_listed_lead() -> Attempt:
    return attempt(submitted(), opinion_of(lead_unit="nowhere"))


@refuses(c.MergeProposals, MERGED_BEFORE_ASSIGNMENT, "absorbed.0")
def test_a_proposal_of_another_session_is_not_merged() -> Attempt:
    world = opened()
    another = c.OpenSession(session="15-4", cppcc="德惠市政协", term=15, meeting=4)
    world.do(another, stream=session_stream(LEDGER, "15-4"))
    world.do(submit(session="15-4"))
    submitted(world)
    return attempt(world, merge(world))


@refuses(c.MergeProposals, OCCURRED_IN_ORDER, "occurred_at")
@pytest.mark.parametrize("first", ["absorbed", "at hand"])
def test_a_merger_follows_both_proposals(first: str) -> Attempt:
    world = opened()
    one, other = submit(title="关于医保的提案"), submit()
    for command, at in zip((one, other), ("2024-03-02 09:00", "2024-03-03 09:00"), strict=True):
        world.do(command, at=at)
    if first == "at hand":
        world.proposal = world.history[-2].stream
    command = merge(world, occurred_at=moment("2024-03-02 12:00"), late_entry_reason="补录")
    return attempt(world, command, at="2024-03-03 12:00")


def test_who_was_told_of_a_refusal_taken_back_is_told_anew_when_the_proposal_is_passed_on() -> None:
    world = turned_down()
    world.do(tell())
    refused = world.last(ProposalNotRegistered).version
    world.do(c.TakeBackStep(version=refused, reason="误办", approver=MAYOR))
    world.do(pass_on())
    assert world.case.untold == (LEAD, SECOND)
    assert [type(recorded.event) for recorded in world.do(tell())] == [RefusalNotified]
    assert world.case.untold == ()
