"""审查."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.codes import Ending
from domain.proposal.parts import Limit
from domain.proposal.state import Proposal
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.AdmissionEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.ReviewOpinionRecorded():
            return changed(proposal, reviews={**proposal.reviews, event.level: event})
        case events.ProposalReturnedForRevision():
            return changed(proposal, to_revise=event.reason)
        case events.ProposalResubmitted():
            kept = proposal.attachments if event.attachments is None else event.attachments
            revised = changed(proposal, title=event.title, body=event.body, attachments=kept)
            return changed(revised, to_revise=None, reviews={})
        case events.ProposalNotRegistered():
            return changed(proposal, ended=Ending.NOT_REGISTERED, refusal=event, notified=frozenset())
        case events.RefusalNotified():
            return changed(proposal, notified=proposal.notified | set(event.members))
        case events.ProposalConverted():
            # a notice of a refusal that was taken back since is none of this; one of a refusal that stands is
            notified = proposal.notified if proposal.ended else frozenset[str]()
            return changed(proposal, ended=Ending.NOT_REGISTERED, converted=event, notified=notified)
        case events.ProposalsMerged():
            absorbed = proposal.absorbed | set(event.absorbed)
            leads = proposal.merged_leads | set(event.leads or ())
            merged = changed(proposal, absorbed=absorbed, co_signers=event.co_signers, merged_leads=leads)
            return _become(merged, event)
        case events.ProposalAbsorbed():
            return changed(proposal, ended=Ending.MERGED, absorbed_into=event.into)
        case events.ProposalWithdrawn():
            return changed(proposal, ended=Ending.WITHDRAWN, withdrawn=event)
        case events.CaseRulebookChanged() if proposal.case_no is None:
            return proposal  # its registration was taken back; what it is judged by is told when it is registered again
        case events.CaseRulebookChanged():
            limit = Limit(event.deadline, recorded.version) if event.deadline else proposal.key_limit
            return changed(proposal, rulebook=event.rulebook, key_limit=limit)
        case _:
            assert_never(event)


def _become(proposal: Proposal, event: events.ProposalsMerged) -> Proposal:
    """The proposal, passed down and in a body's name where it is so for those it stands for."""
    if event.passed_down is not None:
        proposal = changed(proposal, passed_down=event.passed_down)
    if event.collective is not None:
        proposal = changed(proposal, collective=event.collective, body_name=event.body_name)
    return proposal
