"""What may be asked, and the rule that answers; the same file names as `domain.events`."""

from domain.commands.assignment import (
    AcknowledgeAssignment,
    Assignment,
    AssignUnits,
    HandleJointly,
    NameResponsibility,
    ReassignCase,
)
from domain.commands.base import CalendarCommand, Command, DirectoryCommand, ProposalCommand, SessionCommand
from domain.commands.calendar import AnnounceCalendar
from domain.commands.contact import RecordMemberContact, WaiveContact
from domain.commands.directory import AppointOfficial, ListMember, ListUnit
from domain.commands.feedback import IssueFeedbackForm, RecordSatisfaction
from domain.commands.follow_up import RecordRevisit
from domain.commands.handling import CloseHandling, FileHandlingPlan, OrderRehandling, SubmitCoOpinion
from domain.commands.objection import (
    DecideObjection,
    DecideUnitAddition,
    EscalateObjection,
    RequestUnitAddition,
    ReturnAssignment,
)
from domain.commands.registration import RegisterProposal, SubmitProposal, TransferCase
from domain.commands.reply import CountersignReply, DraftReply, IssueReply, SignReply
from domain.commands.review import DefectClaim, ReturnReply, ReviewReply
from domain.commands.session import AdoptRulebook, OpenSession

COMMANDS: tuple[type[Command], ...] = (
    SubmitProposal,
    RegisterProposal,
    TransferCase,
    AssignUnits,
    AcknowledgeAssignment,
    ReturnAssignment,
    DecideObjection,
    EscalateObjection,
    RequestUnitAddition,
    DecideUnitAddition,
    ReassignCase,
    NameResponsibility,
    HandleJointly,
    RecordMemberContact,
    WaiveContact,
    FileHandlingPlan,
    SubmitCoOpinion,
    DraftReply,
    CountersignReply,
    ReviewReply,
    ReturnReply,
    SignReply,
    IssueReply,
    IssueFeedbackForm,
    RecordSatisfaction,
    OrderRehandling,
    RecordRevisit,
    CloseHandling,
    OpenSession,
    AdoptRulebook,
    ListUnit,
    AppointOfficial,
    ListMember,
    AnnounceCalendar,
)
"""Every command, in the order of a case's life."""

__all__ = [
    "COMMANDS",
    "AcknowledgeAssignment",
    "AdoptRulebook",
    "AnnounceCalendar",
    "AppointOfficial",
    "AssignUnits",
    "Assignment",
    "CalendarCommand",
    "CloseHandling",
    "Command",
    "CountersignReply",
    "DecideObjection",
    "DecideUnitAddition",
    "DefectClaim",
    "DirectoryCommand",
    "DraftReply",
    "EscalateObjection",
    "FileHandlingPlan",
    "HandleJointly",
    "IssueFeedbackForm",
    "IssueReply",
    "ListMember",
    "ListUnit",
    "NameResponsibility",
    "OpenSession",
    "OrderRehandling",
    "ProposalCommand",
    "ReassignCase",
    "RecordMemberContact",
    "RecordRevisit",
    "RecordSatisfaction",
    "RegisterProposal",
    "RequestUnitAddition",
    "ReturnAssignment",
    "ReturnReply",
    "ReviewReply",
    "SessionCommand",
    "SignReply",
    "SubmitCoOpinion",
    "SubmitProposal",
    "TransferCase",
    "WaiveContact",
]
