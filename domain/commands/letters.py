"""发文字号: a letter takes the next number of its unit, year and series in the append that sends it."""

from typing import NamedTuple
from uuid import UUID

from domain.codes import LetterSeries
from domain.events import LetterNumber, LetterNumberTaken
from domain.letters import LetterRegister
from domain.setting import On, Setting
from domain.streams import Stream, letter_register
from domain.values import day_of


class Letter(NamedTuple):
    """A number, and the event that takes it."""

    number: LetterNumber
    taken: On


def register_of(setting: Setting, unit: str, series: LetterSeries = LetterSeries.REPLY) -> Stream[LetterRegister]:
    """The register of the unit's letters of this series in the year the letter is dated."""
    return letter_register(setting.ledger, unit, day_of(setting.occurred_at).year, series)


def next_letter(setting: Setting, proposal: UUID, unit: str, series: LetterSeries = LetterSeries.REPLY) -> Letter:
    """The register must be among the streams that the command declared."""
    register = register_of(setting, unit, series)
    number, year = setting.at(register).last_number + 1, day_of(setting.occurred_at).year
    own = None if series is LetterSeries.REPLY else series
    taken = LetterNumberTaken(unit=unit, year=year, number=number, proposal=proposal, series=own)
    return Letter(LetterNumber(unit=unit, year=year, number=number, series=own), On(register, taken))
