"""What units, reviewers and members do with a case, until it is in the archive."""

from enum import StrEnum


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


class Ruling(StrEnum):
    """What was decided about a disagreement between a lead and an assisting unit."""

    AS_DRAFTED = "AS_DRAFTED"
    AS_AMENDED = "AS_AMENDED"
    RECONCILED = "RECONCILED"


class MediationForm(StrEnum):
    """How a proposer is answered whom handling the matter again has not satisfied (S8)."""

    FACE_TO_FACE = "FACE_TO_FACE"
    SPECIAL_EXPLANATION = "SPECIAL_EXPLANATION"


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
