"""The closed lists of the field, by the standard terms; their Chinese names stand in `domain.labels`."""

from enum import StrEnum


class Level(StrEnum):
    """The level of the place whose rules a rulebook holds, highest first."""

    NATIONAL = "NATIONAL"
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"


class Timing(StrEnum):
    """Whether a proposal is of the session itself or came between sessions."""

    IN_SESSION = "IN_SESSION"
    INTER_SESSION = "INTER_SESSION"


class Channel(StrEnum):
    """How a proposal came in."""

    ONLINE = "ONLINE"
    PAPER = "PAPER"
    STAFF = "STAFF"


class CollectiveKind(StrEnum):
    """Bodies that hand in proposals of their own (S6)."""

    PARTY = "PARTY"
    PEOPLE_ORG = "PEOPLE_ORG"
    SECTOR = "SECTOR"
    MEMBER_GROUP = "MEMBER_GROUP"
    COMMITTEE = "COMMITTEE"

    @property
    def seals(self) -> bool:
        """Whether its seal stands for it; else a person's signature does."""
        return self not in (CollectiveKind.SECTOR, CollectiveKind.MEMBER_GROUP)


class ReviewLevel(StrEnum):
    """Levels of review, lowest first (S46)."""

    FIRST = "FIRST"
    SECOND = "SECOND"
    FINAL = "FINAL"

    @property
    def height(self) -> int:
        return list(ReviewLevel).index(self)


class ReviewOpinion(StrEnum):
    """What one level of review would do with a proposal."""

    ADMIT = "ADMIT"
    REVISE = "REVISE"
    MERGE = "MERGE"
    CONVERT = "CONVERT"
    REFUSE = "REFUSE"


class RefusalGround(StrEnum):
    """Why a proposal is not registered: the ten national grounds (S2), and those cities add (P1)."""

    SECRET = "SECRET"
    STATE_BANNED = "STATE_BANNED"
    PARTY_INTERNAL = "PARTY_INTERNAL"
    PARTY_GROUP_INTERNAL = "PARTY_GROUP_INTERNAL"
    LITIGATION = "LITIGATION"
    ACADEMIC = "ACADEMIC"
    PERSONAL = "PERSONAL"
    PROMOTION = "PROMOTION"
    NAMED_ACCUSATION = "NAMED_ACCUSATION"
    EMPTY = "EMPTY"
    OUT_OF_REMIT = "OUT_OF_REMIT"


class Conversion(StrEnum):
    """Where a proposal that is no case goes instead."""

    SOCIAL_OPINION = "SOCIAL_OPINION"
    LETTER = "LETTER"
    SUGGESTION = "SUGGESTION"


class Ending(StrEnum):
    """How a proposal ends without a reply."""

    NOT_REGISTERED = "NOT_REGISTERED"
    WITHDRAWN = "WITHDRAWN"
    MERGED = "MERGED"


class Recipient(StrEnum):
    """Where a registered case goes: most, not all, go to the government side."""

    GOVERNMENT = "GOVERNMENT"
    PARTY_OFFICE = "PARTY_OFFICE"
    COURT = "COURT"
    PROCURATORATE = "PROCURATORATE"
    MASS_ORGANISATION = "MASS_ORGANISATION"


class AssignmentMode(StrEnum):
    """How a unit has a case: alone, leading, assisting the lead, its own part beside others, or for information."""

    SOLE = "SOLE"
    LEAD = "LEAD"
    CO = "CO"
    SPLIT = "SPLIT"
    REFERENCE_ONLY = "REFERENCE_ONLY"

    @property
    def answers(self) -> bool:
        """Whether a unit assigned this way answers the member itself; an assisting unit does not (S14), nor one that
        has the case for its information."""
        return self not in (AssignmentMode.CO, AssignmentMode.REFERENCE_ONLY)

    @property
    def handles(self) -> bool:
        """Whether a unit assigned this way has anything to do."""
        return self is not AssignmentMode.REFERENCE_ONLY


class ContactStage(StrEnum):
    """When in the handling a unit spoke with the member."""

    BEFORE_HANDLING = "BEFORE_HANDLING"
    DURING = "DURING"
    BEFORE_REPLY = "BEFORE_REPLY"


class ContactMode(StrEnum):
    """How the member was reached; which ways count as contact is the rulebook's to say."""

    VISIT = "VISIT"
    FORUM = "FORUM"
    PHONE = "PHONE"
    LETTER = "LETTER"
    ONLINE = "ONLINE"


class MemberPosition(StrEnum):
    """What the member thought of what they were told."""

    AGREE = "AGREE"
    UNDERSTAND = "UNDERSTAND"
    RESERVE = "RESERVE"
    OBJECT = "OBJECT"
    NO_COMMENT = "NO_COMMENT"


class Countersignature(StrEnum):
    """Whether an assisting unit agrees to the lead's draft."""

    AGREED = "AGREED"
    WITHHELD = "WITHHELD"


