"""How a proposal comes in and where it goes: until units are assigned."""

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


class ProposalType(StrEnum):
    """Whose proposal it is: one member's, several members', or a body's (S6)."""

    MEMBER_SINGLE = "MEMBER_SINGLE"
    MEMBER_JOINT = "MEMBER_JOINT"
    COLLECTIVE = "COLLECTIVE"


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
