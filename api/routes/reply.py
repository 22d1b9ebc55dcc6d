"""答复."""

from api.routes.routing import on_cases, routes
from domain.commands.issue import IssueReply, RecordDelivery, SignReply
from domain.commands.reply import CountersignReply, DraftReply

router = routes("答复")

on_cases(
    router,
    {
        "drafts": DraftReply,
        "countersignatures": CountersignReply,
        "signatures": SignReply,
        "replies": IssueReply,
        "deliveries": RecordDelivery,
    },
)