class Defect(StrEnum):
    """Why a reviewer sends a draft back (S17, S19)."""

    OFF_TOPIC = "OFF_TOPIC"
    NOT_CONTACTED = "NOT_CONTACTED"
    STILL_UNSATISFIED = "STILL_UNSATISFIED"
    LAW_OR_POLICY = "LAW_OR_POLICY"
    CO_OPINION_NOT_MERGED = "CO_OPINION_NOT_MERGED"
    WRONG_CLASS = "WRONG_CLASS"
    FORMAT = "FORMAT"
    WORDING = "WORDING"


class LetterSeries(StrEnum):
    """Series of letter numbers; replies to proposers have one, opinions of assisting units another (S17)."""

    REPLY = "REPLY"
    CO_OPINION = "CO_OPINION"


class DeliveryChannel(StrEnum):
    """How the letter reached the proposer."""

    IN_PERSON = "IN_PERSON"
    POST = "POST"
    ONLINE = "ONLINE"
    BY_LEAD_PROPOSER = "BY_LEAD_PROPOSER"


class WithholdingGround(StrEnum):
    """Why a reply, or a part of it, is not published (S43, S44, P1)."""

    SECRET = "SECRET"
    COMMERCIAL = "COMMERCIAL"
    PRIVACY = "PRIVACY"
    INTERNAL = "INTERNAL"
    STABILITY = "STABILITY"
    MEMBER_OBJECTS = "MEMBER_OBJECTS"
    BROAD = "BROAD"


class Openness(StrEnum):
    """Whether a reply is published: whole, as a summary, or not."""

    PUBLISH_FULL = "PUBLISH_FULL"
    PUBLISH_SUMMARY = "PUBLISH_SUMMARY"
    WITHHOLD = "WITHHOLD"


class Rating(StrEnum):
    """Degrees of satisfaction, or of agreement with the result (P1); which of them a form offers is the rulebook's to
    say."""

    VERY_SATISFIED = "VERY_SATISFIED"
    SATISFIED = "SATISFIED"
    BASIC = "BASIC"
    UNDERSTOOD = "UNDERSTOOD"
    DISSATISFIED = "DISSATISFIED"
    AGREED = "AGREED"
    RESERVED = "RESERVED"
    DISAGREED = "DISAGREED"
    ABSTAINED = "ABSTAINED"
    NO_RESPONSE = "NO_RESPONSE"

    @property
    def of_result(self) -> bool:
        """Whether it says what somebody thinks of the result alone (P1)."""
        return self in (Rating.AGREED, Rating.RESERVED, Rating.DISAGREED)


class Heard(StrEnum):
    """How the member says the unit spoke with them before the reply (P1)."""

    VISITED = "VISITED"
    PHONED = "PHONED"
    OTHER = "OTHER"
    NOT_CONTACTED = "NOT_CONTACTED"


class Addressed(StrEnum):
    """Whether the reply speaks to the proposal, as the member says (P1)."""

    ADDRESSED = "ADDRESSED"
    BASICALLY = "BASICALLY"
    NOT_ADDRESSED = "NOT_ADDRESSED"


class Visit(StrEnum):
    """Whether somebody came, as the member says (P1)."""

    VISITED = "VISITED"
    DECLINED = "DECLINED"
    NOT_VISITED = "NOT_VISITED"


class EnteredBy(StrEnum):
    """Whose hand entered a rating: some products let units do it, which auditors look for (P4)."""

    MEMBER = "MEMBER"
    COMMITTEE = "COMMITTEE"
    OFFICE = "OFFICE"


class RevisitStage(StrEnum):
    """When a return visit was made."""

    DURING_HANDLING = "DURING_HANDLING"
    AFTER_REPLY = "AFTER_REPLY"
    AFTER_CLOSING = "AFTER_CLOSING"


class MutualReview(StrEnum):
    """Who reviews whom (S34, S40)."""

    UNIT_ON_PROPOSAL = "UNIT_ON_PROPOSAL"
    PROPOSER_ON_UNIT = "PROPOSER_ON_UNIT"
    LEAD_ON_CO = "LEAD_ON_CO"
    CO_ON_LEAD = "CO_ON_LEAD"


class Retention(StrEnum):
    """How long a file is kept; no rule for proposals was found, so the archive's own classes."""

    PERMANENT = "PERMANENT"
    YEARS_30 = "YEARS_30"
    YEARS_10 = "YEARS_10"


class Restart(StrEnum):
    """What may start a clock anew, where a limit's rule says so; nothing else ever does."""

    OBJECTION_REJECTED = "OBJECTION_REJECTED"
    CO_OPINION_RETURNED = "CO_OPINION_RETURNED"
    REASSIGNMENT = "REASSIGNMENT"


class Recomputation(StrEnum):
    """Why a limit is another day than it was: working days became known, a session's end did, other rules apply, or
    its clock started anew."""

    CALENDAR = "CALENDAR"
    SESSION_CLOSE = "SESSION_CLOSE"
    RULEBOOK = "RULEBOOK"
    KEY_PROPOSAL = "KEY_PROPOSAL"
    RESTART = "RESTART"


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
