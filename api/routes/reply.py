"""答复."""

from api.routes.routing import on_cases, routes
from domain.commands.reply import CountersignReply, DraftReply, IssueReply, RecordDelivery, SignReply

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
