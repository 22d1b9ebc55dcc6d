"""What the public may read of a reply: decided with the letter, published within its time, most of it."""

from datetime import datetime

from api.simulate import figures as f
from api.simulate.people import Unit
from api.simulate.story import Act, Case, Story
from domain import commands as c
from domain.codes import Openness, WithholdingGround

GROUNDS = [
    ground for ground in WithholdingGround if ground not in (WithholdingGround.SECRET, WithholdingGround.MEMBER_OBJECTS)
]
"""What is secret never comes into the system; a member's objection comes after the decision."""


def decision(case: Case, unit: Unit) -> dict[str, object]:
    """Whole, in part or not at all, as `openness` of a command, with its ground; as for the reply before this one."""
    before = [known.publication for known in case.task(unit).rounds.values() if known.publication]
    if before:
        return before[-1].model_dump(include={"openness", "withholding_ground"})
    weights = {
        Openness.WITHHOLD: f.WITHHELD,
        Openness.PUBLISH_SUMMARY: f.SUMMARISED,
        Openness.PUBLISH_FULL: 1 - f.WITHHELD - f.SUMMARISED,
    }
    openness = case.dice.weighted(weights)
    if openness is Openness.PUBLISH_FULL:
        return {"openness": openness}
    return {"openness": openness, "withholding_ground": case.dice.choice(GROUNDS)}


def published(case: Case, unit: Unit, at: datetime) -> Story:
    """The reply that has just gone out: within 20 working days (S44), a few later; now and then a member objects."""
    dice, by, limit = case.dice, case.desk(unit).by, case.task(unit).round.publish_by
    at = case.later(at, 2, 18)
    if limit is not None and dice.chance(f.PUBLISHED_LATE):
        at = case.later(max(at, case.opening(limit.deadline.due_on)), 1, 15)
    yield Act(at)
    if dice.chance(f.CONTESTED) and _stands(case, unit):
        member = case.state.lead_proposer
        at = case.at_home(at, 0, 3)
        yield Act(at, f"member:{member}", c.ContestPublication(member=member, reason="涉及尚未公开的调研数据"))
        at = case.later(at, 1, 4)
        yield Act(at)
    current = case.task(unit).answered
    if current is None or current.published is not None:
        return at
    if current.contested or current.publication is None:
        objected = {"openness": Openness.WITHHOLD, "withholding_ground": WithholdingGround.MEMBER_OBJECTS}
        decided = objected if current.contested else {"openness": Openness.PUBLISH_FULL}
        about = {"unit": unit.code, "round": current.number}
        yield Act(at, by, c.DecidePublication.model_validate({**about, **decided}))
        at = case.after(at, 10)
        yield Act(at)
    current = case.task(unit).answered
    if current is None or current.publication is None or current.contested:
        return at
    if current.publication.openness is Openness.WITHHOLD:
        yield Act(at, by, c.WithholdReply(unit=unit.code))
        return at
    again = f"-{current.number}" if current.number > 1 else ""
    url = f"https://example.invalid/fuwen/{case.meeting.key}/{case.state.case_no}/{unit.code}{again}"
    yield Act(at, by, c.PublishReply(unit=unit.code, url=url))
    return at


def _stands(case: Case, unit: Unit) -> bool:
    """Whether the reply is not being written anew meanwhile."""
    return case.task(unit).round.issued
