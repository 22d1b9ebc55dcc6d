"""届次、办理规则."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt

from domain import claims
from domain.commands.base import SessionCommand
from domain.commands.registration import transferable
from domain.events import (
    CaseTransferredToGovernment,
    HandoverMeetingHeld,
    RulebookAdopted,
    RulebookVersionFixed,
    SessionClosed,
    SessionOpened,
)
from domain.policy.rulebook import Rulebook, RulebookRef
from domain.policy.soundness import problems
from domain.rules import (
    CASE_OPEN,
    KNOWN_SESSION,
    KNOWN_UNIT,
    OCCURRED_IN_ORDER,
    PROPOSAL_EXISTS,
    REGISTERED_BEFORE_TRANSFER,
    RULEBOOK_CONSISTENT,
    RULEBOOK_VERSION_FINAL,
    SESSION_CLOSED_ONCE,
    SESSION_DAYS_IN_ORDER,
    SESSION_OPENED_ONCE,
    TRANSFERRED_ONCE,
    Rule,
    refuse,
    require,
)
from domain.session import Session
from domain.setting import Decision, On, Setting
from domain.streams import Stream, directory_stream, proposal_stream
from domain.values import Code, Day, Moment, Note, Title, day_of, within_limits

OTHER_TEXT = "别的届次已采用内容不同的同一版本，修改须另立新版"


class OpenSession(SessionCommand):
    """Open a session, e.g. term 15, meeting 3. What was told by mistake is set right by telling it all again with a
    reason; a closing day that was told by itself stands where none is told here. Open limits move when they are next
    recomputed."""

    rules: ClassVar[tuple[Rule, ...]] = (SESSION_OPENED_ONCE, SESSION_DAYS_IN_ORDER)

    session: Code
    cppcc: Title
    term: Annotated[StrictInt, Field(ge=1, le=99)]
    meeting: Annotated[StrictInt, Field(ge=1, le=99)]
    opened_on: Day | None = None
    closed_on: Day | None = None
    in_session_until: Day | None = None
    reason: Note | None = None

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        opened = self.told(SessionOpened)
        known = session.opened
        if known is not None and opened == known.model_copy(update={"reason": self.reason}):
            return []
        other = "该届次已设立，内容不同；登记有误的，更正须写明理由（reason）"
        require(known is None or self.reason is not None, SESSION_OPENED_ONCE, other, "session")
        closed_on = self.closed_on or session.closed_on
        in_order = self.opened_on is None or closed_on is None or self.opened_on <= closed_on
        require(in_order, SESSION_DAYS_IN_ORDER, "闭幕日不得早于开幕日", "closed_on")
        in_session = self.opened_on is None or (self.in_session_until or self.opened_on) >= self.opened_on
        require(in_session, SESSION_DAYS_IN_ORDER, "大会提案的截止日不得早于开幕日", "in_session_until")
        return [opened]


class CloseSession(SessionCommand):
    """Tell the day the meeting ended; clocks of in-session proposals may start there (S37). A day told by mistake is
    set right with a reason; open limits move when they are next recomputed."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, SESSION_DAYS_IN_ORDER, SESSION_CLOSED_ONCE)

    closed_on: Day
    reason: Note | None = None

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        if session.opened is None:
            refuse(KNOWN_SESSION, "届次尚未设立")
        if session.closed_on == self.closed_on:
            return []
        fresh = session.closed_on is None or self.reason is not None
        once = f"已于 {session.closed_on} 闭幕，登记有误的，更正须写明理由（reason）"
        require(fresh, SESSION_CLOSED_ONCE, once, "closed_on")
        opened_on = session.opened.opened_on
        in_order = opened_on is None or opened_on <= self.closed_on
        require(in_order, SESSION_DAYS_IN_ORDER, "闭幕日不得早于开幕日", "closed_on")
        over = self.closed_on <= day_of(setting.occurred_at)
        require(over, SESSION_DAYS_IN_ORDER, "会议尚未到闭幕日，闭幕之后再登记", "closed_on")
        return [self.told(SessionClosed)]


