"""The figures of a session: what is counted, under which scheme, and what is not."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from domain import commands as c
from domain.codes import Rating
from domain.policy.rulebook import ClassScheme, ResultClass
from domain.streams import session_stream
from ledger.ledger import Ledger
from projections import READ_MODELS, engine
from projections.engine import Engine
from projections.session_report.figures import Figure
from projections.session_report.queries import report
from tests.cases import MEMBERS, SESSION, UNITS, Office, rulebook
from tests.conftest import Database

OTHER = ClassScheme(id="XY", classes=(ResultClass(code="A", title="不予采纳"), ResultClass(code="Y", title="已采纳")))


class Published:
    """The report of what the ledger holds now."""

    def __init__(self, ledger: Ledger, database: Database) -> None:
        self.ledger = ledger
        self._dsn = database.daemon

    async def figures(self, *schemes: ClassScheme) -> dict[str, Figure]:
        with psycopg.connect(self._dsn, autocommit=True, row_factory=dict_row) as connection:

            async def ask(sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
                return connection.execute(sql.encode(), values).fetchall()

            with psycopg.connect(self._dsn, autocommit=True) as daemon:
                engine.prepare(daemon, READ_MODELS)
                runner = Engine(daemon, self.ledger.name, READ_MODELS)
                while runner.advance():
                    pass
            found, _ = await report(ask, self.ledger.name, SESSION, schemes or (rulebook().class_scheme,))
        return {figure.id: figure for figure in found}


@pytest.fixture
async def published(ledger: Ledger, database: Database) -> Published:
    await Office(ledger).set_up()
    return Published(ledger, database)


async def rated(office: Office, unit: str, member: str, overall: Rating) -> None:
    rating = c.RecordSatisfaction(
        unit=unit, member=member, attitude=overall, result=overall, overall=overall, entered_by="MEMBER"
    )
    await office.do(rating, member)


async def test_a_proposal_that_nobody_has_handed_over_is_no_case_of_the_government(published: Published) -> None:
    office = Office(published.ledger)
    for _ in range(3):
        await office.submitted()
        await office.do(c.RegisterProposal())
    figures = await published.figures()
    assert (figures["cases"].count, figures["units"].count) == (0, 0)
    await office.do(c.TransferCase(occasion="交办会"))
    figures = await published.figures()
    assert (figures["cases"].count, figures["units"].count) == (1, 0)
    assert (figures["reply_rate"].count, figures["reply_rate"].of) == (0, 1)


async def test_a_class_is_counted_under_its_own_scheme(published: Published) -> None:
    office = await Office(published.ledger).assigned()
    await office.replied()
    await office.closed()
    session = session_stream(published.ledger.name, SESSION)
    await office.ledger.handle(
        session, c.AdoptRulebook(rulebook=rulebook(version=3, class_scheme=OTHER)), office.context()
    )
    figures = await published.figures(OTHER, rulebook().class_scheme)
    assert figures["class_A"].count == 0
    assert figures["class_A@AB"].count == 1
    assert "class_B@AB" not in figures


async def test_one_unit_that_disappointed_makes_a_case_that_is_not_satisfied(published: Published) -> None:
    office = await Office(published.ledger).assigned((UNITS[0], "SPLIT"), (UNITS[1], "SPLIT"))
    for unit in UNITS[:2]:
        await office.replied(unit)
        await office.do(c.IssueFeedbackForm(unit=unit, members=(MEMBERS[0],)))
    await rated(office, UNITS[0], MEMBERS[0], Rating.SATISFIED)
    await rated(office, UNITS[1], MEMBERS[0], Rating.DISSATISFIED)
    figures = await published.figures()
    assert (figures["reply_rate"].count, figures["satisfaction_rate"].count) == (0, 0)


async def test_a_dissatisfied_member_is_not_forgotten_by_asking_another(published: Published) -> None:
    office = await Office(published.ledger).assigned()
    await office.replied()
    await office.do(c.IssueFeedbackForm(unit=UNITS[0], members=(MEMBERS[0],)))
    await rated(office, UNITS[0], MEMBERS[0], Rating.DISSATISFIED)
    await office.do(office.contact(content="重新听取意见"))
    await office.replied_again()
    await office.do(c.IssueFeedbackForm(unit=UNITS[0], members=(MEMBERS[1],)))
    await rated(office, UNITS[0], MEMBERS[1], Rating.SATISFIED)
    figures = await published.figures()
    assert (figures["reply_rate"].count, figures["satisfaction_rate"].count) == (1, 0)


async def test_a_case_counts_as_satisfied_when_every_form_is_back(published: Published) -> None:
    office = await Office(published.ledger).assigned()
    await office.replied()
    await office.do(c.IssueFeedbackForm(unit=UNITS[0]))
    await rated(office, UNITS[0], MEMBERS[1], Rating.SATISFIED)
    assert (await published.figures())["satisfaction_rate"].count == 0
    await rated(office, UNITS[0], MEMBERS[0], Rating.BASIC)
    assert (await published.figures())["satisfaction_rate"].count == 1
