"""提交、立案、交办."""

from typing import Any

import pytest

from domain import commands as c
from domain.codes import Channel, CollectiveKind, Openness, ProposalType, Recipient, Timing
from domain.events import (
    CaseNumberTaken,
    CaseTransferredElsewhere,
    CaseTransferredToGovernment,
    ProposalRegistered,
    ProposalSubmitted,
    RulebookAdopted,
)
from domain.policy.rulebook import Rulebook
from domain.rules import (
    KNOWN_MEMBER,
    KNOWN_SESSION,
    KNOWN_UNIT,
    PROPOSERS_DISTINCT,
    REGISTERED_BEFORE_TRANSFER,
    REGISTERED_ONCE,
    RULEBOOK_IN_FORCE,
    SUBMITTED_ONCE,
    TOPIC_IN_LIST,
    TRANSFERRED_ONCE,
)
from domain.streams import proposal_stream, session_stream
from tests.domain.given import (
    EDU,
    LEAD,
    LEDGER,
    MEETING,
    SECOND,
    SHIPPED,
    STRANGER,
    Attempt,
    assign,
    attempt,
    opened,
    refuses,
    registered,
    ruled,
    submit,
    submitted,
    transferred,
)


def test_a_proposal_is_submitted_by_its_lead_proposer() -> None:
    world = opened()
    [fact] = world.do(submit(body="城区牛皮癣屡禁不止", suggested_units=(EDU,)))
    assert fact.event == ProposalSubmitted(
        session=MEETING,
        title="关于整治城市“牛皮癣”的提案",
        body="城区牛皮癣屡禁不止",
        timing=Timing.IN_SESSION,
        channel=Channel.ONLINE,
        lead_proposer=LEAD,
        co_signers=(SECOND,),
        suggested_units=(EDU,),
    )
    assert (fact.version, fact.context.actor) == (1, f"member:{LEAD}")
    assert world.case.proposers == (LEAD, SECOND)


@refuses(c.SubmitProposal, SUBMITTED_ONCE)
def test_a_proposal_is_submitted_only_once() -> Attempt:
    world = submitted()
    return attempt(world, submit(), stream=proposal_stream(world.proposal))


@refuses(c.SubmitProposal, KNOWN_SESSION, "session")
def test_a_proposal_needs_a_session_that_was_opened() -> Attempt:
    return attempt(opened(), submit(session="16-1"))


@refuses(c.SubmitProposal, PROPOSERS_DISTINCT, "co_signers")
@pytest.mark.parametrize("co_signers", [(LEAD,), (SECOND, SECOND)])
def test_nobody_signs_a_proposal_twice(co_signers: tuple[str, ...]) -> Attempt:
    return attempt(opened(), submit(co_signers=co_signers))


@refuses(c.SubmitProposal, KNOWN_MEMBER, "lead_proposer")
def test_the_lead_proposer_is_a_listed_member() -> Attempt:
    return attempt(opened(), submit(lead_proposer="nobody"))


@refuses(c.SubmitProposal, KNOWN_MEMBER, "co_signers.1")
def test_every_co_signer_is_a_listed_member() -> Attempt:
    return attempt(opened(), submit(co_signers=(STRANGER, "nobody")))


@refuses(c.SubmitProposal, KNOWN_UNIT, "suggested_units.1")
def test_a_suggested_unit_is_a_listed_unit() -> Attempt:
    return attempt(opened(), submit(suggested_units=(EDU, "nowhere")))


def test_registration_takes_the_next_case_number_and_pins_the_rulebook() -> None:
    world = submitted()
    fact, number = world.do(c.RegisterProposal(topic="城市管理"))
    assert fact.event == ProposalRegistered(
        session=MEETING,
        case_no=1,
        proposal_type=ProposalType.MEMBER_JOINT,
        topic="城市管理",
        rulebook=SHIPPED.ref(),
    )
    assert number.event == CaseNumberTaken(case_no=1, proposal=world.proposal)
    assert (number.stream, number.position) == (session_stream(LEDGER, MEETING).id, fact.position + 1)


PARTY = {"collective": {"kind": CollectiveKind.PARTY, "name": "民革德惠市委", "sealed": True}}


@pytest.mark.parametrize(
    ("signers", "wanted"),
    [
        ({"co_signers": ()}, ProposalType.MEMBER_SINGLE),
        ({"co_signers": (SECOND,)}, ProposalType.MEMBER_JOINT),
        (PARTY, ProposalType.COLLECTIVE),
    ],
)
def test_the_type_follows_from_who_signs(signers: dict[str, Any], wanted: ProposalType) -> None:
    world = opened()
    world.do(submit(**signers))
    assert world.do(c.RegisterProposal())[0].event.proposal_type is wanted


