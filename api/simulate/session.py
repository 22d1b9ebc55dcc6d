"""What happens to the city and to a session as a whole."""

from collections.abc import Iterator
from datetime import date, timedelta

from api.simulate import report
from api.simulate import vocabulary as words
from api.simulate.people import COMMITTEE, OFFICE, listings
from api.simulate.place import Meeting
from api.simulate.rules import revised
from api.simulate.story import Act, City, Story, minutes, morning
from domain import commands as c
from domain.streams import calendar_stream, directory_stream, session_stream

MOST_HANDED_OVER = 300
"""Cases of one meeting's batch; the command takes no more."""
MOST_NAMED = 4
"""Units that one circular names."""


def founded(city: City) -> Story:
    """Directory and calendar, before the first session; then each November the calendar of the next year."""
    place = city.place
    at = morning(place.workday(date(place.meetings[0].year - 1, 10, 12)))
    calendar, directory = calendar_stream(city.states.name), directory_stream(city.states.name)
    for notice in place.notices:
        at = max(at, morning(place.announced_on(notice)))
        if notice.year == place.notices[0].year:
            for command in listings(place.staff, place.units, place.members):
                yield Act(at, OFFICE, command, stream=directory)
        yield Act(at, OFFICE, c.AnnounceCalendar(notice=notice), stream=calendar)
    return at


def held(city: City, meeting: Meeting) -> Story:
    """A session from its opening to the report of its year."""
    stream = session_stream(city.states.name, meeting.key)

    def act(on: date, by: str, command: c.Command, late: int = 0) -> Act:
        return Act(minutes(morning(city.place.workday(on)), late), by, command, stream=stream)

    before = meeting.opened_on - timedelta(days=45)
    opened = c.OpenSession(
        session=meeting.key, cppcc=f"{words.CITY}政协", term=meeting.term, meeting=meeting.meeting,
        opened_on=meeting.opened_on, in_session_until=meeting.in_session_until,
    )  # fmt: skip
    yield act(before, COMMITTEE, opened)
    yield act(before, COMMITTEE, c.AdoptRulebook(rulebook=meeting.rulebook), 30)
    yield act(meeting.closed_on, COMMITTEE, c.CloseSession(closed_on=meeting.closed_on), 420)
    yield Act(minutes(morning(meeting.handover_on), 300))
    for number, command in enumerate(_handovers(city, meeting)):
        yield act(meeting.handover_on, COMMITTEE, command, 300 + number)
    if meeting.revised_on is not None:
        yield act(meeting.revised_on, COMMITTEE, c.AdoptRulebook(rulebook=revised(meeting.rulebook)))
    yield Act(morning(meeting.circular_on))
    if slowest := [unit for unit, _ in city.noticed[meeting.key].most_common(MOST_NAMED)]:
        told = "下列单位今年有提案逾期未答复、经督办后方才办理，请引以为戒。"
        circular = c.IssueCircular(title="提案办理进度通报", text=told, units=tuple(slowest))
        yield act(meeting.circular_on, OFFICE, circular)
    campaign = c.OpenLookbackCampaign(
        title=f"{meeting.year}年提案办理回头看", classes=("A", "B"), finish_on=date(meeting.year, 12, 20)
    )
    yield act(meeting.campaign_on, OFFICE, campaign)
    yield Act(morning(meeting.report_on))
    yield from _scores(city, meeting)
    yield _report(city, meeting)
    return morning(meeting.report_on)


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


def _scores(city: City, meeting: Meeting) -> Iterator[Act]:
    """Of each unit what it was given in its cases on average."""
    stream = session_stream(city.states.name, meeting.key)
    for number, unit in enumerate(city.place.units):
        items = []
        for item in ("on-time", "face-to-face", "late"):
            given = city.scored.get((meeting.key, unit.code, item), [])
            points = round(sum(given) / len(given), 1) if given else 0.0
            items += [{"item": item, "points": f"{points:.1f}"}] if given and (points or item != "late") else []
        if items:
            scored = c.ScoreUnit.model_validate({"unit": unit.code, "items": items})
            yield Act(minutes(morning(meeting.report_on), number), OFFICE, scored, stream=stream)


def _report(city: City, meeting: Meeting) -> Act:
    """The figures of the year as history tells them at this moment."""
    cases = city.cases[meeting.key]
    known = [city.ended.get(case.id) or report.standing(city.states.state(case)) for case in cases]
    told = report.figures([case for case in known if case is not None], meeting.rulebook.class_scheme)
    note = f"{meeting.year}年提案办理情况报告"
    asked = {"as_known": city.states.position, "figures": tuple(told), "note": note}
    taken, stream = c.TakeReportSnapshot.model_validate(asked), session_stream(city.states.name, meeting.key)
    return Act(minutes(morning(meeting.report_on), 120), OFFICE, taken, stream=stream)
