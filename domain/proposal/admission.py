"""审查."""

from dataclasses import replace
from typing import assert_never

from domain import events
from domain.codes import Ending
from domain.proposal.state import Proposal


def evolve(proposal: Proposal, event: events.AdmissionEvent) -> Proposal:
    match event:
        case events.ReviewOpinionRecorded():
            return replace(proposal, reviews={**proposal.reviews, event.level: event})
        case events.ProposalReturnedForRevision():
            return replace(proposal, to_revise=event.reason)
        case events.ProposalResubmitted():
            return replace(proposal, to_revise=None, title=event.title, body=event.body, reviews={})
        case events.ProposalNotRegistered():
            return replace(proposal, ended=Ending.NOT_REGISTERED, refusal=event, notified=frozenset())
        case events.RefusalNotified():
            return replace(proposal, notified=proposal.notified | set(event.members))
        case events.ProposalConverted():
            # a notice of a refusal that was taken back since is none of this; one of a refusal that stands is
            notified = proposal.notified if proposal.ended else frozenset[str]()
            return replace(proposal, ended=Ending.NOT_REGISTERED, converted=event, notified=notified)
        case events.ProposalsMerged():
            absorbed = proposal.absorbed | set(event.absorbed)
            leads = proposal.merged_leads | set(event.leads or ())
            return replace(proposal, absorbed=absorbed, co_signers=event.co_signers, merged_leads=leads)
        case events.ProposalAbsorbed():
            return replace(proposal, ended=Ending.MERGED, absorbed_into=event.into)
        case events.ProposalWithdrawn():
            return replace(proposal, ended=Ending.WITHDRAWN, withdrawn=event)
        case events.CaseRulebookChanged():
            return replace(proposal, rulebook=event.rulebook)
        case _:
            assert_never(event)
