"""Every fact, by stage. Read the modules in this order; a stream's events are a union, so that a fold that
forgets one is a type error."""

from typing import TypeAlias, get_args

from domain.events.assignment import (
    AssignmentAcknowledged,
    AssignmentReturned,
    ObjectionRejected,
    ObjectionUpheld,
    UnitAssigned,
)
from domain.events.base import Event
from domain.events.contact import ContactWaived, MemberContacted
from domain.events.directory import MemberListed, OfficialAppointed, UnitListed
from domain.events.feedback import FeedbackFormIssued, SatisfactionRecorded
from domain.events.follow_up import MemberRevisited
from domain.events.handling import CoOpinionSubmitted, HandlingClosed, HandlingPlanFiled, RehandlingOrdered
from domain.events.ledger import ClockStepped
from domain.events.registration import (
    CaseNumberTaken,
    CaseTransferredToGovernment,
    ProposalRegistered,
    ProposalSubmitted,
)
from domain.events.reply import (
    LetterNumber,
    LetterNumberTaken,
    ReplyCountersigned,
    ReplyDrafted,
    ReplyIssued,
    ReplySigned,
)
from domain.events.review import FoundDefect, ReplyReturned, ReplyReviewed
from domain.events.session import RulebookAdopted, SessionOpened

ProposalEvent: TypeAlias = (
    ProposalSubmitted
    | ProposalRegistered
    | CaseTransferredToGovernment
    | UnitAssigned
    | AssignmentAcknowledged
    | AssignmentReturned
    | ObjectionUpheld
    | ObjectionRejected
    | MemberContacted
    | ContactWaived
    | HandlingPlanFiled
    | CoOpinionSubmitted
    | ReplyDrafted
    | ReplyCountersigned
    | ReplyReviewed
    | ReplyReturned
    | ReplySigned
    | ReplyIssued
    | FeedbackFormIssued
    | SatisfactionRecorded
    | RehandlingOrdered
    | MemberRevisited
    | HandlingClosed
)
SessionEvent: TypeAlias = SessionOpened | RulebookAdopted | CaseNumberTaken
DirectoryEvent: TypeAlias = UnitListed | OfficialAppointed | MemberListed
LetterEvent: TypeAlias = LetterNumberTaken
LedgerEvent: TypeAlias = ClockStepped
AnyEvent: TypeAlias = ProposalEvent | SessionEvent | DirectoryEvent | LetterEvent | LedgerEvent

EVENT_TYPES: dict[str, type[Event]] = {event.__name__: event for event in get_args(AnyEvent)}
"""Every event class by its stored name, read off the union."""

STREAM_KINDS: dict[str, str] = {
    event.__name__: kind
    for kind, union in (
        ("proposal", ProposalEvent),
        ("session", SessionEvent),
        ("directory", DirectoryEvent),
        ("letters", LetterNumberTaken),
        ("ledger", ClockStepped),
    )
    for event in (get_args(union) or (union,))
}
"""The kind of stream an event belongs to, by its stored name."""

__all__ = [
    "EVENT_TYPES",
    "AnyEvent",
    "AssignmentAcknowledged",
    "AssignmentReturned",
    "CaseNumberTaken",
    "CaseTransferredToGovernment",
    "ClockStepped",
    "CoOpinionSubmitted",
    "ContactWaived",
    "DirectoryEvent",
    "Event",
    "FeedbackFormIssued",
    "FoundDefect",
    "HandlingClosed",
    "HandlingPlanFiled",
    "LedgerEvent",
    "LetterEvent",
    "LetterNumber",
    "LetterNumberTaken",
    "MemberContacted",
    "MemberListed",
    "MemberRevisited",
    "ObjectionRejected",
    "ObjectionUpheld",
    "OfficialAppointed",
    "ProposalEvent",
    "ProposalRegistered",
    "ProposalSubmitted",
    "RehandlingOrdered",
    "ReplyCountersigned",
    "ReplyDrafted",
    "ReplyIssued",
    "ReplyReturned",
    "ReplyReviewed",
    "ReplySigned",
    "RulebookAdopted",
    "SatisfactionRecorded",
    "SessionEvent",
    "SessionOpened",
    "UnitAssigned",
    "UnitListed",
]
