"""Cases brought to named states through commands, on a real ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

from domain import commands as c
from domain.policy.rulebook import Rulebook, parse
from domain.record import Context
from domain.streams import Stream, created_by, directory_stream, proposal_stream, session_stream
from ledger.ledger import Ledger, Receipt

SESSION = "15-3"
UNITS = ("zhifaju", "shichangju", "huanweichu")
MEMBERS = ("weiyuan-1", "weiyuan-2")


def rulebook(**change: Any) -> Rulebook:
    """The sample's rulebook, with changes."""
    text = (files("domain") / "rulebooks" / "dehui-15-3.toml").read_text(encoding="utf-8")
    return parse(text).model_copy(update=change)


@dataclass
class Office:
    """Somebody at a desk of this ledger."""

    ledger: Ledger
    case: UUID = UUID(int=0)

    @property
    def stream(self) -> Stream[Any]:
        return proposal_stream(self.case)

    def context(self, by: str = "gov-office") -> Context:
        return Context(actor="admin", on_behalf_of=by)

    async def do(self, command: c.Command, by: str = "gov-office", **more: Any) -> Receipt:
        """Handle a command on the case at hand, for a person."""
        return await self.ledger.handle(self.stream, command, self.context(by), **more)

    async def set_up(self, adopted: Rulebook | None = None) -> "Office":
        """Session, rulebook, directory."""
        session, directory = session_stream(self.ledger.name, SESSION), directory_stream(self.ledger.name)
        steps: list[tuple[Stream[Any], c.Command]] = [
            (session, c.OpenSession(session=SESSION, cppcc="德惠市政协", term=15, meeting=3)),
            (session, c.AdoptRulebook(rulebook=adopted or rulebook())),
            *((directory, c.ListUnit(unit=unit, name=unit)) for unit in UNITS),
            *(
                (
                    directory,
                    c.AppointOfficial(official=f"{unit}-leader", name="王喆", title="副局长", rank=c_rank, unit=unit),
                )
                for unit in UNITS
                for c_rank in ("UNIT_PORTFOLIO_LEADER",)
            ),
            *((directory, c.ListMember(member=member, name="刘䶮")) for member in MEMBERS),
        ]
        for stream, command in steps:
            await self.ledger.handle(stream, command, Context(actor="admin"))
        return self

    async def submitted(self, key: UUID | None = None) -> "Office":
        """A case of its own, submitted."""
        key = key or uuid4()
        self.case = created_by(self.ledger.name, key)
        await self.do(self.submission(), MEMBERS[0], command_id=key)
        return self

    def submission(self) -> c.SubmitProposal:
        return c.SubmitProposal(
            session=SESSION, title="关于镕化废旧塑料的提案", timing="IN_SESSION", lead_proposer=MEMBERS[0],
            co_signers=(MEMBERS[1],),
        )  # fmt: skip

    async def assigned(self, *units: tuple[str, str]) -> "Office":
        """Submitted, registered, transferred and assigned; alone to the first unit where none is named."""
        await self.submitted()
        return await self.handed_over(*units)

    async def handed_over(self, *units: tuple[str, str]) -> "Office":
        """What was submitted is registered, transferred and assigned."""
        wanted = [c.Assignment(unit=unit, mode=mode) for unit, mode in units or ((UNITS[0], "SOLE"),)]
        for command in (
            c.RegisterProposal(),
            c.TransferCase(occasion="专题联席会议"),
            c.AssignUnits(assignments=tuple(wanted), basis="联席会议"),
        ):
            await self.do(command)
        return self

    def contact(self, unit: str = UNITS[0], content: str = "听取意见", at: datetime | None = None) -> c.Command:
        return c.RecordMemberContact(
            occurred_at=at or datetime.now(UTC), unit=unit, stage="BEFORE_REPLY", mode="VISIT",
            unit_people=({"name": "李镕"},), members=(MEMBERS[0],), content=content, member_position="AGREE",
        )  # fmt: skip

    def draft(self, unit: str = UNITS[0], text: str = "答复意见") -> c.Command:
        return c.DraftReply(unit=unit, text=text, result_class="A")

    async def replied(self, unit: str = UNITS[0], draft: int = 1) -> "Office":
        """Contacted, drafted, reviewed, signed, issued."""
        await self.do(self.contact(unit), f"{unit}-officer")
        await self.do(self.draft(unit, f"答复意见第 {draft} 稿"), f"{unit}-officer")
        await self.do(c.ReviewReply(unit=unit, draft=draft), "gov-reviewer")
        await self.do(c.SignReply(unit=unit, draft=draft, signer=f"{unit}-leader"), f"{unit}-leader")
        await self.do(c.IssueReply(unit=unit, draft=draft), f"{unit}-officer")
        return self

    async def replied_again(self, unit: str = UNITS[0]) -> "Office":
        """The next round: drafted otherwise, reviewed, signed, issued."""
        for command, by in (
            (self.draft(unit, "重新办理后的答复意见"), f"{unit}-officer"),
            (c.ReviewReply(unit=unit, draft=1), "gov-reviewer"),
            (c.SignReply(unit=unit, draft=1, signer=f"{unit}-leader"), f"{unit}-leader"),
            (c.IssueReply(unit=unit, draft=1), f"{unit}-officer"),
        ):
            await self.do(command, by)
        return self

    async def closed(self, unit: str = UNITS[0], raters: Sequence[str] = MEMBERS) -> "Office":
        """Replied, everybody satisfied, closed."""
        await self.do(c.IssueFeedbackForm(unit=unit))
        for member in raters:
            await self.do(
                c.RecordSatisfaction(
                    unit=unit, member=member, attitude="SATISFIED", result="SATISFIED", overall="SATISFIED",
                    heard="VISITED", entered_by="MEMBER",
                ),
                member,
            )  # fmt: skip
        await self.do(c.CloseHandling(basis="已答复并反馈", result_class="A"))
        return self
