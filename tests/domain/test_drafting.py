"""撰写、附议: before a proposal is handed in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import commands as c
from domain.codes import CollectiveKind, Openness, Timing
from domain.events import (
    CoSignatureDeclined,
    CoSignatureExpired,
    CoSignatureGiven,
    CoSignatureInvited,
    ProposalDraftSaved,
    ProposalSubmitted,
)
from domain.rules import (
    CO_SIGNED_ANEW,
    CO_SIGNED_IN_TIME,
    COLLECTIVE_AUTHENTICATED,
    IN_SESSION_WINDOW,
    INVITED_TO_CO_SIGN,
    KNOWN_MEMBER,
    KNOWN_SESSION,
    KNOWN_UNIT,
    NOT_YET_SUBMITTED,
    OCCURRED_IN_ORDER,
    PROPOSAL_DRAFTED,
    PROPOSERS_DISTINCT,
    REVISED_BEFORE_REGISTRATION,
    SUBMITTED_ONCE,
    TIMING_TOLD,
)
from domain.streams import proposal_stream
from domain.values import Attachment
from tests.domain.given import (
    EDU,
    LEAD,
    MEETING,
    SECOND,
    STRANGER,
    Attempt,
    World,
    attempt,
    opened,
    refuses,
    submit,
    submitted,
    write,
)

LAST_DAY = date(2024, 3, 8)
TOO_EARLY = {"occurred_at": date(2024, 3, 4), "late_entry_reason": "补录"}


def rewrite(**change: Any) -> c.ReviseProposalDraft:
    return c.ReviseProposalDraft(**{"title": "关于每校增设心理教师的提案", "body": "情况、分析、建议", **change})


def invite(*members: str, sign_by: date = LAST_DAY) -> c.InviteCoSigners:
    return c.InviteCoSigners(members=members or (SECOND,), sign_by=sign_by)


def sign_beside(member: str = SECOND) -> c.CoSign:
    return c.CoSign(member=member)


def decline(member: str = SECOND) -> c.DeclineCoSignature:
    return c.DeclineCoSignature(member=member, reason="已参加另一件")


def hand_in(**change: Any) -> c.SubmitDraft:
    return c.SubmitDraft(**change)


def written(**session: Any) -> World:
    world = opened(**session)
    world.do(write())
    return world


def inviting(*members: str) -> World:
    world = written()
    world.do(invite(*members))
    return world


def co_signed() -> World:
    world = inviting()
    world.do(sign_beside())
    return world


def run_out() -> World:
    """The last day to sign has passed."""
    world = inviting()
    world.now = datetime(2024, 3, 9, tzinfo=UTC)
    return world


# writing


def test_a_draft_is_kept_with_what_its_author_wishes() -> None:
    wish = {"openness_wish": Openness.WITHHOLD, "openness_reason": "涉及未成年人"}
    [fact] = opened().do(write(**wish, suggested_units=(EDU,)))
    assert isinstance(fact.event, ProposalDraftSaved)
    assert (fact.event.draft, fact.event.openness_wish) == (1, Openness.WITHHOLD)


def test_a_revised_draft_is_a_version_more() -> None:
    world = written()
    [fact] = world.do(rewrite())
    assert fact.event.draft == 2
    assert world.do(rewrite()) == []


@refuses(c.DraftProposal, KNOWN_SESSION, "session")
def test_nobody_writes_for_a_session_that_is_not_there() -> Attempt:
    return attempt(opened(), write(session="15-9"))


@refuses(c.DraftProposal, KNOWN_MEMBER, "lead_proposer")
def test_the_author_is_a_listed_member() -> Attempt:
    return attempt(opened(), write(lead_proposer="nobody"))


@refuses(c.DraftProposal, KNOWN_UNIT, "suggested_units.0")
def test_a_suggested_unit_is_listed() -> Attempt:
    return attempt(opened(), write(suggested_units=("nowhere",)))


@refuses(c.DraftProposal, SUBMITTED_ONCE)
def test_a_draft_is_begun_once() -> Attempt:
    world = written()
    return attempt(world, write(title="另一件"), stream=proposal_stream(world.proposal))


@refuses(c.ReviseProposalDraft, KNOWN_UNIT, "suggested_units.0")
def test_a_revision_suggests_listed_units() -> Attempt:
    return attempt(written(), rewrite(suggested_units=("nowhere",)))


@refuses(c.ReviseProposalDraft, PROPOSAL_DRAFTED)
def test_what_was_never_begun_is_not_revised() -> Attempt:
    return attempt(opened(), rewrite())


@refuses(c.ReviseProposalDraft, NOT_YET_SUBMITTED)
def test_what_was_handed_in_is_not_rewritten() -> Attempt:
    world = written()
    world.do(hand_in())
    return attempt(world, rewrite())


# co-signing


def test_members_are_invited_to_sign_until_a_day() -> None:
    world = written()
    [fact] = world.do(invite(SECOND, STRANGER, SECOND))
    assert fact.event == CoSignatureInvited(members=(SECOND, STRANGER), sign_by=LAST_DAY)


def test_an_invitation_repeated_adds_nothing_and_one_for_another_day_does() -> None:
    world = inviting()
    assert world.do(invite()) == []
    assert world.do(invite(sign_by=date(2024, 3, 15)))


@refuses(c.InviteCoSigners, KNOWN_MEMBER, "members.1")
def test_only_listed_members_are_invited() -> Attempt:
    return attempt(written(), invite(SECOND, "nobody"))


@refuses(c.InviteCoSigners, PROPOSERS_DISTINCT, "members.0")
def test_the_lead_proposer_does_not_co_sign() -> Attempt:
    return attempt(written(), invite(LEAD))


@refuses(c.InviteCoSigners, CO_SIGNED_IN_TIME, "sign_by")
def test_the_last_day_to_sign_is_not_past() -> Attempt:
    return attempt(written(), invite(sign_by=date(2024, 2, 28)))


@refuses(c.InviteCoSigners, PROPOSAL_DRAFTED)
def test_nobody_is_invited_to_nothing() -> Attempt:
    return attempt(opened(), invite())


@refuses(c.InviteCoSigners, NOT_YET_SUBMITTED)
def test_nobody_is_invited_to_what_was_handed_in() -> Attempt:
    world = written()
    world.do(hand_in())
    return attempt(world, invite())


def test_a_member_signs_the_version_that_lies_there() -> None:
    world = inviting()
    [fact] = world.do(sign_beside())
    assert fact.event == CoSignatureGiven(member=SECOND, draft=1)
    assert world.do(sign_beside()) == []


def test_a_signature_is_for_the_words_it_was_given_to() -> None:
    world = co_signed()
    world.do(rewrite())
    assert world.case.drafting.co_signers == ()
    [fact] = world.do(sign_beside())
    assert fact.event == CoSignatureGiven(member=SECOND, draft=2)


@refuses(c.CoSign, CO_SIGNED_IN_TIME, "member")
def test_a_signature_after_the_last_day_is_void() -> Attempt:
    return attempt(inviting(), sign_beside(), at="2024-03-09 00:00")


@refuses(c.CoSign, OCCURRED_IN_ORDER, "occurred_at")
def test_a_signature_is_not_older_than_the_words_it_is_for() -> Attempt:
    world = inviting()
    world.do(rewrite(), at="2024-03-05 09:00")
    return attempt(
        world, sign_beside().model_copy(update={"occurred_at": date(2024, 3, 4), "late_entry_reason": "补录"})
    )


@refuses(c.CoSign, OCCURRED_IN_ORDER, "occurred_at")
def test_a_signature_is_not_older_than_its_invitation() -> Attempt:
    world = written()
    world.do(invite(), at="2024-03-05 09:00")
    return attempt(
        world, sign_beside().model_copy(update={"occurred_at": date(2024, 3, 4), "late_entry_reason": "补录"})
    )


@refuses(c.SubmitDraft, OCCURRED_IN_ORDER, "occurred_at")
def test_a_draft_is_not_handed_in_before_it_was_signed() -> Attempt:
    world = inviting()
    world.do(sign_beside(), at="2024-03-05 09:00")
    return attempt(world, hand_in(**TOO_EARLY))


def test_a_signature_on_the_last_day_counts() -> None:
    assert inviting().do(sign_beside(), at="2024-03-08 23:59")


@refuses(c.CoSign, INVITED_TO_CO_SIGN, "member")
def test_nobody_signs_uninvited() -> Attempt:
    return attempt(inviting(), sign_beside(STRANGER))


@refuses(c.CoSign, PROPOSAL_DRAFTED)
def test_nobody_signs_nothing() -> Attempt:
    return attempt(opened(), sign_beside())


@refuses(c.CoSign, NOT_YET_SUBMITTED)
def test_nobody_signs_what_was_handed_in() -> Attempt:
    world = inviting()
    world.do(hand_in())
    return attempt(world, sign_beside())


def test_a_member_may_decline_and_take_a_signature_back() -> None:
    world = co_signed()
    [fact] = world.do(decline())
    assert fact.event == CoSignatureDeclined(member=SECOND, reason="已参加另一件")
    assert world.do(decline()) == []
    assert world.case.drafting.co_signers == ()


def test_who_declined_may_be_asked_again_or_think_better_of_it() -> None:
    world = inviting()
    world.do(decline())
    assert world.do(invite())
    world.do(decline())
    assert world.do(sign_beside())
    assert world.case.drafting.co_signers == (SECOND,)


@refuses(c.DeclineCoSignature, INVITED_TO_CO_SIGN, "member")
def test_nobody_declines_uninvited() -> Attempt:
    return attempt(inviting(), decline(STRANGER))


@refuses(c.DeclineCoSignature, PROPOSAL_DRAFTED)
def test_nobody_declines_nothing() -> Attempt:
    return attempt(opened(), decline())


@refuses(c.DeclineCoSignature, NOT_YET_SUBMITTED)
def test_a_signature_is_not_taken_back_from_what_was_handed_in() -> Attempt:
    world = co_signed()
    world.do(hand_in())
    return attempt(world, decline())


def test_invitations_run_out_the_day_after_the_last() -> None:
    world = inviting(SECOND, STRANGER)
    world.do(sign_beside())
    assert world.do(c.ExpireCoSignatures(), at="2024-03-08 23:59") == []
    [fact] = world.do(c.ExpireCoSignatures(), at="2024-03-09 00:01")
    assert fact.event == CoSignatureExpired(members=(STRANGER,))
    assert world.do(c.ExpireCoSignatures()) == []


def test_an_invitation_that_has_run_out_can_be_made_again() -> None:
    world = inviting()
    world.do(c.ExpireCoSignatures(), at="2024-03-09 00:01")
    assert world.refused(sign_beside()).rule is INVITED_TO_CO_SIGN
    world.do(invite(sign_by=date(2024, 3, 20)))
    assert world.do(sign_beside())


@refuses(c.ExpireCoSignatures, PROPOSAL_DRAFTED)
def test_nothing_runs_out_where_nothing_was_written() -> Attempt:
    return attempt(opened(), c.ExpireCoSignatures())


@refuses(c.ExpireCoSignatures, NOT_YET_SUBMITTED)
def test_nothing_runs_out_after_the_proposal_was_handed_in() -> Attempt:
    world = inviting()
    world.do(hand_in())
    return attempt(world, c.ExpireCoSignatures())


# handing in


def test_a_draft_is_handed_in_with_those_who_signed_it() -> None:
    world = inviting(SECOND, STRANGER)
    world.do(sign_beside())
    lapsed, fact = world.do(hand_in())
    assert lapsed.event == CoSignatureExpired(members=(STRANGER,))
    assert isinstance(fact.event, ProposalSubmitted)
    assert (fact.event.lead_proposer, fact.event.co_signers) == (LEAD, (SECOND,))
    assert (fact.event.session, fact.event.title) == (MEETING, "关于增设校园心理教师的提案")
    assert world.do(hand_in()) == []


def test_who_signed_before_the_words_changed_is_told_apart_from_who_never_signed() -> None:
    world = inviting(SECOND, STRANGER)
    world.do(sign_beside())
    world.do(rewrite())
    lapsed, fact = world.copy().do(hand_in())
    assert lapsed.event == CoSignatureExpired(members=(SECOND, STRANGER), signed_earlier=(SECOND,))
    assert (fact.event.co_signers, fact.flags) == ((), (CO_SIGNED_ANEW.id,))
    [lapsed] = world.do(c.ExpireCoSignatures(), at="2024-03-09 00:01")
    assert lapsed.event.signed_earlier == (SECOND,)
    [fact] = world.do(hand_in())
    assert fact.flags == (CO_SIGNED_ANEW.id,), "that the invitation has run out changes nothing"


@pytest.mark.parametrize("then", [sign_beside(), decline()], ids=["signed again", "declined"])
def test_who_signed_again_or_took_the_name_back_is_not_missed(then: c.Command) -> None:
    world = co_signed()
    world.do(rewrite())
    world.do(then)
    *_, fact = world.do(hand_in())
    assert fact.flags == ()


def test_a_proposal_handed_in_from_a_draft_goes_on_like_any_other() -> None:
    world = co_signed()
    world.do(hand_in())
    assert world.do(c.RegisterProposal())


@refuses(c.SubmitDraft, PROPOSAL_DRAFTED)
def test_only_a_draft_is_handed_in() -> Attempt:
    return attempt(opened(), hand_in())


@refuses(c.SubmitDraft, IN_SESSION_WINDOW, "timing")
def test_a_draft_for_the_session_is_late_after_its_last_day() -> Attempt:
    return attempt(written(in_session_until=date(2024, 3, 5)), hand_in(), at="2024-03-06 00:00")


@refuses(c.SubmitProposal, IN_SESSION_WINDOW, "timing")
def test_a_proposal_of_the_session_comes_by_its_last_day() -> Attempt:
    return attempt(opened(in_session_until=date(2024, 1, 9)), submit())


@refuses(c.SubmitProposal, IN_SESSION_WINDOW, "occurred_at")
def test_a_proposal_of_the_session_is_not_older_than_the_one_before() -> Attempt:
    early = submit(occurred_at=date(2023, 1, 7), late_entry_reason="补录")
    assert opened().do(submit(occurred_at=date(2023, 1, 8), late_entry_reason="补录"))
    return attempt(opened(), early)


def test_after_the_last_day_a_proposal_is_one_between_sessions() -> None:
    assert opened(in_session_until=date(2024, 1, 9)).do(submit(timing=Timing.INTER_SESSION))


LAST = date(2024, 3, 5)


@pytest.mark.parametrize(
    ("session", "at", "timing"),
    [
        ({"in_session_until": LAST}, "2024-03-05 23:59", Timing.IN_SESSION),
        ({"in_session_until": LAST}, "2024-03-06 00:00", Timing.INTER_SESSION),
        ({"closed_on": LAST}, "2024-03-05 23:59", Timing.IN_SESSION),
        ({"closed_on": LAST}, "2024-03-06 00:00", Timing.INTER_SESSION),
        ({"closed_on": None, "opened_on": LAST + timedelta(days=1)}, "2024-03-06 09:00", Timing.IN_SESSION),
        ({"opened_on": date(2024, 6, 6), "closed_on": None}, "2024-03-06 00:00", Timing.IN_SESSION),
        ({"opened_on": None, "closed_on": None, "in_session_until": LAST}, "2024-03-05 09:00", Timing.IN_SESSION),
        ({"opened_on": None, "closed_on": LAST}, "2024-03-06 09:00", Timing.INTER_SESSION),
    ],
)
def test_where_nobody_says_so_the_day_says_what_kind_of_proposal_it_is(
    session: dict[str, Any], at: str, timing: Timing
) -> None:
    world = opened(**session)
    [fact] = world.do(submit(timing=None), at=at)
    assert fact.event.timing is timing
    world = opened(**session)
    world.do(write(timing=None))
    [fact] = world.do(hand_in(), at=at)
    assert fact.event.timing is timing


UNDECIDED: list[tuple[dict[str, Any], str]] = [
    ({"opened_on": None, "closed_on": None}, "2024-03-06 09:00"),
    ({"closed_on": None}, "2024-03-06 09:00"),
    ({"opened_on": date(2024, 6, 7), "closed_on": None}, "2024-03-06 09:00"),
    ({"opened_on": date(2024, 6, 7), "closed_on": date(2024, 6, 10)}, "2024-03-06 09:00"),
    ({"opened_on": None, "closed_on": None, "in_session_until": date(2024, 6, 7)}, "2024-03-06 09:00"),
]


@refuses(c.SubmitProposal, TIMING_TOLD, "timing")
@pytest.mark.parametrize(("session", "at"), UNDECIDED)
def test_where_the_day_does_not_say_what_kind_it_is_somebody_does(session: dict[str, Any], at: str) -> Attempt:
    assert opened(**session).do(submit(timing=Timing.INTER_SESSION), at=at)
    return attempt(opened(**session), submit(timing=None), at=at)


@refuses(c.SubmitDraft, TIMING_TOLD, "timing")
@pytest.mark.parametrize(("session", "at"), UNDECIDED)
def test_where_the_day_does_not_say_what_kind_it_is_the_draft_does(session: dict[str, Any], at: str) -> Attempt:
    world = opened(**session)
    world.do(write(timing=None))
    return attempt(world, hand_in(), at=at)


def test_what_the_author_said_stands_whatever_the_day() -> None:
    world = opened(closed_on=LAST)
    world.do(write(timing=Timing.INTER_SESSION))
    [fact] = world.do(hand_in())
    assert fact.event.timing is Timing.INTER_SESSION


def collective(kind: CollectiveKind, **change: Any) -> c.CollectiveClaim:
    return c.CollectiveClaim(**{"kind": kind, "name": "民建德惠市支部", **change})


@refuses(c.SubmitDraft, COLLECTIVE_AUTHENTICATED, "collective.sealed")
def test_a_partys_proposal_bears_its_seal() -> Attempt:
    return attempt(written(), hand_in(collective=collective(CollectiveKind.PARTY)))


@refuses(c.SubmitProposal, COLLECTIVE_AUTHENTICATED, "collective.signed_by")
def test_a_sectors_proposal_bears_its_convenors_name() -> Attempt:
    body = collective(CollectiveKind.SECTOR, name="教育界")
    return attempt(opened(), submit(collective=body))


def test_a_member_group_may_have_all_its_members_sign_instead() -> None:
    body = collective(CollectiveKind.MEMBER_GROUP, name="第三委员小组")
    assert opened().refused(submit(collective=body, co_signers=())).rule is COLLECTIVE_AUTHENTICATED
    assert opened().do(submit(collective=body))


def test_a_body_that_has_sealed_or_signed_hands_in_its_proposal() -> None:
    for kind in CollectiveKind:
        [fact] = opened().do(submit(collective=collective(kind, sealed=True, signed_by=LEAD)))
        assert fact.event.collective.kind is kind


def test_a_draft_is_no_proposal_yet() -> None:
    assert submitted().case.session == MEETING
    assert written().case.session is None


# attachments

PHOTO = {"name": "现场照片.jpg", "sha256": "0" * 64, "media_type": "image/jpeg"}
REPORT = {"name": "调研报告.pdf", "sha256": "1" * 64, "media_type": "application/pdf"}


def test_a_drafts_attachments_are_handed_in_with_it() -> None:
    world = opened()
    world.do(write(attachments=(PHOTO,)))
    assert world.do(rewrite(attachments=(PHOTO,)))
    assert world.do(rewrite(attachments=(PHOTO,))) == []
    assert world.do(rewrite(attachments=(PHOTO, REPORT)))
    world.do(hand_in())
    handed = world.last(ProposalSubmitted).event
    assert handed.attachments == (Attachment(**PHOTO), Attachment(**REPORT)) == world.case.attachments


def test_what_is_handed_in_again_keeps_its_attachments_unless_others_are_named() -> None:
    world = opened()
    world.do(submit(attachments=(PHOTO,)))
    for change, kept in (
        ({"title": "另一案由"}, (Attachment(**PHOTO),)),
        ({"title": "另一案由", "attachments": (REPORT,)}, (Attachment(**REPORT),)),
        ({"title": "另一案由", "attachments": ()}, ()),
    ):
        world.do(c.ReturnForRevision(reason=f"须修改：{change}"))
        assert world.do(c.ResubmitProposal(**change))
        assert world.case.attachments == kept
        assert world.do(c.ResubmitProposal(**change)) == []


@refuses(c.ResubmitProposal, REVISED_BEFORE_REGISTRATION, "body")
def test_the_same_attachments_are_no_change() -> Attempt:
    world = opened()
    world.do(submit(title="同一案由", attachments=(PHOTO,)))
    world.do(c.ReturnForRevision(reason="须修改"))
    return attempt(world, c.ResubmitProposal(title="同一案由", attachments=(PHOTO,)))


@pytest.mark.parametrize("change", [{"media_type": "图片"}, {"media_type": "IMAGE/JPEG"}, {"sha256": "0"}])
def test_an_attachment_has_a_digest_and_a_media_type(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        submit(attachments=({**PHOTO, **change},))
