"""沟通."""

from api.routes.routing import on_cases, routes
from domain.commands.contact import RecordMemberContact, WaiveContact

router = routes("沟通")

on_cases(
    router,
    {
        "contacts": RecordMemberContact,
        "contact-waivers": WaiveContact,
    },
)
