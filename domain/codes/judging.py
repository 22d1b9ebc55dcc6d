"""What rules, clocks and supervision go by, and what boards and answers say."""

from enum import StrEnum


class Restart(StrEnum):
    """What may start a clock anew, where a limit's rule says so; nothing else ever does."""

    OBJECTION_REJECTED = "OBJECTION_REJECTED"
    CO_OPINION_RETURNED = "CO_OPINION_RETURNED"
    REASSIGNMENT = "REASSIGNMENT"


class Recomputation(StrEnum):
    """Why a limit is another day than it was: working days became known, a session's end did, other rules apply, its
    clock started anew, the reply that it is counted back from is due on another day, or the proposal was handed in
    otherwise than was told."""

    CALENDAR = "CALENDAR"
    SESSION_CLOSE = "SESSION_CLOSE"
    RULEBOOK = "RULEBOOK"
    KEY_PROPOSAL = "KEY_PROPOSAL"
    RESTART = "RESTART"
    REPLY_MOVED = "REPLY_MOVED"
    SUBMISSION = "SUBMISSION"


class Rank(StrEnum):
    """Ranks a signing rule may ask for, lowest first."""

    OFFICER = "OFFICER"
    SECTION_HEAD = "SECTION_HEAD"
    UNIT_PORTFOLIO_LEADER = "UNIT_PORTFOLIO_LEADER"
    UNIT_HEAD = "UNIT_HEAD"
    VICE_MAYOR = "VICE_MAYOR"
    MAYOR = "MAYOR"
    CPPCC_VICE_CHAIR = "CPPCC_VICE_CHAIR"
    CPPCC_CHAIR = "CPPCC_CHAIR"

    @property
    def height(self) -> int:
        """Where it stands in the government; the CPPCC's leaders stand outside it and sign nothing there."""
        return -1 if self.of_cppcc else list(Rank).index(self)

    @property
    def of_cppcc(self) -> bool:
        return self in (Rank.CPPCC_VICE_CHAIR, Rank.CPPCC_CHAIR)


class LeaderDuty(StrEnum):
    """A leader handles a case in person (领办), or sees to it that others do (领衔督办) (S27, S28)."""

    HANDLE = "HANDLE"
    SUPERVISE = "SUPERVISE"


class ReminderMode(StrEnum):
    """How a unit was reminded."""

    PHONE = "PHONE"
    WRITTEN = "WRITTEN"
    SYSTEM = "SYSTEM"


class Pressure(StrEnum):
    """Steps of the pressure ladder, mildest first (S19, S33, S49)."""

    REMINDER = "REMINDER"
    NOTICE = "NOTICE"
    CIRCULAR = "CIRCULAR"
    INTERVIEW = "INTERVIEW"
    ON_SITE = "ON_SITE"

    @property
    def height(self) -> int:
        return list(Pressure).index(self)


class Origin(StrEnum):
    """Where a recorded event comes from; anything but NATIVE came through the import or the simulation door."""

    NATIVE = "NATIVE"
    IMPORTED = "IMPORTED"
    SIMULATED = "SIMULATED"
    MADE_UP = "MADE_UP"


class Gate(StrEnum):
    """What a rulebook does with a breach: refuse the command, let it pass with a flag, or not look."""

    REFUSE = "REFUSE"
    FLAG = "FLAG"
    OFF = "OFF"


class DecisiveMoment(StrEnum):
    """What "reply" means in 先沟通后答复: contact must precede the draft, the signature, or the issue."""

    DRAFT = "DRAFT"
    SIGNING = "SIGNING"
    ISSUE = "ISSUE"


class Outcome(StrEnum):
    """The answers of a compliance question."""

    PASS = "PASS"
    PASS_BACKFILLED = "PASS_BACKFILLED"
    WAIVED = "WAIVED"
    FAIL = "FAIL"
    CONTESTED = "CONTESTED"
    PENDING = "PENDING"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Disclosure(StrEnum):
    """Whether a sealed personal detail could be opened."""

    OPENED = "OPENED"
    DESTROYED = "DESTROYED"
    UNREADABLE = "UNREADABLE"


class Stage(StrEnum):
    """Stages shown to people: derived, never stored as fact."""

    SUBMITTED = "SUBMITTED"
    REGISTERED = "REGISTERED"
    ASSIGNED = "ASSIGNED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    IN_HANDLING = "IN_HANDLING"
    UNDER_REVIEW = "UNDER_REVIEW"
    REPLIED = "REPLIED"
    AWAITING_FEEDBACK = "AWAITING_FEEDBACK"
    REHANDLING = "REHANDLING"
    CLOSED = "CLOSED"
    FOLLOW_UP = "FOLLOW_UP"
    ARCHIVED = "ARCHIVED"
    NOT_REGISTERED = "NOT_REGISTERED"
    WITHDRAWN = "WITHDRAWN"
    MERGED = "MERGED"


class Light(StrEnum):
    """The lamp beside a case on the supervision board; judged against a day that the reader names."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    DONE = "DONE"
    NONE = "NONE"
