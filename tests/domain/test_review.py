"""审核、退回重办."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Defect
from domain.events import FoundDefect, ReplyDrafted, ReplyReturned, ReplyReviewed
from domain.proposal import DraftStatus
from domain.rules import (
    CLASS_CHANGE_HAS_REASON,
    CLASS_IN_SCHEME,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    DRAFTER_NEVER_APPROVES,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RETURNED_DRAFT_CHANGES,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LED,
    OFFICE,
    REVIEWER,
    Attempt,
    Given,
    assigned,
    attempt,
    contacted,
    draft,
    drafted,
    issued,
    left,
    officer_of,
    refuses,
    review,
    reviewed,
    send_back,
    signed,
    transferred,
)

DRAFTER = f"official:{officer_of(EDU)}"


def test_a_reviewer_passes_a_draft() -> None:
    [fact] = drafted().do(review())
    assert fact.event == ReplyReviewed(unit=EDU, round=1, draft=1)


def test_a_reviewer_sends_a_draft_back_with_what_is_wrong() -> None:
    world = drafted()
    [fact] = world.do(send_back(code=Defect.NOT_CONTACTED))
    defect = FoundDefect(code=Defect.NOT_CONTACTED, note="未回应第二条建议")
    assert fact.event == ReplyReturned(unit=EDU, round=1, draft=1, defects=(defect,))


def test_a_draft_that_passed_may_still_be_sent_back() -> None:
    world = reviewed()
    world.do(send_back())
    assert world.case.tasks[EDU].round.draft.status is DraftStatus.RETURNED


def test_a_draft_is_passed_once_and_sent_back_once() -> None:
    assert reviewed().do(review()) == []
    world = drafted()
    world.do(send_back())
    assert world.do(send_back()) == []


@refuses(c.ReviewReply, RETURNED_DRAFT_CHANGES, "draft")
def test_a_draft_that_was_sent_back_does_not_pass_unchanged() -> Attempt:
    world = drafted()
    world.do(send_back())
    return attempt(world, review())


@refuses(c.ReviewReply, DRAFTER_NEVER_APPROVES, "on_behalf_of")
@pytest.mark.parametrize(
    ("by", "on_behalf_of"), [(DRAFTER, None), ("system:import", DRAFTER)], ids=["by hand", "through another"]
)
def test_the_drafter_never_reviews_the_draft(by: str, on_behalf_of: str | None) -> Attempt:
    return attempt(drafted(), c.ReviewReply(unit=EDU, draft=1, on_behalf_of=on_behalf_of), by=by)


@refuses(c.ReviewReply, DRAFTER_NEVER_APPROVES, "on_behalf_of")
def test_the_drafter_does_not_review_in_another_name() -> Attempt:
    return attempt(drafted(), c.ReviewReply(unit=EDU, draft=1, on_behalf_of=REVIEWER), by=DRAFTER)


@refuses(c.ReviewReply, DRAFTER_NEVER_APPROVES, "on_behalf_of")
def test_who_drafts_in_another_name_does_not_review_either() -> Attempt:
    world = contacted()
    world.do(draft(on_behalf_of=OFFICE), by=DRAFTER)
    return attempt(world, review(), by=DRAFTER)


def test_the_drafter_may_take_the_draft_back() -> None:
    assert len(drafted().do(send_back(), by=DRAFTER)) == 1


@refuses(c.ReturnReply, DRAFT_NOT_SIGNED, "draft")
def test_a_reply_that_went_out_is_not_sent_back() -> Attempt:
    return attempt(issued(), send_back())


def test_a_signed_draft_that_has_not_gone_out_may_still_be_sent_back() -> None:
    world = signed()
    world.do(send_back())
    assert world.case.tasks[EDU].round.draft.status is DraftStatus.RETURNED
    assert len(world.do(draft(text="改后再报"))) == 1


@pytest.mark.parametrize("given", [signed, issued])
@refuses(c.ReviewReply, DRAFT_NOT_SIGNED, "draft")
def test_a_signed_draft_is_not_reviewed(given: Given) -> Attempt:
    return attempt(given(), review())


@refuses(c.ReviewReply, DRAFT_EXISTS, "draft")
@pytest.mark.parametrize("number", [1, 2])
def test_a_draft_is_written_before_it_is_reviewed(number: int) -> Attempt:
    return attempt(contacted() if number == 1 else drafted(), review(number=number))


@refuses(c.ReturnReply, DRAFT_EXISTS, "draft")
@pytest.mark.parametrize("number", [1, 2])
def test_a_draft_is_written_before_it_is_sent_back(number: int) -> Attempt:
    return attempt(contacted() if number == 1 else drafted(), send_back(number=number))


@refuses(c.ReviewReply, DRAFT_IS_CURRENT, "draft")
def test_only_the_latest_draft_is_reviewed() -> Attempt:
    world = drafted()
    world.do(draft(text="修改后的答复"))
    return attempt(world, review())


@refuses(c.ReturnReply, DRAFT_IS_CURRENT, "draft")
def test_only_the_latest_draft_is_sent_back() -> Attempt:
    world = drafted()
    world.do(draft(text="修改后的答复"))
    return attempt(world, send_back())


@refuses(c.ReviewReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [transferred, left], ids=["unassigned", "left"])
def test_only_replies_of_units_on_the_case_are_reviewed(given: Given) -> Attempt:
    return attempt(given(), review())


@refuses(c.ReturnReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_an_assisting_unit_has_no_reply_to_send_back() -> Attempt:
    return attempt(assigned(modes=LED), send_back(HEALTH))


@refuses(c.ReviewReply, OCCURRED_IN_ORDER, "occurred_at")
def test_a_draft_is_not_reviewed_before_it_is_written() -> Attempt:
    world = contacted()
    world.do(draft(), at="2024-03-06 09:00")
    early = review().model_copy(update={"occurred_at": date(2024, 3, 5), "late_entry_reason": "补录"})
    return attempt(world, early, at="2024-03-06 10:00")


@refuses(c.ReturnReply, OCCURRED_IN_ORDER, "occurred_at")
def test_a_draft_is_not_sent_back_before_it_is_written() -> Attempt:
    world = drafted()
    early = {"occurred_at": world.last(ReplyDrafted).occurred_at - timedelta(seconds=1)}
    return attempt(world, send_back().model_copy(update=early))


@refuses(c.ReturnReply, RETURNED_DRAFT_CHANGES, "defects")
def test_what_else_is_wrong_with_a_returned_draft_is_not_passed_over() -> Attempt:
    world = drafted()
    world.do(send_back())
    return attempt(world, send_back(code=Defect.WRONG_CLASS))


# another class


def reclassify(result_class: str = "B", **change: Any) -> c.ReviewReply:
    return c.ReviewReply(
        **{"unit": EDU, "draft": 1, "result_class": result_class, "class_reason": "尚未解决", **change}
    )


def test_the_reviewer_may_put_a_reply_into_another_class() -> None:
    world = drafted()
    [fact] = world.do(reclassify())
    assert fact.event == ReplyReviewed(unit=EDU, round=1, draft=1, result_class="B", class_reason="尚未解决")
    assert world.case.tasks[EDU].round.draft.result_class == "B"
    assert world.do(reclassify()) == []


def test_a_reviewer_who_names_the_class_claimed_changes_nothing() -> None:
    [fact] = drafted().do(reclassify("A"))
    assert fact.event == ReplyReviewed(unit=EDU, round=1, draft=1)


def test_a_class_may_be_changed_after_the_draft_was_passed() -> None:
    world = reviewed()
    [fact] = world.do(reclassify())
    assert fact.event.result_class == "B"


@refuses(c.ReviewReply, CLASS_IN_SCHEME, "result_class")
def test_the_reviewers_class_is_one_of_the_scheme() -> Attempt:
    return attempt(drafted(), reclassify("Z"))


@refuses(c.ReviewReply, CLASS_CHANGE_HAS_REASON, "class_reason")
def test_another_class_has_a_reason() -> Attempt:
    return attempt(drafted(), reclassify(class_reason=None))
