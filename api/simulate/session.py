"""What happens to the city and to a session as a whole."""

from collections.abc import Iterator
from datetime import date, timedelta

from api.simulate import vocabulary as words
from api.simulate.dice import Dice
from api.simulate.place import COMMITTEE, OFFICE, Meeting, listings
from api.simulate.story import Act, City, Story, minutes, morning
from domain import commands as c
from domain.streams import CALENDAR, calendar_stream, directory_stream, session_stream

MOST_HANDED_OVER = 300
"""Cases of one meeting's batch; the command takes no more."""


def founded(city: City) -> Story:
    """Calendar and directory, before the first session."""
    at = morning(date(city.place.meetings[0].year - 1, 10, 12))
    calendar, directory = calendar_stream(city.states.name), directory_stream(city.states.name)
    for command in listings(city.place):
        yield Act(at, OFFICE, command, stream=calendar if command.kind is CALENDAR else directory)
    return at


def held(city: City, meeting: Meeting) -> Story:
    """A session from its opening to the scores of its year."""
    dice, stream = Dice(city.place.seed, "session", meeting.key), session_stream(city.states.name, meeting.key)

    def act(on: date, by: str, command: c.Command, late: int = 0) -> Act:
        return Act(minutes(morning(on), late), by, command, stream=stream)

    before = meeting.opened_on - timedelta(days=45)
    opened = c.OpenSession(
        session=meeting.key, cppcc=f"{words.CITY}政协", term=meeting.term, meeting=meeting.meeting,
        opened_on=meeting.opened_on, in_session_until=meeting.in_session_until,
    )  # fmt: skip
    yield act(before, COMMITTEE, opened)
    yield act(before, COMMITTEE, c.AdoptRulebook(rulebook=meeting.rulebook), 30)
    yield act(meeting.closed_on, COMMITTEE, c.CloseSession(closed_on=meeting.closed_on))
    yield Act(minutes(morning(meeting.handover_on), 300))
    for number, command in enumerate(_handovers(city, meeting)):
        yield act(meeting.handover_on, COMMITTEE, command, 300 + number)
    units = dice.some(city.place.units, 4)
    yield act(
        date(meeting.year, 7, 22),
        OFFICE,
        c.IssueCircular(
            title="提案办理进度通报", text="下列单位办理进度较慢，请加快。", units=tuple(unit.code for unit in units)
        ),
    )
    campaign = c.OpenLookbackCampaign(
        title=f"{meeting.year}年承诺事项回头看", classes=("B",), finish_on=date(meeting.year, 12, 20)
    )
    yield act(meeting.campaign_on, OFFICE, campaign)
    for number, unit in enumerate(city.place.units):
        items = [{"item": "on-time", "points": str(dice.randint(70, 100) / 10)}]
        items += [{"item": "late", "points": f"-{dice.randint(1, 20) / 10}"}] if dice.chance(0.2) else []
        scored = c.ScoreUnit.model_validate({"unit": unit.code, "items": items})
        yield act(date(meeting.year, 12, 23), OFFICE, scored, number)
    return morning(date(meeting.year, 12, 31))


def _handovers(city: City, meeting: Meeting) -> Iterator[c.Command]:
    waiting = city.to_hand_over.pop(meeting.key, [])
    units = tuple(unit.code for unit in city.place.units)
    for number, first in enumerate(range(0, len(waiting), MOST_HANDED_OVER), 1):
        yield c.RecordHandoverMeeting(
            occurred_at=morning(meeting.handover_on),
            occasion=f"提案交办会（第 {number} 批）",
            place=f"{words.CITY}会议中心",
            units=units,
            cases=tuple(waiting[first : first + MOST_HANDED_OVER]),
        )
