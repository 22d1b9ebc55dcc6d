"""One case from its first line to the archive."""

from api.simulate.admission import admitted
from api.simulate.aftermath import closed
from api.simulate.assignment import assigned
from api.simulate.handling import assisted
from api.simulate.reply import answered
from api.simulate.story import Case, Story, merged
from api.simulate.supervision import key_track, pressed, recounted, rules_changed
from domain.codes import AssignmentMode


def life(case: Case) -> Story:
    at = yield from admitted(case)
    if case.state.transferred is None or case.state.recipient is not None:
        return at
    at = yield from assigned(case, at)
    units = {task.mode: case.place.unit(task.unit) for task in case.state.answering}
    stories: list[Story] = []
    beside = [key_track(case, at), recounted(case, at), rules_changed(case, at)]
    for task in case.state.active_tasks:
        unit = case.place.unit(task.unit)
        if task.mode is AssignmentMode.CO:
            stories.append(assisted(case, unit, units[AssignmentMode.LEAD], at))
        else:
            stories.append(answered(case, unit, at))
            beside.append(pressed(case, unit, at))
    at = yield from merged(at, stories, beside)
    return (yield from closed(case, at))
