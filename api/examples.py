"""Working examples for the API's description: a body for every command, and a code for every field that takes one."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

BODIES: Mapping[str, Mapping[str, Any]] = json.loads((files("api") / "examples.json").read_text(encoding="utf-8"))
"""By command: a body with which it was carried out. `python -m tests.api.examples` writes them down from the commands
that the tests of the domain carry out, with the codes of the sample year."""

_FITTING = {
    "15-3": ("session",),
    "weiyuan-01": ("lead_proposer", "member", "members", "agreed_by", "by"),
    "weiyuan-02": ("co_signers",),
    "jiaoyuju": ("unit", "units", "lead_unit", "asked_by", "answering_unit", "about", "leaving", "portfolio"),
    "weijianju": ("co_units", "suggested_unit", "suggested_units"),
    "jiaoyuju-head": ("head",),
    "jiaoyuju-leader": ("signer", "signed_by", "portfolio_leader", "responsible_leader"),
    "jiaoyuju-officer": ("official", "desk_officer", "contact_person"),
    "fushizhang-2": ("leader", "approver", "approved_by", "coordinated_by", "decided_by"),
    "dehui-15-3": ("rulebook",),
    "remind-3-days-before": ("step",),
    "face-to-face": ("item",),
    "title": ("field",),
}
FITTING = {field: code for code, fields in _FITTING.items() for field in fields}
"""By field: a code of the kind it takes, from the sample year."""
