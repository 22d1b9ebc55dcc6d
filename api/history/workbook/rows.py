"""Rows of a 台账 → the facts they state, in the order of their days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeVar

from api.history.workbook import cells
from api.history.workbook.cells import Cell, Unread
from api.history.workbook.mapping import Columns, ContactColumns, Mapping
from domain.codes import AssignmentMode, ContactMode, MemberPosition, Openness, Rating
from domain.directory import Directory
from domain.values import SHANGHAI

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that is not what its column says."""

    column: str
    value: str
    code: str
    reason: str


@dataclass(slots=True)
class Row:
    """One case as its row tells it. `facts`: (day, place in the order of steps, lines of one act)."""

    mapping: Mapping
    directory: Directory
    values: dict[str, Cell]
    epoch: datetime
    bad: list[BadCell] = field(default_factory=list)
    facts: list[tuple[date, int, list[dict[str, Any]]]] = field(default_factory=list)
    case: str = ""

    def read(self) -> list[list[dict[str, Any]]]:
        """The acts of the case, as lines, in the order of their days; and in `bad` what could not be read."""
        columns = self.mapping.columns
        case_no = self.cell(columns.case_no, cells.number)
        if case_no is None:
            self.wanting(columns.case_no)
            return []
        self.case = f"{self.mapping.session}/{case_no}"
        self._submitted(columns, case_no)
        unit = self._assigned(columns)
        lead = next(iter(self.cell(columns.lead, self.members) or []), None)
        for contact in self.mapping.contacts:
            self._contacted(contact, unit, lead)
        self._replied(columns, unit)
        self._rated(columns, unit, lead)
        closed, kind = self.day(columns.closed), self.cell(columns.result_class, cells.text)
        told = {"basis": self.mapping.basis, **({"result_class": kind} if kind else {})}
        self.fact(closed, 9, ("HandlingClosed", told))
        return [lines for _, _, lines in sorted(self.facts, key=lambda fact: fact[:2])]

    def _submitted(self, columns: Columns, case_no: int) -> None:
        title, proposers = self.cell(columns.title, cells.text), self.cell(columns.lead, self.members)
        registered, transferred = self.day(columns.registered), self.day(columns.transferred)
        days = (self.day(columns.submitted), registered, transferred, self.day(columns.assigned))
        first = next((day for day in days if day), None)
        for column, known in ((columns.title, title), (columns.lead, proposers)):
            if not known:
                self.wanting(column)
        if first is None:
            self.wanting(columns.submitted or columns.registered or columns.transferred or columns.case_no)
        told: dict[str, Any] = {
            "session": self.mapping.session,
            "title": title,
            "timing": self.mapping.timing.value,
            "channel": "PAPER",
            "lead_proposer": next(iter(proposers or []), None),
            "co_signers": [*(proposers or [])[1:], *(self.cell(columns.co_signers, self.members) or [])],
        }
        if title and proposers:
            self.fact(first, 0, ("ProposalSubmitted", told))
        self.fact(registered or first, 1, ("ProposalRegistered", {"session": self.mapping.session, "case_no": case_no}))
        self.fact(transferred, 2, ("CaseTransferredToGovernment", {"occasion": self.mapping.occasion}))

    def _assigned(self, columns: Columns) -> str | None:
        """The unit that answers."""
        lead, others = self.cell(columns.lead_unit, self.units) or [], self.cell(columns.co_units, self.units) or []
        modes = [(lead[0], AssignmentMode.LEAD if others else AssignmentMode.SOLE)] if len(lead) == 1 else []
        modes += [(unit, AssignmentMode.SPLIT) for unit in lead] if len(lead) > 1 else []
        modes += [(unit, AssignmentMode.CO) for unit in others]
        told = [{"unit": unit, "mode": mode.value, "basis": self.mapping.basis} for unit, mode in modes]
        on = self.day(columns.assigned) or self.day(columns.transferred)
        self.fact(on, 3, *(("UnitAssigned", one) for one in told))
        if on is None:
            self.alone(columns.lead_unit, columns.co_units)
        acknowledged = self.day(columns.acknowledged)
        if lead:
            self.fact(acknowledged, 4, ("AssignmentAcknowledged", {"unit": lead[0]}))
        else:
            self.alone(columns.acknowledged)
        return lead[0] if lead else None

    def _contacted(self, contact: ContactColumns, unit: str | None, member: str | None) -> None:
        on, replied = self.day(contact.date), self.day(self.mapping.columns.replied)
        if on is None or unit is None or member is None:
            self.alone(contact.date, contact.mode, contact.people, contact.content)
            return
        mode = self.cell(contact.mode, lambda cell: cells.code(cell, ContactMode, self._words("mode")))
        position = self.cell(contact.position, lambda cell: cells.code(cell, MemberPosition, self._words("position")))
        people, content = self.cell(contact.people, cells.names), self.cell(contact.content, cells.text)
        told = {
            "unit": unit,
            "stage": "DURING" if replied and on > replied else "BEFORE_REPLY",
            "mode": mode,
            "unit_people": [{"name": name} for name in people or []],
            "members": [member],
            "content": content or self.mapping.basis,
            "member_position": position or "UNDERSTAND",
        }
        made_up = [name for name, known in (("content", content), ("member_position", position)) if not known]
        known = {name: value for name, value in told.items() if value is not None}
        self.fact(on, 5, ("MemberContacted", known), made_up=made_up)

    def _replied(self, columns: Columns, unit: str | None) -> None:
        on, kind = self.day(columns.replied), self.cell(columns.result_class, cells.text)
        openness = self.cell(columns.openness, lambda cell: cells.code(cell, Openness, self._words("openness")))
        number = self.cell(columns.letter, cells.letter)
        if on is None or unit is None:
            self.alone(columns.replied, columns.letter)
            return
        drafted = {"unit": unit, "text": self.mapping.basis, "result_class": kind, "openness": openness}
        told: dict[str, Any] = {"unit": unit}
        if number:
            told["letter"] = {"unit": unit, "year": number[0], "number": number[1]}
        if kind:
            known = {name: value for name, value in drafted.items() if value is not None}
            self.fact(on, 6, ("ReplyDrafted", known), made_up=["text"])
        self.fact(on, 7, ("ReplyIssued", told))

    def _rated(self, columns: Columns, unit: str | None, member: str | None) -> None:
        def rating(column: str | None) -> str | None:
            return self.cell(column, lambda cell: cells.code(cell, Rating, self._words("rating")))

        overall = rating(columns.overall)
        attitude, result = rating(columns.attitude) or overall, rating(columns.result) or overall
        on = self.day(columns.rated) or self.day(columns.closed) or self.day(columns.replied)
        if on is None or unit is None or member is None or not (overall and attitude and result):
            self.alone(columns.attitude, columns.result, columns.overall)
            return
        told = {"unit": unit, "member": member, "attitude": attitude, "result": result, "overall": overall}
        self.fact(on, 8, ("SatisfactionRecorded", {**told, "entered_by": "OFFICE"}))

    def cell(self, column: str | None, read: Callable[[Cell], T]) -> T | None:
        """What a cell says; None where it is empty, or noted as bad."""
        value = self.values.get(column) if column else None
        if column is None or value is None or not cells.text(value):
            return None
        try:
            return read(value)
        except Unread as unread:
            self._note(BadCell(column, cells.text(value), "import-cell-unread", str(unread)))
            return None

    def day(self, column: str | None) -> date | None:
        return self.cell(column, lambda cell: cells.day(cell, self.epoch))

    def units(self, cell: Cell) -> list[str]:
        known = {unit.name: code for code, unit in self.directory.units.items()}
        return [_code(name, {**known, **self.mapping.names.units}, "承办单位") for name in cells.names(cell)]

    def members(self, cell: Cell) -> list[str]:
        listed = [(member.name, code) for code, member in self.directory.members.items()]
        names = [name for name, _ in listed]
        known = {name: code for name, code in listed if names.count(name) == 1}
        return [_code(name, {**known, **self.mapping.names.members}, "委员") for name in cells.names(cell)]

    def wanting(self, column: str) -> None:
        """Note an empty cell that the case cannot do without; not one that is bad already."""
        if all(bad.column != column for bad in self.bad):
            self.bad.append(BadCell(column, "", "import-cell-missing", "须填写"))

    def alone(self, *columns: str | None) -> None:
        """Note cells that say something, but of nobody: their unit, member or day is wanting."""
        for column in columns:
            told = cells.text(self.values.get(column)) if column else ""
            if column and told and all(bad.column != column for bad in self.bad):
                self.bad.append(BadCell(column, told, "import-cell-alone", "缺单位、委员、日期或评价，这一项无从登记"))

    def fact(self, on: date | None, place: int, *told: tuple[str, dict[str, Any]], made_up: Sequence[str] = ()) -> None:
        """Note an act of a day; none where the day is not told. `made_up`: fields that the row does not tell."""
        if on is None or not told:
            return
        lines = [{**self._line(event, payload, on), "made_up": list(made_up)} for event, payload in told]
        self.facts.append((on, place, lines))

    def _line(self, event: str, payload: dict[str, Any], on: date) -> dict[str, Any]:
        line = {
            "stream": {"proposal": self.case},
            "event": event,
            "payload": payload,
            "occurred_at": on.isoformat(),
            "actor": self.mapping.actor,
        }
        if self.mapping.entered:
            return {**line, "entered_at": datetime.combine(on, time(23, 59), SHANGHAI).isoformat()}
        return {**line, "late_entry_reason": self.mapping.late_entry_reason}

    def _words(self, name: str) -> dict[str, str]:
        return self.mapping.values.get(name, {})

    def _note(self, bad: BadCell) -> None:
        if bad not in self.bad:
            self.bad.append(bad)


def _code(name: str, known: dict[str, str], what: str) -> str:
    if name not in known:
        raise Unread(f"名录和对照中没有{what}“{name}”，或不止一个")
    return known[name]
