"""重点提案."""

from api.routes.routing import on_cases, routes
from domain.commands.key_proposal import (
    AppointLeader,
    FileSupervisionReport,
    RecordSupervisionMeeting,
    ReleaseKeyProposal,
    SelectKeyProposal,
)

router = routes("重点提案")

on_cases(
    router,
    {
        "key-selection": SelectKeyProposal,
        "key-release": ReleaseKeyProposal,
        "leaders": AppointLeader,
        "supervision-meetings": RecordSupervisionMeeting,
        "supervision-reports": FileSupervisionReport,
    },
)
