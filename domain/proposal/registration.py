"""提交、立案、交办."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.state import Proposal
from domain.record import Recorded
from domain.values import later


def evolve(proposal: Proposal, event: events.RegistrationEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.ProposalSubmitted():
            return changed(
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
            return changed(
                proposal,
                case_no=event.case_no,
                topic=event.topic,
                openness=event.openness or proposal.openness,
                rulebook=event.rulebook,
                registered_at=later(proposal.submitted_at, recorded.occurred_at),
            )
        case events.CaseTransferredToGovernment() | events.CaseTransferredElsewhere():
            at = later(proposal.registered_at, recorded.occurred_at)
            return changed(
                proposal,
                transferred=(recorded.version, recorded.occurred_at),
                transferred_at=at,
                occasion=event.occasion,
                recipient=event.recipient if isinstance(event, events.CaseTransferredElsewhere) else None,
            )
        case _:
            assert_never(event)
