"""会办意见."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Countersignature, Gate, LetterSeries, Rank, Ruling
from domain.events import (
    CoOpinionRequested,
    CoOpinionReturned,
    CoOpinionSubmitted,
    DisagreementEscalated,
    DisagreementSettled,
    LetterNumber,
    ReplyCountersigned,
    ReplyIssued,
)
from domain.policy.rulebook import Rulebook
from domain.proposal import Debtor, Duty, Undated, undated
from domain.rules import (
    CO_UNIT_GIVES_OPINION,
    COUNTERSIGNED_BEFORE_SIGNING,
    DISAGREEMENT_DECIDED_ABOVE,
    DISAGREEMENT_EXISTS,
    DISAGREEMENT_OPEN,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    OPINION_GIVEN,
    RETRACTS_REPORT,
    RETURNED_OPINION_CHANGES,
    SETTLED_BEFORE_CLOSING,
    SIGNER_OF_UNIT,
)
from domain.streams import letter_register
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LED,
    LEDGER,
    MAYOR,
    SECOND,
    SHIPPED,
    Attempt,
    Given,
    World,
    assigned,
    attempt,
    close,
    contacted,
    countersign,
    draft,
    drafted,
    form,
    head_of,
    issue,
    issued,
    leader_of,
    officer_of,
    opened,
    opinion,
    rate,
    reassign,
    refuses,
    review,
    ruled,
    send_back,
    sign,
    signed,
    transferred,
)

BY_HAND = ruled(rehandling_automatic=False)


def test_an_assisting_unit_gives_the_lead_its_opinion() -> None:
    world = assigned(modes=LED)
    fact, number = world.do(opinion())
    letter = LetterNumber(unit=HEALTH, year=2024, number=1, series=LetterSeries.CO_OPINION)
    assert fact.event == CoOpinionSubmitted(
        unit=HEALTH, text="建议与医院共建心理门诊", signer=leader_of(HEALTH), letter=letter
    )
    assert number.stream == letter_register(LEDGER, HEALTH, 2024, LetterSeries.CO_OPINION).id


def test_opinions_and_replies_have_letter_numbers_of_their_own() -> None:
    world = issued(issued(modes=LED), ((HEALTH, AssignmentMode.SOLE),))
    letters = [fact.event.letter for fact in world.history if hasattr(fact.event, "letter")]
    own = [(letter.series, letter.number) for letter in letters if letter.unit == HEALTH]
    assert own == [(LetterSeries.CO_OPINION, 1), (None, 1)]


def test_an_opinion_is_given_once_and_a_changed_one_again() -> None:
    world = assigned(modes=LED)
    world.do(opinion())
    assert world.do(opinion()) == []
    assert world.do(opinion(text="补充意见"))


def test_an_assisting_unit_may_go_back_to_its_first_opinion() -> None:
    world = assigned(modes=LED)
    world.do(opinion())
    world.do(opinion(text="补充意见"))
    assert world.do(opinion())


@refuses(c.SubmitCoOpinion, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [transferred, assigned], ids=["unassigned", "another unit alone"])
def test_only_a_unit_on_the_case_gives_an_opinion(given: Given) -> Attempt:
    return attempt(given(), opinion())


@refuses(c.SubmitCoOpinion, CO_UNIT_GIVES_OPINION, "unit")
def test_the_lead_gives_no_opinion_to_itself() -> Attempt:
    return attempt(assigned(modes=LED), opinion(EDU))


@refuses(c.SubmitCoOpinion, KNOWN_OFFICIAL, "signer")
def test_a_listed_official_signs_an_opinion() -> Attempt:
    return attempt(assigned(modes=LED), opinion(signer="nobody"))


@refuses(c.SubmitCoOpinion, SIGNER_OF_UNIT, "signer")
def test_an_opinion_is_signed_by_somebody_of_the_unit() -> Attempt:
    return attempt(assigned(modes=LED), opinion(signer=leader_of(CITY)))


def test_a_supplement_to_an_opinion_does_not_bar_the_day_on_which_the_reply_went_out() -> None:
    world = signed(modes=LED)
    signed_at = world.now
    world.do(opinion(text="补充意见"), at=world.now + timedelta(days=1))
    assert world.do(issue(occurred_at=signed_at, late_entry_reason="补录"))


# approval of plans


def ask_opinion(unit: str = HEALTH, asked_by: str = EDU) -> c.RequestCoOpinion:
    return c.RequestCoOpinion(unit=unit, asked_by=asked_by, points="心理门诊的设置")


def return_opinion(unit: str = HEALTH, asked_by: str = EDU) -> c.ReturnCoOpinion:
    return c.ReturnCoOpinion(unit=unit, asked_by=asked_by, reason="未说明经费来源")


def given() -> World:
    world = assigned(modes=LED)
    world.do(opinion())
    return world


def test_the_lead_asks_for_an_opinion() -> None:
    world = assigned(modes=LED)
    assert isinstance(world.do(ask_opinion())[0].event, CoOpinionRequested)
    assert world.do(ask_opinion()) == []


def test_an_opinion_that_was_sent_back_is_missing_until_it_comes_again_changed() -> None:
    world = given()
    assert isinstance(world.do(return_opinion())[0].event, CoOpinionReturned)
    assert world.do(return_opinion()) == []
    assert world.case.tasks[HEALTH].co_opinion is None
    world.do(opinion(text="建议与医院共建心理门诊，经费由市级财政承担"))
    assert world.case.tasks[HEALTH].co_opinion is not None


@refuses(c.SubmitCoOpinion, RETURNED_OPINION_CHANGES, "text")
@pytest.mark.parametrize("text", ["建议与医院共建心理门诊", "建议与医院 共建心理门诊"])
def test_an_opinion_that_was_sent_back_must_change(text: str) -> Attempt:
    world = given()
    world.do(return_opinion())
    return attempt(world, opinion(text=text))


@refuses(c.ReturnCoOpinion, OPINION_GIVEN, "unit")
def test_no_opinion_is_sent_back_that_was_not_given() -> Attempt:
    return attempt(assigned(modes=LED), return_opinion())


@refuses(c.ReturnCoOpinion, OPINION_GIVEN, "asked_by")
def test_no_opinion_is_sent_back_after_the_reply() -> Attempt:
    return attempt(issued(modes=LED), return_opinion())


@refuses(c.RequestCoOpinion, CO_UNIT_GIVES_OPINION, "unit")
def test_only_an_assisting_unit_is_asked_for_its_opinion() -> Attempt:
    return attempt(given(), ask_opinion(EDU))


@refuses(c.RequestCoOpinion, ONLY_ASSIGNED_UNIT_REPLIES, "asked_by")
def test_only_a_unit_that_answers_asks_for_an_opinion() -> Attempt:
    return attempt(given(), ask_opinion(HEALTH, CITY))


@refuses(c.RequestCoOpinion, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_a_unit_that_is_not_on_the_case_is_not_asked() -> Attempt:
    return attempt(assigned(), ask_opinion())


@refuses(c.ReturnCoOpinion, CO_UNIT_GIVES_OPINION, "unit")
def test_only_an_assisting_units_opinion_is_sent_back() -> Attempt:
    return attempt(given(), return_opinion(EDU))


@refuses(c.ReturnCoOpinion, ONLY_ASSIGNED_UNIT_REPLIES, "asked_by")
def test_only_a_unit_that_answers_sends_an_opinion_back() -> Attempt:
    return attempt(given(), return_opinion(HEALTH, CITY))


@refuses(c.ReturnCoOpinion, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_nothing_is_sent_back_to_a_unit_that_is_not_on_the_case() -> Attempt:
    return attempt(assigned(), return_opinion())


# disagreements


def disagree(unit: str = HEALTH, answering_unit: str = EDU, **change: Any) -> c.EscalateDisagreement:
    usual = {"dispute": "心理门诊的经费由谁承担", "signed_by": leader_of(EDU)}
    return c.EscalateDisagreement(**{"unit": unit, "answering_unit": answering_unit, **usual, **change})


def settle(ruling: str = "AS_DRAFTED", **change: Any) -> c.SettleDisagreement:
    usual = {"number": 1, "decision": "由市级财政承担，其余照办", "decided_by": MAYOR}
    return c.SettleDisagreement(**{"ruling": ruling, **usual, **change})


def withheld(rulebook: Rulebook | None = None) -> World:
    """A draft that one of two assisting units has not agreed to."""
    world = drafted(opened(rulebook or SHIPPED), LED)
    world.do(opinion())
    world.do(opinion(CITY))
    world.do(countersign(CITY))
    world.do(countersign(countersignature=Countersignature.WITHHELD, reason="未采纳本单位意见"))
    return world


def disagreeing(rulebook: Rulebook | None = None) -> World:
    world = withheld(rulebook)
    world.do(disagree())
    return world


@refuses(c.CloseHandling, SETTLED_BEFORE_CLOSING)
def test_a_disagreement_is_not_lost_with_the_unit_that_leaves() -> Attempt:
    world = disagreeing()
    world.do(reassign((), HEALTH))
    for step in (review(), sign(), issue(), form(), rate(), rate(member=SECOND)):
        world.do(step)
    return attempt(world, close())


def test_a_case_is_closed_once_the_disagreement_was_decided_or_never_was() -> None:
    world = disagreeing()
    world.do(reassign((), HEALTH))
    for step in (review(), sign(), issue(), form(), rate(), rate(member=SECOND)):
        world.do(step)
    other = world.copy()
    world.do(settle("RECONCILED"))
    assert world.do(close())
    other.do(c.RetractReport(version=other.last(DisagreementEscalated).version, reason="误登"))
    assert other.do(close())


def decided(ruling: str, rulebook: Rulebook | None = None) -> World:
    world = disagreeing(rulebook)
    world.do(settle(ruling))
    return world


HELD = ruled(gates={"countersigned_before_signing": Gate.REFUSE})


def test_a_disagreement_is_put_to_those_above_the_units_and_is_theirs_to_decide() -> None:
    world = withheld()
    [fact] = world.do(disagree())
    assert fact.event == DisagreementEscalated(
        unit=HEALTH,
        number=1,
        answering_unit=EDU,
        round=1,
        draft=1,
        dispute="心理门诊的经费由谁承担",
        signed_by=leader_of(EDU),
    )
    assert list(undated(world.case)) == [Undated(Debtor.OFFICE, Duty.DISAGREEMENT)]
    assert world.do(disagree()) == []
    [settled] = world.do(settle())
    assert settled.event == DisagreementSettled(
        number=1, ruling=Ruling.AS_DRAFTED, decision="由市级财政承担，其余照办", decided_by=MAYOR
    )
    assert list(undated(world.case)) == []
    assert world.do(settle()) == []


def test_the_office_may_put_it_forward_and_before_there_is_a_draft() -> None:
    world = given()
    [fact] = world.do(disagree(signed_by=None))
    assert (fact.event.draft, fact.event.signed_by) == (None, None)


def test_an_opinion_that_was_sent_back_may_be_disagreed_about() -> None:
    world = given()
    world.do(return_opinion())
    assert world.do(disagree())


def test_a_settled_disagreement_lets_the_draft_go_on_and_out() -> None:
    world = decided("AS_DRAFTED", HELD)
    world.do(review())
    [fact] = world.do(sign())
    assert fact.flags == ()
    assert [f.flags for f in world.do(issue()) if isinstance(f.event, ReplyIssued)] == [()]


def test_an_opinion_sent_back_is_waited_for_no_longer_once_it_is_settled() -> None:
    world = decided("AS_DRAFTED")
    world.do(return_opinion())
    world.do(review())
    world.do(sign())
    assert world.do(issue())


@refuses(c.SignReply, COUNTERSIGNED_BEFORE_SIGNING, "draft")
@pytest.mark.parametrize("ruling", ["AS_AMENDED", "RECONCILED", None])
def test_a_draft_waits_that_is_to_be_amended_or_agreed_to_or_is_not_decided(ruling: str | None) -> Attempt:
    world = decided(ruling, HELD) if ruling else disagreeing(HELD)
    world.do(review())
    return attempt(world, sign())


def written_anew(ruling: str) -> World:
    world = decided(ruling, HELD)
    world.do(draft(text="您的建议已采纳，经费由市级财政承担。"))
    world.do(countersign(CITY, number=2))
    world.do(review(number=2))
    return world


def test_a_draft_written_to_the_decision_goes_on() -> None:
    assert written_anew("AS_AMENDED").do(sign(number=2))


@refuses(c.SignReply, COUNTERSIGNED_BEFORE_SIGNING, "draft")
def test_another_draft_than_the_one_that_was_to_go_on_is_not_decided() -> Attempt:
    return attempt(written_anew("AS_DRAFTED"), sign(number=2))


@refuses(c.SettleDisagreement, DISAGREEMENT_OPEN, "ruling")
def test_what_is_not_written_yet_does_not_go_on_as_written() -> Attempt:
    world = given()
    world.do(disagree(signed_by=None))
    return attempt(world, settle("AS_DRAFTED"))


@refuses(c.SignReply, COUNTERSIGNED_BEFORE_SIGNING, "draft")
def test_a_unit_that_withholds_again_disagrees_anew() -> Attempt:
    world = decided("AS_AMENDED", HELD)
    world.do(draft(text="您的建议已采纳，经费由学校自筹。"))
    world.do(countersign(CITY, number=2))
    world.do(countersign(number=2, countersignature=Countersignature.WITHHELD, reason="与裁定不符"))
    world.do(review(number=2))
    return attempt(world, sign(number=2))


def test_what_was_not_done_as_decided_may_be_put_forward_again() -> None:
    world = decided("AS_AMENDED")
    [fact] = world.do(disagree(dispute="没有照裁定修改"))
    assert fact.event.number == 2


@refuses(c.SignReply, OCCURRED_IN_ORDER, "occurred_at")
def test_nothing_was_signed_on_a_decision_that_came_later() -> Attempt:
    world = disagreeing(HELD)
    world.do(review())
    before = world.now
    world.do(settle(), at=before + timedelta(hours=1))
    return attempt(world, sign(occurred_at=before))


@refuses(c.SignReply, COUNTERSIGNED_BEFORE_SIGNING, "draft")
def test_a_decision_about_a_unit_that_left_is_none_about_the_unit_that_comes_back() -> Attempt:
    world = contacted(opened(HELD), LED[:2])
    world.do(opinion())
    world.do(disagree())
    world.do(settle("AS_AMENDED"))
    world.do(reassign((), HEALTH))
    world.do(reassign(LED[1:2]))
    world.do(draft())
    world.do(review())
    return attempt(world, sign())


def test_a_unit_that_comes_back_may_disagree_again() -> None:
    world = disagreeing()
    world.do(reassign((), HEALTH))
    world.do(reassign(LED[1:2]))
    world.do(opinion(text="建议由医院牵头"))
    world.do(countersign(countersignature=Countersignature.WITHHELD, reason="未采纳"))
    [fact] = world.do(disagree())
    assert fact.event.number == 2


def test_a_decision_is_retracted_before_anything_rests_on_it() -> None:
    world = decided("AS_DRAFTED", HELD)
    world.do(c.RetractReport(version=world.case.version, reason="误登"))
    assert list(undated(world.case)) == [Undated(Debtor.OFFICE, Duty.DISAGREEMENT)]
    world.do(c.RetractReport(version=world.last(DisagreementEscalated).version, reason="误登"))
    assert list(undated(world.case)) == []


def test_a_decision_is_retracted_once_the_draft_signed_on_it_was_sent_back() -> None:
    world = written_anew("AS_AMENDED")
    world.do(sign(number=2))
    settled = world.last(DisagreementSettled).version
    assert world.refused(c.RetractReport(version=settled, reason="误登")).rule is RETRACTS_REPORT
    world.do(send_back(number=2))
    world.do(c.RetractReport(version=settled, reason="误登"))
    assert list(undated(world.case)) == [Undated(Debtor.OFFICE, Duty.DISAGREEMENT)]
    assert world.do(settle("RECONCILED"))


def test_a_decision_about_something_unknown_changes_nothing() -> None:
    world = decided("AS_DRAFTED").without(DisagreementEscalated)
    assert world.case.disagreements == {}


@refuses(c.EscalateDisagreement, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_nothing_is_put_forward_about_a_unit_that_is_not_on_the_case() -> Attempt:
    return attempt(assigned(), disagree())


@refuses(c.EscalateDisagreement, ONLY_ASSIGNED_UNIT_REPLIES, "answering_unit")
def test_only_a_unit_that_answers_puts_a_disagreement_forward() -> Attempt:
    return attempt(withheld(), disagree(HEALTH, CITY))


@refuses(c.EscalateDisagreement, CO_UNIT_GIVES_OPINION, "unit")
def test_a_disagreement_is_with_an_assisting_unit() -> Attempt:
    return attempt(withheld(), disagree(EDU))


@refuses(c.EscalateDisagreement, KNOWN_OFFICIAL, "signed_by")
def test_somebody_listed_puts_a_disagreement_forward() -> Attempt:
    return attempt(withheld(), disagree(signed_by="nobody"))


@refuses(c.EscalateDisagreement, SIGNER_OF_UNIT, "signed_by")
def test_somebody_of_the_lead_puts_a_disagreement_forward() -> Attempt:
    return attempt(withheld(), disagree(signed_by=leader_of(CITY)))


@refuses(c.EscalateDisagreement, DISAGREEMENT_EXISTS, "unit")
def test_there_is_nothing_to_disagree_about_with_a_unit_that_has_said_nothing() -> Attempt:
    return attempt(assigned(modes=LED), disagree())


@refuses(c.EscalateDisagreement, DISAGREEMENT_EXISTS, "unit")
def test_there_is_nothing_to_disagree_about_with_a_unit_that_agrees() -> Attempt:
    return attempt(withheld(), disagree(CITY))


@refuses(c.EscalateDisagreement, DISAGREEMENT_EXISTS, "unit")
def test_a_decision_about_the_draft_is_obeyed() -> Attempt:
    return attempt(decided("AS_DRAFTED"), disagree(dispute="另有异议"))


@refuses(c.EscalateDisagreement, DISAGREEMENT_EXISTS, "answering_unit")
def test_there_is_nothing_to_disagree_about_after_the_reply() -> Attempt:
    return attempt(issued(modes=LED), disagree())


@refuses(c.EscalateDisagreement, DISAGREEMENT_OPEN, "unit")
def test_one_disagreement_is_decided_before_the_next() -> Attempt:
    return attempt(disagreeing(), disagree(dispute="另有异议"))


@refuses(c.EscalateDisagreement, OCCURRED_IN_ORDER, "occurred_at")
def test_nobody_disagreed_about_what_was_not_yet_said() -> Attempt:
    world = withheld()
    return attempt(world, disagree(occurred_at=world.last(ReplyCountersigned).occurred_at - timedelta(minutes=5)))


@refuses(c.SettleDisagreement, DISAGREEMENT_OPEN, "number")
@pytest.mark.parametrize("number", [1, 2])
def test_what_was_not_put_forward_or_is_decided_is_not_decided_again(number: int) -> Attempt:
    return attempt(decided("AS_DRAFTED"), settle("AS_AMENDED", number=number))


@refuses(c.SettleDisagreement, KNOWN_OFFICIAL, "decided_by")
def test_somebody_listed_decides() -> Attempt:
    return attempt(disagreeing(), settle(decided_by="nobody"))


@refuses(c.SettleDisagreement, DISAGREEMENT_DECIDED_ABOVE, "decided_by")
@pytest.mark.parametrize("unit", [EDU, HEALTH, CITY])
def test_no_unit_on_the_case_decides_its_own_disagreement(unit: str) -> Attempt:
    return attempt(disagreeing(), settle(decided_by=leader_of(unit)))


@refuses(c.SettleDisagreement, DISAGREEMENT_DECIDED_ABOVE, "decided_by")
@pytest.mark.parametrize("who", [officer_of, leader_of, head_of])
def test_no_other_unit_decides_a_disagreement_either(who: Callable[[str], str]) -> Attempt:
    world = drafted(modes=LED[:2])
    world.do(opinion())
    world.do(disagree())
    return attempt(world, settle(decided_by=who(CITY)))


@refuses(c.SettleDisagreement, DISAGREEMENT_DECIDED_ABOVE, "decided_by")
def test_the_cppcc_does_not_decide_for_the_government() -> Attempt:
    world = disagreeing()
    world.do(c.AppointOfficial(official="zhuxi", name="郑镕", title="市政协主席", rank=Rank.CPPCC_CHAIR))
    return attempt(world, settle(decided_by="zhuxi"))


@refuses(c.SettleDisagreement, DISAGREEMENT_DECIDED_ABOVE, "decided_by")
def test_a_city_leader_who_heads_a_unit_on_the_case_is_of_that_unit() -> Attempt:
    world = disagreeing()
    world.do(c.AppointOfficial(official="both", name="钱䶮", title="副市长、局长", rank=Rank.VICE_MAYOR, unit=HEALTH))
    return attempt(world, settle(decided_by="both"))


@pytest.mark.parametrize("unit", [None, CITY])
def test_the_office_or_a_leader_of_the_city_decides(unit: str | None) -> None:
    world = drafted(modes=LED[:2])
    world.do(opinion())
    world.do(disagree())
    rank = Rank.VICE_MAYOR if unit else Rank.SECTION_HEAD
    world.do(c.AppointOfficial(official="above", name="钱䶮", title="领导", rank=rank, unit=unit))
    assert world.do(settle(decided_by="above"))


@refuses(c.SettleDisagreement, OCCURRED_IN_ORDER, "occurred_at")
def test_nothing_is_decided_before_it_was_put_forward() -> Attempt:
    world = disagreeing()
    return attempt(world, settle(occurred_at=world.last(DisagreementEscalated).occurred_at - timedelta(minutes=5)))
