"""提交、立案、交办."""

from dataclasses import replace
from typing import Any, assert_never

from domain import events
from domain.proposal.state import Proposal
from domain.record import Recorded
from domain.values import later


def evolve(proposal: Proposal, event: events.RegistrationEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.ProposalSubmitted():
            return replace(
                proposal,
                session=event.session,
                timing=event.timing,
                collective=event.collective.kind if event.collective else None,
                body_name=event.collective.name if event.collective else None,
                passed_down=event.passed_down,
                title=event.title,
                attachments=event.attachments or (),
                body=event.body,
                lead_proposer=event.lead_proposer,
                co_signers=event.co_signers,
                openness=event.openness_wish,
                submitted_at=recorded.occurred_at,
            )
        case events.ProposalRegistered():
            return replace(
                proposal,
                case_no=event.case_no,
                topic=event.topic,
                openness=event.openness or proposal.openness,
                rulebook=event.rulebook,
                registered_at=later(proposal.submitted_at, recorded.occurred_at),
            )
        case events.CaseTransferredToGovernment() | events.CaseTransferredElsewhere():
            at = later(proposal.registered_at, recorded.occurred_at)
            return replace(
                proposal,
                transferred=(recorded.version, recorded.occurred_at),
                transferred_at=at,
                occasion=event.occasion,
                recipient=event.recipient if isinstance(event, events.CaseTransferredElsewhere) else None,
            )
        case _:
            assert_never(event)
