"""归档、年度报告存档."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Gate, Rating, Retention
from domain.events import AnnualReportSnapshotTaken, CaseArchived
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind
from domain.rules import (
    ARCHIVED_AFTER_CLOSING,
    ARCHIVED_ONCE,
    CASE_STANDS,
    COMMITMENTS_BEFORE_ARCHIVE,
    DONE_BEFORE_ARCHIVE,
    FIGURES_AGREE,
    KNOWN_SESSION,
    OCCURRED_IN_ORDER,
    PROMISES_TOLD_BEFORE_ARCHIVE,
    RULEBOOK_IN_FORCE,
    SNAPSHOT_OF_HISTORY,
    TOLD_BEFORE_ARCHIVE,
)
from tests.domain import test_admission as admission
from tests.domain import test_commitment as commitment
from tests.domain import test_key_proposal as key_proposal
from tests.domain.given import (
    EDU,
    SECOND,
    SHIPPED,
    Attempt,
    World,
    assigned,
    attempt,
    close,
    closed,
    contact,
    draft,
    form,
    issue,
    issued,
    opened,
    rate,
    refuses,
    review,
    ruled,
    satisfied,
    sign,
)
from tests.domain.walks import limit

FILE = {"name": "全卷.pdf", "sha256": "0" * 64}


def archive(retention: str = "PERMANENT") -> c.ArchiveCase:
    return c.ArchiveCase(files=(FILE,), retention=retention)


def snapshot(**change: Any) -> c.TakeReportSnapshot:
    figures = ({"id": "reply_rate", "count": 28, "of": 28, "percent": "100.0"},)
    return c.TakeReportSnapshot(**{"as_known": 3, "figures": figures, **change})


def archived() -> World:
    world = closed()
    world.do(archive())
    return world


def test_the_file_of_a_closed_case_is_put_away_once() -> None:
    world = closed()
    [fact] = world.do(archive())
    assert fact.event == CaseArchived(files=(FILE,), retention=Retention.PERMANENT)
    assert world.do(archive()) == []


def limited() -> World:
    """A closed key proposal whose reply is to be published, and whose supervision is to be reported."""
    limits = [rule for rule in SHIPPED.deadlines if rule.kind is not DeadlineKind.PUBLICATION]
    own = key_proposal.BY_30_MAY.model_copy(
        update={"kind": DeadlineKind.PUBLICATION, "rule": "published-by-30-may", "anchor": AnchorKind.ISSUE}
    )
    world = satisfied(opened(ruled(deadlines=(*limits, key_proposal.BY_30_MAY, own))))
    world.do(key_proposal.select())
    world.do(close())
    return world


def test_a_file_put_away_while_something_is_still_due_says_so() -> None:
    [fact] = limited().do(archive())
    assert fact.flags == (DONE_BEFORE_ARCHIVE.id,)


def test_a_closed_key_proposal_gets_its_leader_and_its_report_and_is_put_away_without_a_flag() -> None:
    world = limited()
    world.do(key_proposal.appoint())
    world.do(key_proposal.report(world))
    world.do(c.DecidePublication(unit=EDU, openness="PUBLISH_FULL"))
    world.do(c.PublishReply(unit=EDU, url="https://example.invalid/28"))
    [fact] = world.do(archive())
    assert fact.flags == ()


def test_a_reply_that_a_later_one_has_replaced_is_no_longer_to_be_published_before_the_file_is_put_away() -> None:
    by_april = limit(DeadlineKind.PUBLICATION, AnchorKind.ISSUE, (CountedIn.DAY, {"value": 20}))
    world = issued(opened(ruled(deadlines=(*SHIPPED.deadlines, by_april))))
    world.do(form())
    world.do(rate(rating=Rating.DISSATISFIED))
    world.do(contact(world.now))
    for step in (draft(text="第二稿"), review(), sign(), issue(), form(), rate(), rate(member=SECOND), close()):
        world.do(step)
    world.do(c.DecidePublication(unit=EDU, openness="PUBLISH_FULL"))
    world.do(c.PublishReply(unit=EDU, url="https://example.invalid/28"))
    [fact] = world.do(archive())
    assert fact.flags == ()


def promised(*then: c.Command, **gates: Gate) -> World:
    """A closed case with a promise, and what became of it."""
    world = closed(opened(ruled(gates=gates)))
    for step in (commitment.promise(), *then):
        world.do(step)
    return world


@pytest.mark.parametrize("result", [commitment.keep(), commitment.fail()], ids=["kept", "broken"])
def test_a_file_put_away_before_proposers_were_told_of_a_promise_says_so(result: c.Command) -> None:
    [fact] = promised(result).do(archive())
    assert fact.flags == (PROMISES_TOLD_BEFORE_ARCHIVE.id,)
    [fact] = promised(result, commitment.answer_again()).do(archive())
    assert fact.flags == ()


@refuses(c.ArchiveCase, PROMISES_TOLD_BEFORE_ARCHIVE)
def test_where_the_rulebook_insists_proposers_are_told_of_a_promise_before_the_file_is_put_away() -> Attempt:
    return attempt(promised(commitment.fail(), promises_told_before_archive=Gate.REFUSE), archive())


def test_what_ended_without_a_reply_has_a_file_too() -> None:
    world = assigned()
    world.do(admission.withdraw())
    assert world.do(archive())


@refuses(c.ArchiveCase, OCCURRED_IN_ORDER, "occurred_at")
def test_a_file_is_not_put_away_before_the_case_ended() -> Attempt:
    world = assigned()
    world.do(admission.withdraw())
    return attempt(world, archive().model_copy(update={"occurred_at": date(2024, 2, 1), "late_entry_reason": "补录"}))


@refuses(c.ArchiveCase, ARCHIVED_AFTER_CLOSING)
def test_an_open_case_is_not_put_away() -> Attempt:
    return attempt(issued(), archive())


@refuses(c.ArchiveCase, COMMITMENTS_BEFORE_ARCHIVE)
def test_a_file_is_not_put_away_over_a_promise_nobody_has_answered_for() -> Attempt:
    world = closed()
    world.do(commitment.promise())
    return attempt(world, archive())


@pytest.mark.parametrize("end", [commitment.keep, commitment.fail], ids=["kept", "explained"])
def test_a_file_is_put_away_when_every_promise_was_kept_or_explained(end: Callable[[], c.Command]) -> None:
    world = closed()
    world.do(commitment.promise())
    world.do(end())
    assert world.do(archive())


@refuses(c.ArchiveCase, TOLD_BEFORE_ARCHIVE)
def test_what_was_not_registered_is_not_put_away_before_its_proposers_are_told() -> Attempt:
    world = admission.turned_down()
    world.do(admission.tell("lin-zhe"))
    return attempt(world, archive())


@refuses(c.ArchiveCase, ARCHIVED_ONCE)
def test_a_file_is_not_put_away_twice() -> Attempt:
    return attempt(archived(), archive("YEARS_10"))


@pytest.mark.parametrize("command", [c.RecordOnSiteCheck(
    occurred_at="2024-03-01", unit="jiaoyuju", place="校内", people=({"name": "王喆"},), finding="在岗", conforms=True
)])  # fmt: skip
def test_nothing_more_is_done_to_a_case_that_was_put_away(command: c.Command) -> None:
    assert archived().refused(command).rule is CASE_STANDS


def test_figures_are_kept_as_they_were_told() -> None:
    world = opened()
    [fact] = world.do(snapshot())
    assert isinstance(fact.event, AnnualReportSnapshotTaken)
    assert (fact.event.as_known, fact.event.rulebook_version) == (3, 1)
    assert world.do(snapshot()) == []
    assert world.do(snapshot(note="报送市委"))


@refuses(c.TakeReportSnapshot, FIGURES_AGREE, "figures.0.count")
def test_a_part_is_not_greater_than_its_whole() -> Attempt:
    return attempt(opened(), snapshot(figures=({"id": "reply_rate", "count": 30, "of": 28},)))


@refuses(c.TakeReportSnapshot, FIGURES_AGREE, "figures.1.id")
def test_a_figure_is_told_once() -> Attempt:
    once, again = {"id": "cases", "count": 28}, {"id": "cases", "count": 27}
    return attempt(opened(), snapshot(figures=(once, again)))


@refuses(c.TakeReportSnapshot, FIGURES_AGREE, "figures.0.percent")
@pytest.mark.parametrize(("of", "percent"), [(28, "999.9"), (28, "78.5"), (None, "78.6"), (0, "0.0")])
def test_a_percentage_is_that_of_its_two_numbers(of: int | None, percent: str) -> Attempt:
    count = 22 if of else 0
    return attempt(opened(), snapshot(figures=({"id": "resolved_rate", "count": count, "of": of, "percent": percent},)))


def test_a_percentage_is_rounded_half_up() -> None:
    figures = ({"id": "resolved_rate", "count": 22, "of": 28, "percent": "78.6"}, {"id": "cases", "count": 28})
    assert opened().do(snapshot(figures=figures))


@refuses(c.TakeReportSnapshot, KNOWN_SESSION)
def test_no_figures_without_a_session() -> Attempt:
    return attempt(World(), snapshot())


@refuses(c.TakeReportSnapshot, SNAPSHOT_OF_HISTORY, "as_known")
def test_figures_are_of_a_history_that_is_there() -> Attempt:
    return attempt(opened(), snapshot(as_known=10_000))


@refuses(c.TakeReportSnapshot, RULEBOOK_IN_FORCE)
def test_figures_are_told_by_some_rulebook() -> Attempt:
    world = World()
    world.do(c.OpenSession(session="15-3", cppcc="德惠市政协", term=15, meeting=3))
    return attempt(world, snapshot(as_known=1))
