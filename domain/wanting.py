"""What a fact leaves out that its case knows: the round under way, the latest draft, who signs.

Old histories seldom tell these. Where a rule refuses the act no decision can fill them in, and the fact is kept all the
same.
"""

from typing import Any

from domain.events import ReplyDrafted
from domain.proposal import Proposal
from domain.restating import Stated
from domain.session import Session


def of_the_case(fact: Stated, proposal: Proposal, session: Session) -> dict[str, Any]:
    """By the names of an event's fields, as JSON; only what the case knows."""
    rulebook = session.rulebook(proposal.rulebook)
    task = proposal.tasks.get(str(fact.fields.get("unit")))
    current = task.round if task else None
    draft = current.draft.number if current and current.draft else 0
    known: dict[str, Any] = {
        "session": proposal.session,
        "round": current.number if current else 1,
        "draft": draft + 1 if fact.kind is ReplyDrafted else draft or 1,
        "recipients": list(proposal.proposers) or None,
        "members": list(proposal.proposers) or None,
        "class_scheme": rulebook.class_scheme.id if rulebook else None,
        "openness": proposal.openness,
        "rulebook": session.ref(rulebook).model_dump(mode="json") if rulebook else None,
    }
    return {name: value for name, value in known.items() if value is not None and name in fact.kind.model_fields}
