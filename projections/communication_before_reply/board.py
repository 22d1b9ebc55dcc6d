"""先沟通后答复: a row per reply round and answering unit, for compliance staff.

Round 0, without a unit, is the case's own row: it keeps what is known before any unit is assigned (proposers, the
pinned rulebook, contacts), from which every round is judged again when something new is known. It also lets a
query judge the same facts under another rulebook.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from domain import communication
from domain.codes import Outcome
from domain.communication import Communication, Proof, ReplyRound
from domain.events import (
    CaseRulebookChanged,
    ClericalErrorCorrected,
    ProposalEvent,
    ProposalRegistered,
    ProposalResubmitted,
    ProposalSubmitted,
    StepTakenBack,
)
from domain.policy.rulebook import Rulebook, RulebookRef
from domain.record import Recorded
from domain.rules import CONTACT_BEFORE_REPLY
from domain.values import Frozen, write_moment
from projections.readmodel import Key, ReadModel, Reference, Row


class Moments(Frozen):
    """The moments a reader compares, as written in history: with a time, or a day alone."""

    assigned: str | None = None
    first_contact: str | None = None
    drafted: str | None = None
    signed: str | None = None
    issued: str | None = None


class VerdictRow(Row):
    round: int
    unit: str
    session: str | None = None
    case_no: int | None = None
    title: str = ""
    outcome: Outcome = Outcome.NOT_APPLICABLE
    rule: str = CONTACT_BEFORE_REPLY.id
    source: str = ""
    rulebook: str | None = None
    rulebook_version: int | None = None
    rulebook_digest: str | None = None
    before: str | None = None
    drafted_first: bool = False
    same_day: bool = False
    clock: str | None = None
    moments: Moments = Moments()
    proof: tuple[Proof, ...] = ()
    facts: Communication | None = None
    last_position: int = 0


def evolve(
    rows: Mapping[Key, VerdictRow], recorded: Recorded[ProposalEvent], reference: Reference
) -> Iterable[VerdictRow]:
    key = (reference.ledger, recorded.stream)
    case = rows.get((*key, 0, "")) or VerdictRow(
        ledger=reference.ledger, stream=recorded.stream, round=0, unit="", facts=Communication()
    )
    known = case.facts or Communication()
    facts = communication.evolve(known, recorded)
    changed = _of_case(case, recorded).model_copy(update={"facts": facts})
    if changed == case:
        return
    yield changed.model_copy(update={"last_position": recorded.position})
    yield from (_gone(row, recorded) for row in rows.values() if row.round and not facts.round_of(row.unit, row.round))
    rulebook = reference.rulebooks.get(changed.rulebook_digest or "")
    for answered in facts.rounds:
        before = rows.get((*key, answered.round, answered.unit))
        after = judged(changed, answered, facts, rulebook)
        if before is None or after != before.model_copy(update={"last_position": after.last_position}):
            yield after.model_copy(update={"last_position": recorded.position})


def _gone(row: VerdictRow, recorded: Recorded[ProposalEvent]) -> VerdictRow:
    """The row of a round whose order was taken back: there is nothing to judge."""
    named = row.model_dump(include={"ledger", "stream", "round", "unit", "session", "case_no", "title"})
    return VerdictRow(**named, last_position=recorded.position)


def _of_case(case: VerdictRow, recorded: Recorded[ProposalEvent]) -> VerdictRow:
    """What the case's row takes from the events that name it. The fold of the rest is `communication.evolve`."""
    event = recorded.event
    if isinstance(event, ProposalSubmitted):
        return case.model_copy(update={"session": event.session, "title": event.title})
    if isinstance(event, ProposalResubmitted):
        return case.model_copy(update={"title": event.title})
    if isinstance(event, ClericalErrorCorrected):
        return case.model_copy(update={"title": event.correct}) if event.field == "title" else case
    if isinstance(event, CaseRulebookChanged):
        return case.model_copy(update=pin(event.rulebook))
    if isinstance(event, StepTakenBack) and event.type == ProposalRegistered.__name__:
        return case.model_copy(update={"case_no": None, **dict.fromkeys(PINNED)})
    if isinstance(event, ProposalRegistered):
        return case.model_copy(update={"case_no": event.case_no, **pin(event.rulebook)})
    return case


PINNED = ("rulebook", "rulebook_version", "rulebook_digest")
"""The columns that `pin` fills."""


def pin(ref: RulebookRef) -> dict[str, str | int]:
    """The columns that name the rulebook a row was judged by."""
    return {"rulebook": ref.id, "rulebook_version": ref.version, "rulebook_digest": ref.digest}


def judged(case: VerdictRow, answered: ReplyRound, facts: Communication, rulebook: Rulebook | None) -> VerdictRow:
    """The row of one round, judged by a rulebook; without one nothing can be judged. It names the rulebook that the
    case's own row names."""
    row = case.model_copy(
        update={
            "round": answered.round,
            "unit": answered.unit,
            "facts": None,
            "moments": _moments(answered, facts),
            "last_position": 0,
        }
    )
    if rulebook is None:
        return row
    verdict = communication.judge(facts, answered.unit, answered.round, rulebook.contact_before_reply)
    return row.model_copy(
        update={
            "outcome": verdict.outcome,
            "source": verdict.source,
            "before": verdict.before.value,
            "drafted_first": verdict.drafted_first,
            "same_day": verdict.same_day,
            "clock": verdict.clock,
            "proof": verdict.proof,
        }
    )


def _moments(answered: ReplyRound, facts: Communication) -> Moments:
    marks = {"assigned": answered.assigned, "drafted": answered.drafted, "signed": answered.signed}
    marks["issued"] = answered.issued
    begun = answered.since or answered.assigned
    own = [c.mark for c in facts.contacts if c.unit == answered.unit and communication.follows(c.mark, begun)]
    first = min(own, key=lambda mark: write_moment(mark.at)) if own else None
    marks["first_contact"] = first
    return Moments(**{name: write_moment(mark.at) for name, mark in marks.items() if mark})


COMMUNICATION_BEFORE_REPLY = ReadModel(
    name="communication_before_reply",
    version=4,
    row=VerdictRow,
    key=("ledger", "stream", "round", "unit"),
    evolve=evolve,
    folder=Path(__file__).parent,
)