def test_a_case_is_as_open_as_decided_else_as_its_proposers_wished() -> None:
    wish = {"openness_wish": Openness.WITHHOLD, "openness_reason": "涉及个案"}
    world = opened()
    world.do(submit(**wish))
    wished, decided = world.copy(), world
    assert wished.do(c.RegisterProposal())[0].event.openness is Openness.WITHHOLD
    register = c.RegisterProposal(openness=Openness.PUBLISH_FULL)
    assert decided.do(register)[0].event.openness is Openness.PUBLISH_FULL
    assert decided.do(register) == decided.do(c.RegisterProposal()) == []
    assert registered().last(ProposalRegistered).event.openness is None


@refuses(c.RegisterProposal, REGISTERED_ONCE, "openness")
def test_a_registered_case_is_as_open_as_was_decided() -> Attempt:
    return attempt(registered(), c.RegisterProposal(openness=Openness.WITHHOLD))


def test_case_numbers_of_a_session_follow_each_other() -> None:
    world = registered(registered())
    assert [fact.event.case_no for fact in world.all(ProposalRegistered)] == [1, 2]
    assert [fact.version for fact in world.all(CaseNumberTaken)] == [3, 4]


def test_a_registered_case_keeps_its_number() -> None:
    assert registered().do(c.RegisterProposal()) == []


@refuses(c.RegisterProposal, REGISTERED_ONCE, "topic")
def test_a_registered_case_keeps_its_topic() -> Attempt:
    return attempt(registered(), c.RegisterProposal(topic="另一主题"))


def test_a_case_keeps_the_rulebook_it_was_registered_under() -> None:
    world = registered()
    world.do(c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 2})))
    assert world.case.rulebook == SHIPPED.ref()
    assert registered(world).case.rulebook.version == 2


@refuses(c.RegisterProposal, RULEBOOK_IN_FORCE)
def test_no_case_is_registered_before_the_session_has_a_rulebook() -> Attempt:
    return attempt(submitted().without(RulebookAdopted), c.RegisterProposal())


def test_a_registered_case_is_transferred_to_the_government() -> None:
    [fact] = registered().do(c.TransferCase(occasion="2024 年提案交办会"))
    assert fact.event == CaseTransferredToGovernment(occasion="2024 年提案交办会")


def test_a_case_is_transferred_once() -> None:
    assert transferred().do(c.TransferCase(occasion="交办会")) == []


@refuses(c.TransferCase, TRANSFERRED_ONCE, "occasion")
def test_a_case_is_not_transferred_on_another_occasion() -> Attempt:
    return attempt(transferred(), c.TransferCase(occasion="另一次会议"))


@refuses(c.TransferCase, REGISTERED_BEFORE_TRANSFER)
def test_a_proposal_that_is_no_case_yet_cannot_be_transferred() -> Attempt:
    return attempt(submitted(), c.TransferCase(occasion="交办会"))


def test_a_case_that_is_not_the_governments_goes_where_it_belongs() -> None:
    world = registered()
    told = c.TransferCase(occasion="交办会", recipient=Recipient.COURT)
    [fact] = world.do(told)
    assert fact.event == CaseTransferredElsewhere(recipient=Recipient.COURT, occasion="交办会")
    assert world.do(told) == []
    assert world.do(assign())


@refuses(c.TransferCase, TRANSFERRED_ONCE, "recipient")
def test_a_case_is_not_transferred_to_two() -> Attempt:
    return attempt(transferred(), c.TransferCase(occasion="交办会", recipient=Recipient.PARTY_OFFICE))


def listed() -> Rulebook:
    """A rulebook with a list of topics."""
    return ruled(topics=[{"code": "经济", "title": "经济建设"}, {"code": "社会", "title": "社会建设"}])


def test_a_case_is_about_something_of_the_rulebooks_list_where_it_has_one() -> None:
    world = submitted(opened(listed()))
    [fact, _] = world.do(c.RegisterProposal(topic="经济"))
    assert fact.event.topic == "经济"


def test_what_a_case_is_about_need_not_be_said() -> None:
    assert submitted(opened(listed())).do(c.RegisterProposal())


def test_who_names_another_topic_is_told_which_there_are() -> None:
    refused = submitted(opened(listed())).refused(c.RegisterProposal(topic="乱写的类别"))
    assert refused.reason == "没有类别“乱写的类别”，可用的有：经济（经济建设）、社会（社会建设）"


@refuses(c.RegisterProposal, TOPIC_IN_LIST, "topic")
def test_a_topic_is_one_of_the_list() -> Attempt:
    return attempt(submitted(opened(listed())), c.RegisterProposal(topic="经济建设"))


@refuses(c.CorrectClericalError, TOPIC_IN_LIST, "correct")
def test_a_topic_is_corrected_to_one_of_the_list() -> Attempt:
    world = registered(opened(listed()))
    return attempt(world, c.CorrectClericalError(version=2, field="topic", correct="其他", reason="误归"))


def test_a_topic_is_corrected_within_the_list() -> None:
    world = registered(opened(listed()))
    world.do(c.CorrectClericalError(version=2, field="topic", correct="社会", reason="误归"))
    assert world.case.topic == "社会"
