"""拟稿、会签、沟通.

A test under `@refuses(command, rule, field)` only answers with an attempt: given and when. The decorator asserts that
it is refused by that rule and leaves no event. What the helpers fill in stands in tests/domain/given.py.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Countersignature, DecisiveMoment, Defect, Gate, Openness
from domain.events import (
    ReplyCountersigned,
    ReplyDrafted,
    ReplyReturned,
)
from domain.rules import (
    CLASS_IN_SCHEME,
    CO_UNIT_COUNTERSIGNS,
    CONTACT_BEFORE_REPLY,
    COUNTERSIGNED_BEFORE_ISSUE,
    COUNTERSIGNED_BEFORE_SIGNING,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    DRAFTER_NEVER_APPROVES,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PHONE_NAMES_ITS_PERSON,
    RETURNED_DRAFT_CHANGES,
    SIGNER_OF_UNIT,
)
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    SECOND,
    SPLIT,
    Attempt,
    Given,
    World,
    acknowledged,
    assigned,
    attempt,
    contact,
    contacted,
    countersign,
    countersigned,
    dissatisfied,
    draft,
    drafted,
    issue,
    issued,
    leader_of,
    left,
    officer_of,
    opened,
    refuses,
    returned,
    review,
    reviewed,
    ruled,
    send_back,
    sign,
    signed,
    transferred,
)

UNCHANGED = (
    "您的建议已采纳，现答复如下。",
    "您的建议已采纳， 现答复如下。",
    "您的建议已采纳，现答复如下。\u034f",
    "您的建议已采纳，现答复如下。\u2800",
    "您的建议已采纳，现答复如\ufe0f下。",
    "您的建议已采纳，现答复如下｡",
    "您的建议已采纳\u180f，现答复如下。",
    "您的建议已采纳,现答复如下。",
)
"""What a returned draft would look like if only what nobody sees, or spelling alone, had changed."""

WITHHELD = {"countersignature": Countersignature.WITHHELD, "reason": "未采纳本单位意见"}

DRAFTER = f"official:{officer_of(EDU)}"


# drafting


def test_a_unit_drafts_its_reply_and_claims_a_class() -> None:
    [fact] = contacted().do(draft(openness=Openness.PUBLISH_SUMMARY))
    assert fact.event == ReplyDrafted(
        unit=EDU,
        round=1,
        draft=1,
        text="您的建议已采纳，现答复如下。",
        class_scheme="AB",
        result_class="A",
        openness=Openness.PUBLISH_SUMMARY,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"text": "修改后的答复"},
        {"text": "您的建议已采纳，\n现答复如下。"},
        {"result_class": "B"},
        {"openness": Openness.WITHHOLD},
    ],
    ids=["text", "layout", "class", "openness"],
)
def test_what_changes_makes_the_next_draft(change: dict[str, str]) -> None:
    [fact] = drafted().do(draft(**change))
    assert fact.event.draft == 2


@pytest.mark.parametrize("text", ["您的建议已采纳，现答复如下。", "  您的建议已采纳，现答复如下。\u034f\n"])
def test_what_looks_the_same_is_no_new_draft(text: str) -> None:
    assert drafted().do(draft(text=text)) == []


@refuses(c.DraftReply, RETURNED_DRAFT_CHANGES, "text")
@pytest.mark.parametrize("text", UNCHANGED, ids=ascii)
def test_a_returned_draft_must_change_before_it_comes_back(text: str) -> Attempt:
    world = drafted()
    world.do(send_back())
    return attempt(world, draft(text=text))


@refuses(c.SignReply, DRAFTER_NEVER_APPROVES, "signer")
@pytest.mark.parametrize("text", UNCHANGED[2:], ids=ascii)
def test_words_that_look_the_same_stay_their_first_drafters(text: str) -> Attempt:
    world = contacted()
    world.do(draft(), by=f"official:{leader_of(EDU)}")
    world.do(draft(text=text, openness=Openness.PUBLISH_SUMMARY))
    world.do(review(number=2))
    return attempt(world, sign(number=2))


@refuses(c.ReviewReply, DRAFTER_NEVER_APPROVES, "on_behalf_of")
def test_words_copied_by_another_unit_stay_their_first_drafters() -> Attempt:
    world = contacted(modes=SPLIT)
    world.do(draft(EDU))
    world.do(draft(HEALTH))
    return attempt(world, review(HEALTH), by=DRAFTER)


@refuses(c.DraftReply, RETURNED_DRAFT_CHANGES, "text")
def test_the_member_who_was_not_satisfied_does_not_get_the_same_letter_with_another_class() -> Attempt:
    return attempt(dissatisfied(), draft(result_class="B"))


@refuses(c.DraftReply, OCCURRED_IN_ORDER, "occurred_at")
def test_the_second_draft_was_not_written_before_the_first_came_back() -> Attempt:
    world = drafted()
    world.do(send_back())
    early = world.last(ReplyReturned).occurred_at - timedelta(seconds=1)
    return attempt(world, draft(text="修改后的答复", occurred_at=early))


@refuses(c.CountersignReply, OCCURRED_IN_ORDER, "occurred_at")
def test_nothing_is_countersigned_before_it_is_written() -> Attempt:
    world = drafted(modes=LED)
    return attempt(world, countersign(occurred_at=world.last(ReplyDrafted).occurred_at - timedelta(seconds=1)))


def test_another_reason_for_withholding_is_recorded() -> None:
    world = drafted(modes=LED)
    assert len(world.do(countersign(**WITHHELD))) == 1
    assert world.do(countersign(**WITHHELD)) == []
    assert len(world.do(countersign(**{**WITHHELD, "reason": "数据有误"}))) == 1


@refuses(c.DraftReply, RETURNED_DRAFT_CHANGES, "text")
def test_a_returned_draft_does_not_come_back_by_way_of_another() -> Attempt:
    world = drafted()
    for command in (send_back(), draft(text="修改后的答复")):
        world.do(command)
    return attempt(world, draft())


def test_a_returned_draft_that_changed_comes_back() -> None:
    world = drafted()
    world.do(send_back())
    [fact] = world.do(draft(text="修改后的答复"))
    assert fact.event.draft == 2


@pytest.mark.parametrize("given", [signed, issued])
@refuses(c.DraftReply, DRAFT_NOT_SIGNED)
def test_nothing_is_drafted_over_a_signed_reply(given: Given) -> Attempt:
    return attempt(given(), draft(text="修改后的答复"))


def test_drafts_of_a_later_round_count_from_one() -> None:
    [fact] = dissatisfied().do(draft(text="重新办理后的答复"))
    assert (fact.event.round, fact.event.draft) == (2, 1)


@refuses(c.DraftReply, CLASS_IN_SCHEME, "result_class")
def test_a_reply_claims_a_class_of_the_scheme() -> Attempt:
    return attempt(contacted(), draft(result_class="C"))


@refuses(c.DraftReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [transferred, left, returned], ids=["unassigned", "left", "handed back"])
def test_a_unit_that_is_not_or_no_longer_on_the_case_cannot_answer(given: Given) -> Attempt:
    return attempt(given(), draft())


def test_a_letter_names_whom_to_ask_and_the_phone_is_sealed() -> None:
    world, asked = contacted(), draft(contact_person=officer_of(EDU), contact_phone="000-0000 0003")
    [fact] = world.do(asked)
    assert fact.event.contact_phone.subject == f"official:{officer_of(EDU)}"
    assert "000-0000" not in str(fact)
    assert world.do(asked) == []
    [changed] = world.do(asked.model_copy(update={"contact_phone": "000-0000 0004"}))
    assert changed.event.draft == 2


@refuses(c.DraftReply, PHONE_NAMES_ITS_PERSON, "contact_person")
def test_a_phone_in_a_letter_is_somebodys() -> Attempt:
    return attempt(contacted(), draft(contact_phone="000-0000 0003"))


@refuses(c.DraftReply, KNOWN_OFFICIAL, "contact_person")
def test_whom_to_ask_is_in_the_directory() -> Attempt:
    return attempt(contacted(), draft(contact_person="nobody"))


@refuses(c.DraftReply, SIGNER_OF_UNIT, "contact_person")
def test_whom_to_ask_is_of_the_unit_that_answers() -> Attempt:
    return attempt(contacted(), draft(contact_person=officer_of(HEALTH)))


@refuses(c.DraftReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_an_assisting_unit_does_not_answer_the_member() -> Attempt:
    return attempt(assigned(modes=LED), draft(HEALTH))


@refuses(c.DraftReply, RETURNED_DRAFT_CHANGES, "text")
def test_the_words_that_left_the_member_dissatisfied_are_no_answer_in_the_next_round() -> Attempt:
    return attempt(dissatisfied(), draft())


@pytest.mark.parametrize("text", ["答\u200b复", "答 复\n", "答\ufe0f复", "\u3164答复\u00ad"])
def test_what_nobody_sees_is_no_change(text: str) -> None:
    world = contacted()
    for command in (draft(text="答复"), send_back()):
        world.do(command)
    assert world.refused(draft(text=text)).rule is RETURNED_DRAFT_CHANGES


@pytest.mark.parametrize(
    ("defect", "change"),
    [
        (Defect.FORMAT, {"text": "您的建议已采纳, 现答复如下."}),
        (Defect.FORMAT, {"text": "您的建议已采纳，\n\n现答复如下。"}),
        (Defect.LAW_OR_POLICY, {"openness": Openness.WITHHOLD}),
        (Defect.WRONG_CLASS, {"result_class": "B"}),
        (Defect.WORDING, {"text": "您的建议已采纳，现答复如次。"}),
    ],
)
def test_what_was_wrong_may_be_mended_without_touching_what_was_right(defect: Defect, change: dict[str, Any]) -> None:
    world = drafted()
    world.do(send_back(code=defect))
    assert len(world.do(draft(**change))) == 1


@refuses(c.DraftReply, RETURNED_DRAFT_CHANGES, "text")
@pytest.mark.parametrize(
    ("defect", "change"),
    [
        (Defect.OFF_TOPIC, {"openness": Openness.WITHHOLD}),
        (Defect.OFF_TOPIC, {"result_class": "B"}),
        (Defect.WORDING, {"text": "您的建议已采纳, 现答复如下。"}),
        (Defect.NOT_CONTACTED, {}),
    ],
)
def test_what_was_wrong_is_not_mended_by_something_else(defect: Defect, change: dict[str, Any]) -> Attempt:
    world = drafted()
    world.do(send_back(code=defect))
    return attempt(world, draft(**change))


def test_a_draft_returned_for_want_of_a_talk_comes_back_after_it() -> None:
    world = drafted()
    world.do(send_back(code=Defect.NOT_CONTACTED))
    world.do(contact(world.now))
    assert len(world.do(draft())) == 1


def test_a_power_is_not_a_digit() -> None:
    world = contacted()
    world.do(draft(text="改造 10² 平方米"))
    world.do(send_back())
    assert len(world.do(draft(text="改造 102 平方米"))) == 1


def test_another_class_is_a_change_where_the_class_was_the_defect() -> None:
    for code, allowed in ((Defect.WRONG_CLASS, True), (Defect.OFF_TOPIC, False)):
        world = drafted()
        world.do(send_back(code=code))
        tried = attempt(world, draft(result_class="B"))
        assert len(tried.do()) == 1 if allowed else tried.refused().rule is RETURNED_DRAFT_CHANGES


@refuses(c.SignReply, DRAFTER_NEVER_APPROVES, "signer")
def test_words_copied_by_a_clerk_stay_their_first_drafters() -> Attempt:
    world = contacted()
    world.do(draft(), by=f"official:{leader_of(EDU)}")
    world.do(draft(openness="WITHHOLD"))
    world.do(review(number=2))
    return attempt(world, sign(number=2))


# contact before the reply: the verdict itself stands in test_communication


def uncontacted(before: DecisiveMoment, gate: Gate) -> World:
    """The member has not been spoken with, and the reply stands before the decisive moment."""
    world = acknowledged(opened(ruled(contact={"gate": gate, "before": before})))
    steps = {DecisiveMoment.DRAFT: (), DecisiveMoment.SIGNING: (draft(), review())}
    for command in steps.get(before, (draft(), review(), sign())):
        world.do(command)
    return world


@refuses(c.DraftReply, CONTACT_BEFORE_REPLY)
def test_no_draft_without_contact_where_that_is_the_rule() -> Attempt:
    return attempt(uncontacted(DecisiveMoment.DRAFT, Gate.REFUSE), draft())


@refuses(c.SignReply, CONTACT_BEFORE_REPLY)
def test_no_signature_without_contact() -> Attempt:
    return attempt(uncontacted(DecisiveMoment.SIGNING, Gate.REFUSE), sign())


@refuses(c.IssueReply, CONTACT_BEFORE_REPLY)
def test_no_issue_without_contact_where_that_is_the_rule() -> Attempt:
    return attempt(uncontacted(DecisiveMoment.ISSUE, Gate.REFUSE), issue())


@pytest.mark.parametrize(
    ("rule", "members", "mode", "missing"),
    [
        ({}, (), "VISIT", "“市教育局”本轮尚未与领衔委员沟通，也没有经批准的免于沟通"),
        ({}, (SECOND,), "VISIT", "只与附议委员沟通，尚未与领衔委员沟通"),
        ({"modes": ("VISIT", "FORUM")}, (LEAD,), "PHONE", "只以电话沟通，规则要求以走访、座谈沟通"),
        ({"reach_percent": 100}, (), "VISIT", "尚未与提案者沟通"),
        ({"reach_percent": 100}, (LEAD,), "VISIT", "只与 2 位提案者中的 1 位沟通，不足 100%"),
    ],
)
def test_what_the_contact_falls_short_of_is_told(
    rule: dict[str, Any], members: tuple[str, ...], mode: str, missing: str
) -> None:
    world = acknowledged(opened(ruled(contact={"gate": Gate.REFUSE, **rule})))
    if members:
        world.do(contact(world.now, members=members, mode=mode))
    world.do(draft())
    world.do(review())
    assert missing in world.refused(sign()).reason


Step = Callable[[], c.Command]

STEPS: list[tuple[DecisiveMoment, Step]] = [
    (DecisiveMoment.DRAFT, draft),
    (DecisiveMoment.SIGNING, sign),
    (DecisiveMoment.ISSUE, issue),
]


@pytest.mark.parametrize(("before", "step"), STEPS)
def test_a_gate_that_flags_lets_the_reply_pass_and_says_so(
    before: DecisiveMoment, step: Callable[[], c.Command]
) -> None:
    world = uncontacted(before, Gate.FLAG)
    fact, *_ = world.do(step())
    assert fact.flags == (CONTACT_BEFORE_REPLY.id,)
    assert [known for known in world.story if known.flags] == [fact]


@pytest.mark.parametrize(("before", "step"), STEPS)
def test_a_gate_that_is_off_does_not_look(before: DecisiveMoment, step: Step) -> None:
    fact, *_ = uncontacted(before, Gate.OFF).do(step())
    assert fact.flags == ()


# countersigning


@pytest.mark.parametrize("given", [drafted, reviewed, signed], ids=["draft", "reviewed", "signed"])
def test_an_assisting_unit_countersigns_until_the_reply_is_issued(given: Callable[..., World]) -> None:
    [fact] = given(modes=LED).do(countersign(**WITHHELD))
    assert fact.event == ReplyCountersigned(unit=HEALTH, answering_unit=EDU, round=1, draft=1, **WITHHELD)


def test_a_countersignature_is_given_once_and_may_be_taken_back() -> None:
    world = drafted(modes=LED)
    world.do(countersign())
    assert world.do(countersign()) == []
    assert len(world.do(countersign(**WITHHELD))) == 1


@refuses(c.CountersignReply, CO_UNIT_COUNTERSIGNS, "reason")
def test_withholding_a_countersignature_needs_a_reason() -> Attempt:
    return attempt(drafted(modes=LED), countersign(countersignature=Countersignature.WITHHELD))


@refuses(c.CountersignReply, CO_UNIT_COUNTERSIGNS, "unit")
def test_the_lead_does_not_countersign_its_own_reply() -> Attempt:
    return attempt(drafted(modes=LED), countersign(EDU))


@refuses(c.CountersignReply, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_a_unit_that_is_not_on_the_case_countersigns_nothing() -> Attempt:
    return attempt(drafted(modes=LED[:2]), countersign(CITY))


@refuses(c.CountersignReply, ONLY_ASSIGNED_UNIT_REPLIES, "answering_unit")
def test_only_the_reply_of_a_unit_that_answers_is_countersigned() -> Attempt:
    return attempt(drafted(modes=LED), countersign(HEALTH, CITY))


@refuses(c.CountersignReply, DRAFT_EXISTS, "draft")
def test_a_draft_is_written_before_it_is_countersigned() -> Attempt:
    return attempt(contacted(modes=LED), countersign())


@refuses(c.CountersignReply, DRAFT_IS_CURRENT, "draft")
def test_only_the_latest_draft_is_countersigned() -> Attempt:
    world = drafted(modes=LED)
    world.do(draft(text="修改后的答复"))
    return attempt(world, countersign())


@refuses(c.CountersignReply, DRAFT_NOT_SIGNED, "draft")
def test_a_returned_draft_is_not_countersigned() -> Attempt:
    world = drafted(modes=LED)
    world.do(send_back())
    return attempt(world, countersign())


@refuses(c.CountersignReply, DRAFT_NOT_SIGNED, "draft")
def test_an_issued_reply_is_not_countersigned_otherwise() -> Attempt:
    return attempt(issued(modes=LED), countersign(**WITHHELD))


def test_a_new_draft_needs_new_countersignatures() -> None:
    world = countersigned(modes=LED)
    for command in (draft(text="修改后的答复"), review(number=2), sign(number=2)):
        world.do(command)
    assert world.refused(issue(number=2)).rule is COUNTERSIGNED_BEFORE_ISSUE


# countersigning before review and signing (S15, P4)


def led_drafted(*done: c.Command, **gates: Gate) -> World:
    world = drafted(opened(ruled(gates=gates)), LED)
    for command in done:
        world.do(command)
    return world


@pytest.mark.parametrize("given", [(), (countersign(HEALTH),), (countersign(**WITHHELD), countersign(CITY))], ids=len)
def test_a_draft_signed_over_a_missing_or_withheld_countersignature_is_flagged(given: tuple[c.Command, ...]) -> None:
    [fact] = led_drafted(*given, review()).do(sign())
    assert fact.flags == (COUNTERSIGNED_BEFORE_SIGNING.id,)
    agreed = led_drafted(countersign(HEALTH), countersign(CITY), review())
    assert agreed.do(sign())[0].flags == ()


@refuses(c.SignReply, COUNTERSIGNED_BEFORE_SIGNING, "draft")
def test_a_rulebook_may_refuse_to_sign_what_is_not_countersigned() -> Attempt:
    world = led_drafted(countersign(**WITHHELD), review(), countersigned_before_signing=Gate.REFUSE)
    return attempt(world, sign())


@refuses(c.ReviewReply, COUNTERSIGNED_BEFORE_SIGNING, "draft")
def test_a_rulebook_may_ask_for_countersignatures_before_review() -> Attempt:
    world = led_drafted(countersign(HEALTH), countersigned_before_review=Gate.REFUSE)
    both = world.copy()
    both.do(countersign(CITY))
    assert both.do(review())
    return attempt(world, review())
