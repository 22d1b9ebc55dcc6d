"""届次、办理规则. What a rulebook may hold stands in test_rulebook."""

from datetime import date

from domain import commands as c
from domain.events import RulebookAdopted, SessionOpened
from domain.policy.rulebook import ClassScheme, ResultClass
from domain.rules import (
    KNOWN_SESSION,
    RULEBOOK_CONSISTENT,
    RULEBOOK_VERSION_FINAL,
    SESSION_DAYS_IN_ORDER,
    SESSION_OPENED_ONCE,
)
from domain.streams import session_stream
from tests.domain.given import LEDGER, MEETING, SHIPPED, Attempt, World, attempt, opened, refuses, ruled

OPEN = c.OpenSession(
    session=MEETING, cppcc="德惠市政协", term=15, meeting=3, opened_on=date(2024, 1, 8), closed_on=date(2024, 1, 11)
)


def test_a_session_is_opened() -> None:
    [fact] = World().do(OPEN)
    assert fact.event == SessionOpened(
        session=MEETING, cppcc="德惠市政协", term=15, meeting=3, opened_on=date(2024, 1, 8), closed_on=date(2024, 1, 11)
    )


def test_a_session_opened_as_it_is_stays_so() -> None:
    assert opened().do(OPEN) == []


@refuses(c.OpenSession, SESSION_OPENED_ONCE, "session")
def test_a_session_is_not_opened_otherwise() -> Attempt:
    return attempt(opened(), OPEN.model_copy(update={"meeting": 4}))


@refuses(c.OpenSession, SESSION_DAYS_IN_ORDER, "closed_on")
def test_a_session_does_not_close_before_it_opens() -> Attempt:
    return attempt(World(), OPEN.model_copy(update={"closed_on": date(2024, 1, 7)}))


def test_a_rulebook_is_adopted_whole_with_its_digest() -> None:
    world = World()
    world.do(OPEN)
    [fact] = world.do(c.AdoptRulebook(rulebook=SHIPPED))
    assert fact.event == RulebookAdopted(rulebook=SHIPPED, digest=SHIPPED.ref().digest)
    assert fact.stream == session_stream(LEDGER, MEETING).id


def test_a_rulebook_adopted_as_it_is_stays_so() -> None:
    assert opened().do(c.AdoptRulebook(rulebook=SHIPPED)) == []


def test_a_later_version_is_in_force_and_the_earlier_is_kept() -> None:
    world = opened()
    second = SHIPPED.model_copy(update={"version": 2, "late_entry_hours": 48})
    world.do(c.AdoptRulebook(rulebook=second))
    session = world.state(session_stream(LEDGER, MEETING))
    assert session.rulebook(None) == second
    assert session.rulebook(SHIPPED.ref()) == SHIPPED


@refuses(c.AdoptRulebook, RULEBOOK_VERSION_FINAL, "rulebook.version")
def test_an_earlier_version_does_not_come_into_force_again() -> Attempt:
    world = opened()
    world.do(c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 3})))
    return attempt(world, c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 2})))


@refuses(c.AdoptRulebook, RULEBOOK_VERSION_FINAL, "rulebook.version")
def test_an_adopted_version_does_not_change() -> Attempt:
    return attempt(opened(), c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"late_entry_hours": 48})))


@refuses(c.AdoptRulebook, KNOWN_SESSION)
def test_a_rulebook_needs_a_session() -> Attempt:
    return attempt(World(), c.AdoptRulebook(rulebook=SHIPPED))


@refuses(c.AdoptRulebook, RULEBOOK_CONSISTENT, "rulebook.version")
def test_a_rulebook_that_contradicts_itself_is_not_adopted() -> Attempt:
    return attempt(opened(), c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 0})))


@refuses(c.AdoptRulebook, RULEBOOK_CONSISTENT, "rulebook.class_scheme.id")
def test_a_scheme_keeps_its_meaning() -> Attempt:
    other = ClassScheme(id=SHIPPED.class_scheme.id, classes=(ResultClass(code="A", title="采纳"),))
    return attempt(opened(), c.AdoptRulebook(rulebook=ruled(version=2, class_scheme=other)))