class RecordHandoverMeeting(SessionCommand):
    """Report the meeting at which the CPPCC hands cases to the government, and hand over every one of them: all or
    none (S0, S50). `reply_by` is the day the meeting asked for; what a case is due by is the rulebook's to say."""

    rules: ClassVar[tuple[Rule, ...]] = (
        KNOWN_SESSION,
        KNOWN_UNIT,
        SESSION_DAYS_IN_ORDER,
        PROPOSAL_EXISTS,
        CASE_OPEN,
        REGISTERED_BEFORE_TRANSFER,
        TRANSFERRED_ONCE,
        OCCURRED_IN_ORDER,
    )

    occurred_at: Moment
    occasion: Note
    place: Title | None = None
    units: Annotated[tuple[Code, ...], Field(max_length=200)] = ()
    cases: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=300)]
    reply_by: Day | None = None

    def beside(self, session: Session, setting: Setting, /) -> Sequence[Stream[Any]]:
        return [proposal_stream(case) for case in self.cases]

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        require(session.opened is not None, KNOWN_SESSION, "届次尚未设立")
        for index, unit in enumerate(self.units):
            setting.knows_unit(unit, f"units.{index}")
        ahead = self.reply_by is None or self.reply_by >= day_of(self.occurred_at)
        require(ahead, SESSION_DAYS_IN_ORDER, "答复限期不得早于交办会", "reply_by")
        held = self.told(HandoverMeetingHeld, cases=tuple(dict.fromkeys(self.cases)))
        if held not in session.handovers:
            return [held, *(self._handed(index, case, session, setting) for index, case in enumerate(held.cases))]
        back = [(index, case) for index, case in enumerate(held.cases) if self._came_back(case, setting)]
        return [self._handed(index, case, session, setting) for index, case in back]

    def _came_back(self, case: UUID, setting: Setting) -> bool:
        """Whether a case that this meeting handed over stands as if it had not."""
        return setting.at(proposal_stream(case)).transferred is None

    def _handed(self, index: int, case: UUID, session: Session, setting: Setting) -> On:
        stream = proposal_stream(case)
        proposal = setting.at(stream)
        require(proposal.session == session.session, PROPOSAL_EXISTS, "不是本届次的提案", f"cases.{index}")
        transferable(proposal, setting)
        fresh = proposal.transferred is None
        require(fresh, TRANSFERRED_ONCE, f"第 {proposal.case_no} 号案已经交办", f"cases.{index}")
        return On(stream, CaseTransferredToGovernment(occasion=self.occasion))


class AdoptRulebook(SessionCommand):
    """Adopt a version of a rulebook for cases registered from now on."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, RULEBOOK_CONSISTENT, RULEBOOK_VERSION_FINAL)

    rulebook: Annotated[Rulebook, AfterValidator(within_limits)]

    def beside(self, session: Session, setting: Setting, /) -> Sequence[Stream[Any]]:
        return [directory_stream(setting.ledger)]

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        require(session.opened is not None, KNOWN_SESSION, "届次尚未设立")
        for field, problem in (*problems(self.rulebook), *claims.problems(self.rulebook)):
            refuse(RULEBOOK_CONSISTENT, problem, f"rulebook.{field}")
        for other in session.rulebooks.values():
            scheme, meant = self.rulebook.class_scheme, other.class_scheme
            one_meaning = scheme.id != meant.id or scheme == meant
            clash = f"分类“{scheme.id}”已有另一种含义，须另立编号"
            require(one_meaning, RULEBOOK_CONSISTENT, clash, "rulebook.class_scheme.id")
        ref = self.rulebook.ref()
        known = session.rulebooks.get((ref.id, ref.version))
        if known is not None:
            require(known.ref() == ref, RULEBOOK_VERSION_FINAL, "该版本已采用，修改须另立新版", "rulebook.version")
            return []
        latest = max((version for name, version in session.rulebooks if name == ref.id), default=0)
        newer = f"已采用第 {latest} 版，新版的版本号须更大"
        require(ref.version > latest, RULEBOOK_VERSION_FINAL, newer, "rulebook.version")
        return [RulebookAdopted(rulebook=self.rulebook, digest=ref.digest), *_fixed(ref, setting)]


def _fixed(ref: RulebookRef, setting: Setting) -> Decision:
    """One version is one text in the whole ledger: what the first session to adopt it made of it."""
    directory = directory_stream(setting.ledger)
    digest = setting.at(directory).rulebooks.get((ref.id, ref.version))
    require(digest in (None, ref.digest), RULEBOOK_VERSION_FINAL, OTHER_TEXT, "rulebook.version")
    return [] if digest else [On(directory, RulebookVersionFixed(rulebook=ref))]
