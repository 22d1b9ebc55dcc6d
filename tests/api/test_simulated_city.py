"""What an auditor finds who opens any case of the simulated city: laws over the whole history of a small one."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.simulate.dice import BACK, LOCKED, NOON, OPENS
from api.simulate.place import make
from api.simulate.run import Tally, Wanted, decide
from api.simulate.story import NOW
from api.simulate.vocabulary import CITY, PLACES, POINTS, SUBJECTS, TEXTS
from domain.events import STREAM_KINDS
from domain.streams import PROPOSAL
from domain.values import SHANGHAI, parse_moment

WANTED = Wanted(proposals=300, years=2, seed=5)
PLACE = make(WANTED.seed, WANTED.years)
MODE_WORDS = {
    "VISIT": ("走访", "登门", "拜访", "当面"),
    "FORUM": ("座谈",),
    "PHONE": ("电话",),
    "ONLINE": ("视频", "线上"),
    "LETTER": ("函",),
}
DONE_WORDS = ("已", "形成了", "印发了", "完成了", "我们会同", "组织技术力量")
SHORTCOMING = ("尚未", "没有完成", "不一致")
SETTING = ("UnitAssigned", "DeadlineRecomputed", "ExtensionGranted", "ClockResumed")
"""What sets the last day of a reply."""
FEW = 0.05
"""The share up to which something is a deliberate exception."""


@dataclass(frozen=True)
class Entry:
    """One event, as it is stored."""

    type: str
    event: Mapping[str, Any]
    version: int
    at: datetime
    entered: datetime
    by: str
    position: int

    @property
    def day(self) -> date:
        return self.at.date()


@dataclass(frozen=True)
class City:
    entries: Sequence[Entry]
    cases: Sequence[Sequence[Entry]]
    """Each proposal's own entries."""
    people: Mapping[str, Mapping[str, Any]]
    """Officials as they were appointed, by code."""
    streams: Mapping[UUID, Sequence[Entry]]

    def told(self, *types: str) -> Iterator[tuple[Sequence[Entry], Entry]]:
        """Every entry of these types with its case."""
        for case in self.cases:
            yield from ((case, entry) for entry in case if entry.type in types)

    def of_unit(self, unit: str) -> dict[str, str]:
        """Names of its people, with their titles."""
        return {known["name"]: known["title"] for known in self.people.values() if known.get("unit") == unit}


def local(moment: str | None) -> datetime | None:
    parsed = parse_moment(moment) if moment else None
    return parsed.astimezone(SHANGHAI) if isinstance(parsed, datetime) else None


def of(case: Sequence[Entry], *types: str, unit: str | None = None, before: int | None = None) -> list[Entry]:
    return [
        entry
        for entry in case
        if entry.type in types
        if unit is None or entry.event.get("unit") == unit
        if before is None or entry.version < before
    ]


@pytest.fixture(scope="module")
def city() -> City:
    entries: list[Entry] = []
    streams: dict[UUID, list[Entry]] = defaultdict(list)
    for batch in decide(WANTED, "x", Tally()):
        for new in batch.events:
            told = orjson.loads(new.state)
            entered = local(told["entered_at"])
            assert entered
            kind = new.topic.partition("/")[0]
            by = told["context"].get("on_behalf_of", "")
            at = local(told.get("occurred_at")) or entered
            entry = Entry(kind, told["event"], new.version, at, entered, by, len(entries) + 1)
            entries.append(entry)
            streams[new.stream].append(entry)
    cases = [told for told in streams.values() if STREAM_KINDS[told[0].type] == PROPOSAL.name]
    people = {entry.event["official"]: entry.event for entry in entries if entry.type == "OfficialAppointed"}
    return City(entries, cases, people, streams)


def test_it_knows_the_events_that_come_of_days_and_of_second_thoughts(city: City) -> None:
    seen = Counter(entry.type for entry in city.entries)
    for rare in (
        "DeadlineRecomputed",
        "ObjectionUnanswered",
        "KeyProposalReleased",
        "CaseRulebookChanged",
        "AnnualReportSnapshotTaken",
        "StepTakenBack",
    ):
        assert seen[rare], rare
    why = {entry.event["deadline"]["recomputed"] for entry in city.entries if entry.type == "DeadlineRecomputed"}
    assert "CALENDAR" in why, "a later year's notice moves limits"


def test_a_talk_is_told_as_it_was_held(city: City) -> None:
    for _, talk in city.told("MemberContacted"):
        mode, content = talk.event["mode"], talk.event["content"]
        assert any(word in content for word in MODE_WORDS[mode]), (mode, content)
        others = [word for other, words in MODE_WORDS.items() if other != mode for word in words]
        assert not [word for word in others if word in content], (mode, content)


def test_everybody_named_is_in_the_directory_of_the_unit_at_the_post_named(city: City) -> None:
    for _, met in city.told("MemberContacted", "FieldVisitRecorded"):
        known = city.of_unit(met.event["unit"])
        for person in met.event["unit_people"]:
            assert known.get(person["name"], "").startswith(person["title"]), (met.event["unit"], person)
    everybody = {known["name"]: known["title"] for known in city.people.values()}
    for _, seen in city.told("OnSiteCheckRecorded", "OnSiteSupervisionHeld", "FaceToFaceMediationHeld"):
        for person in seen.event.get("people") or seen.event["conveners"]:
            assert everybody[person["name"]].startswith(person["title"]), person


def test_who_is_called_in_is_the_head_of_the_unit(city: City) -> None:
    interviews = list(city.told("LeaderInterviewHeld"))
    assert interviews
    for _, held in interviews:
        head = next(
            known
            for known in city.people.values()
            if known.get("unit") == held.event["unit"] and known["rank"] == "UNIT_HEAD"
        )
        assert held.event["person"]["name"] == head["name"]
        leader = city.people[held.event["leader"]]
        assert held.event["unit"] in leader["portfolio"], "called in by the vice mayor in charge"


def test_every_official_who_acts_is_listed_and_of_the_unit_acted_for(city: City) -> None:
    own = {
        "AssignmentAcknowledged", "ResponsibilityNamed", "HandlingPlanFiled", "HandlingPlanApproved", "MemberContacted",
        "FieldVisitRecorded", "ReplyDrafted", "ReplySigned", "ReplyIssued", "ReplyDelivered", "CoOpinionSubmitted",
        "ReplyCountersigned", "FeedbackFormIssued", "CommitmentMade", "SupervisionAnswered", "ExtensionRequested",
    }  # fmt: skip
    for case in city.cases:
        for entry in case:
            kind, _, code = entry.by.partition(":")
            assert kind in ("official", "member"), entry
            if kind == "member":
                continue
            assert code in city.people, entry.by
            if entry.type in own:
                assert city.people[code].get("unit") == entry.event["unit"], (entry.type, entry.by)


def test_a_reply_is_signed_by_the_portfolio_leader_named_or_by_the_head(city: City) -> None:
    signers = Counter[str]()
    for case, signed in city.told("ReplySigned"):
        unit, signer = signed.event["unit"], signed.event["signer"]
        signers[city.people[signer]["rank"]] += 1
        named = of(case, "ResponsibilityNamed", unit=unit, before=signed.version)
        if city.people[signer]["rank"] != "UNIT_HEAD" and named:
            assert named[-1].event["portfolio_leader"] == signer
        drafted = of(case, "ReplyDrafted", unit=unit, before=signed.version)[-1]
        reviewed = of(case, "ReplyReviewed", unit=unit, before=signed.version)[-1]
        assert len({drafted.by, reviewed.by, signed.by}) == 3, "drafted, reviewed and signed by different hands"
    assert set(signers) == {"UNIT_PORTFOLIO_LEADER", "UNIT_HEAD"}
    deputies = {signed.event["signer"] for _, signed in city.told("ReplySigned", "CoOpinionSubmitted")}
    assert len({deputy for deputy in deputies if deputy.startswith("zhujianju-deputy")}) > 1


def test_what_a_deputy_signs_of_the_units_own_subjects_is_in_the_portfolio(city: City) -> None:
    subjects = {unit.code: unit.subjects for unit in PLACE.units}
    for case, signed in city.told("ReplySigned"):
        signer, title = city.people[signed.event["signer"]], of(case, "ProposalSubmitted")[0].event["title"]
        known = [subject for subject in subjects[signed.event["unit"]] if subject in title]
        if known and signer["rank"] == "UNIT_PORTFOLIO_LEADER":
            assert known[0] in signer["title"], (title, signer)


def test_the_levels_of_review_are_by_different_hands(city: City) -> None:
    for case in city.cases:
        hands = {told.event["level"]: told.by for told in of(case, "ReviewOpinionRecorded")}
        assert len(set(hands.values())) == len(hands), hands


def test_plans_are_of_what_will_be_and_proposals_suggest(city: City) -> None:
    for _, plan in city.told("HandlingPlanFiled"):
        assert len(set(plan.event["measures"])) == len(plan.event["measures"])
        for measure in plan.event["measures"]:
            assert measure.startswith(("拟", "将")), measure
            assert not [word for word in DONE_WORDS if word in measure], measure
    for case, told in city.told("ProposalSubmitted", "ProposalResubmitted"):
        if of(case, "ProposalNotRegistered"):
            continue
        found, _, advice = told.event["body"].partition("建议：")
        assert found, "the situation (S5)"
        assert advice, "what is suggested (S5)"
        assert not [word for word in ("您", "下一步", "印发了", "我们会同") if word in told.event["body"]]
        assert "稿）" not in told.event["title"]


def test_letters_tell_no_number_of_drafts_and_none_repeats_another_of_its_case(city: City) -> None:
    names = {entry.event["member"]: entry.event["name"] for entry in city.entries if entry.type == "MemberListed"}
    for case in city.cases:
        letters = [told.event["text"] for told in of(case, "ReplyDrafted", "SecondReplyIssued")]
        assert len(set(letters)) == len(letters)
        for letter in letters:
            submitted = of(case, "ProposalSubmitted")[0].event
            lead, body = names[submitted["lead_proposer"]], submitted.get("collective", {}).get("name")
            to = letter.partition("\n")[0]
            assert to == f"{body or lead + '委员'}："
            assert not [draft for draft in ("轮第", "稿）") if draft in letter]


def test_a_body_is_not_spoken_to_as_a_person(city: City) -> None:
    bodies = 0
    for case, told in city.told("ReplyDrafted", "SecondReplyIssued"):
        body = of(case, "ProposalSubmitted")[0].event.get("collective")
        bodies += bool(body)
        said, unsaid = ("贵", "您") if body else ("您", "贵单位")
        assert said in told.event["text"], told.event["text"]
        assert unsaid not in told.event["text"], told.event["text"]
    assert bodies


def test_a_second_reply_tells_what_has_become_of_the_promise(city: City) -> None:
    for case, told in city.told("SecondReplyIssued"):
        (number,) = told.event["commitments"]
        ends = [e.type for e in of(case, "CommitmentFulfilled", "CommitmentBroken", before=told.version)
                if e.event["number"] == number]  # fmt: skip
        assert ("未能按期完成" in told.event["text"]) == (ends[-1] == "CommitmentBroken")
        promise = next(e for e in of(case, "CommitmentMade") if e.event["number"] == number)
        assert promise.event["text"].rstrip("。") in told.event["text"]


def test_points_agree_with_the_facts_and_cite_the_units_own_events(city: City) -> None:
    items = Counter[str]()
    for case, score in city.told("ScoreItemRecorded"):
        unit, item, points = score.event["unit"], score.event["item"], float(score.event["points"])
        items[item] += 1
        cited = [case[version - 1] for version in score.event["evidence"]]
        assert {entry.event["unit"] for entry in cited} == {unit}
        issued = next(e for e in of(case, "ReplyIssued", unit=unit) if e.event["round"] == 1)
        late = issued.day > last_day(case, unit, issued)
        met = [
            talk for talk in of(case, "MemberContacted", unit=unit, before=issued.version)
            if talk.event["mode"] in ("VISIT", "FORUM") and not talk.event.get("declined_by_member")
        ]  # fmt: skip
        meant = {"on-time": 0 if late else 10, "face-to-face": 5 if met else 0}
        if item == "late":
            assert points < 0 < late
        else:
            assert points == meant[item], (item, points, late)
        if item != "face-to-face" or not met:
            assert cited == [issued]
    assert set(items) == {"on-time", "face-to-face", "late"}


def last_day(case: Sequence[Entry], unit: str, issued: Entry) -> date:
    """The limit of the first reply that stood when it went out."""
    limits = [
        told
        for entry in of(case, *SETTING, unit=unit, before=issued.version)
        if (told := entry.event.get("deadline")) and told["kind"] == "REPLY"
    ]
    return date.fromisoformat(limits[-1]["due_on"])


def test_a_unit_is_not_urged_for_a_reply_that_has_gone(city: City) -> None:
    notices = list(city.told("ReminderIssued", "SupervisionNoticeIssued", "LeaderInterviewHeld"))
    assert notices
    for case, pressed in notices:
        assert not of(case, "ReplyIssued", unit=pressed.event["unit"], before=pressed.version), pressed
    for case, answer in city.told("SupervisionAnswered"):
        gone = of(case, "ReplyIssued", unit=answer.event["unit"], before=answer.version)
        assert ("已于" in answer.event["text"]) == bool(gone)
        notice = next(e for e in of(case, "SupervisionNoticeIssued") if e.event["number"] == answer.event["number"])
        assert answer.day <= date.fromisoformat(notice.event["answer_by"])
    for circular in [entry for entry in city.entries if entry.type == "CircularIssued"]:
        noticed = {e.event["unit"] for _, e in city.told("SupervisionNoticeIssued") if e.at < circular.at}
        assert noticed.issuperset(circular.event["units"])


def test_what_was_promised_is_looked_at_after_its_day_and_found_as_it_is(city: City) -> None:
    found = Counter[tuple[str, bool]]()
    for case, look in city.told("OnSiteCheckRecorded", "LookbackRecorded"):
        there = look.event["conforms" if look.type == "OnSiteCheckRecorded" else "delivered"]
        found[look.type, there] += 1
        assert any(word in look.event["finding"] for word in SHORTCOMING) != there, look.event["finding"]
        promises = of(case, "CommitmentMade", unit=look.event["unit"])
        if not promises:
            continue
        due = [e.event["number"] for e in promises if date.fromisoformat(e.event["finish_on"]) < look.day]
        kept = {e.event["number"] for e in of(case, "CommitmentFulfilled") if e.at <= look.at}
        assert due, "not before the first day promised"
        assert kept.issuperset(due) == there
    assert min(found["LookbackRecorded", True], found["LookbackRecorded", False]) > 0


def test_members_say_they_were_heard_as_the_talks_were_recorded(city: City) -> None:
    modes = {"VISIT": "VISITED", "FORUM": "OTHER", "PHONE": "PHONED", "LETTER": "OTHER", "ONLINE": "OTHER"}
    denied = said = 0
    unheard = Counter[str | None]()
    for case, answer in city.told("SatisfactionRecorded", "SatisfactionRevised"):
        member, heard = answer.event["member"], answer.event.get("heard")
        talks = [
            modes[talk.event["mode"]]
            for talk in of(case, "MemberContacted", unit=answer.event["unit"], before=answer.version)
            if member in talk.event["members"] and not talk.event.get("declined_by_member")
        ]
        said += 1
        denied += bool(talks) and heard == "NOT_CONTACTED"
        if heard in ("VISITED", "PHONED", "OTHER"):
            assert heard in talks, (member, heard, talks)
        if not talks and answer.event["overall"] != "NO_RESPONSE":
            unheard[heard] += 1
        if answer.event.get("visited") == "VISITED":
            assert "VISITED" in talks
    assert 0 < denied / said < FEW
    assert set(unheard) == {"NOT_CONTACTED", None}, "who was not talked with says so, or leaves it open"
    assert unheard["NOT_CONTACTED"] > 10


def test_what_is_handled_again_is_talked_over_with_who_was_not_satisfied(city: City) -> None:
    rounds = 0
    for case, issued in city.told("ReplyIssued"):
        if issued.event["round"] == 1:
            continue
        unit, number, rounds = issued.event["unit"], issued.event["round"], rounds + 1
        order = next(e for e in of(case, "RehandlingOrdered", unit=unit) if e.event["round"] == number)
        unhappy = {
            e.event["member"] for e in of(case, "SatisfactionRecorded", "SatisfactionRevised", unit=unit)
            if e.event["overall"] == "DISSATISFIED" and e.event["round"] == number - 1
        }  # fmt: skip
        talks = [e for e in of(case, "MemberContacted", unit=unit, before=issued.version) if e.version > order.version]
        reached = {member for talk in talks for member in talk.event["members"]}
        assert unhappy
        assert reached.issuperset(unhappy)
    assert rounds


def test_offices_act_on_working_days_in_working_hours_and_members_do_not_act_at_night(city: City) -> None:
    evenings = 0
    for entry in city.entries:
        hour = entry.entered.time()
        if entry.by.startswith("official"):
            assert PLACE.working.works(entry.entered.date()), (entry.type, entry.entered)
            assert OPENS <= hour <= LOCKED, (entry.type, entry.entered)
        else:
            assert time(6, 30) <= hour <= time(23), (entry.type, entry.entered)
            evenings += hour > LOCKED
    assert evenings, "members also sign in the evening"
    held = ("MemberContacted", "FieldVisitRecorded", "MemberRevisited", "LeaderInterviewHeld", "OnSiteCheckRecorded")
    for _, met in city.told(*held):
        assert PLACE.working.works(met.day), (met.type, met.at)
        assert OPENS <= met.at.time() <= LOCKED, (met.type, met.at)


def test_promises_are_entered_soon_after_the_reply(city: City) -> None:
    promises = list(city.told("CommitmentMade"))
    assert promises
    for case, promise in promises:
        reply = of(case, "ReplyIssued", unit=promise.event["unit"], before=promise.version)[-1]
        assert promise.day - reply.day <= timedelta(days=12), (promise.at, reply.at)
        finish_on = date.fromisoformat(promise.event["finish_on"])
        assert f"{finish_on.year}年{finish_on.month}月{finish_on.day}日前" in promise.event["text"]


def test_members_are_visited_again_in_every_stage(city: City) -> None:
    stages = Counter(told.event["stage"] for _, told in city.told("MemberRevisited"))
    assert min(stages[stage] for stage in ("DURING_HANDLING", "AFTER_REPLY", "AFTER_CLOSING")) > 10
    for case, told in city.told("MemberRevisited"):
        talked = [talk for talk in of(case, "MemberContacted") if talk.at < told.at]
        if told.event["stage"] == "DURING_HANDLING" and not talked:
            assert "尚" in told.event["finding"]


def test_a_closed_case_has_thirty_to_eighty_events(city: City) -> None:
    """The last too, whose publication, visits and scores are still to come."""
    closings = [of(case, "HandlingClosed")[0].version for case in city.cases if of(case, "HandlingClosed")]
    lengths = [len(case) for case in city.cases if of(case, "HandlingClosed")]
    assert len(lengths) > WANTED.proposals / 2
    assert 40 <= sum(lengths) / len(lengths) <= 55
    assert min(closings) >= 30
    assert max(lengths) <= 80


def test_a_year_is_reported_as_history_has_it(city: City) -> None:
    (taken,) = [entry for entry in city.entries if entry.type == "AnnualReportSnapshotTaken"]
    figures = {told["id"]: told for told in taken.event["figures"]}
    known = taken.event["as_known"]
    session = PLACE.meetings[0].key
    handled = replied = 0
    for case in city.cases:
        then = [entry for entry in case if entry.position <= known]
        if not of(then, "CaseTransferredToGovernment") or of(case, "ProposalSubmitted")[0].event["session"] != session:
            continue
        handled += 1
        owing = {e.event["unit"] for e in of(then, "UnitAssigned") if e.event["mode"] != "CO"}
        owing -= {e.event["unit"] for e in of(then, "ObjectionUpheld")}
        owing -= {unit for e in of(then, "CaseReassigned") for unit in e.event["left"]}
        rounds = Counter(e.event["unit"] for e in of(then, "ReplyIssued"))
        rounds.subtract(e.event["unit"] for e in of(then, "RehandlingOrdered"))
        replied += bool(owing) and all(rounds[unit] == 1 for unit in owing)
    assert figures["cases"]["count"] == handled == figures["reply_rate"]["of"]
    assert figures["reply_rate"]["count"] == replied
    assert taken.at.date() == PLACE.meetings[0].report_on


def test_what_was_seen_was_seen_at_the_place_named(city: City) -> None:
    parts = {visit.event["place"] for _, visit in city.told("FieldVisitRecorded", "OnSiteCheckRecorded")}
    for _, visit in city.told("FieldVisitRecorded", "OnSiteCheckRecorded", "OnSiteSupervisionHeld"):
        elsewhere = parts - {visit.event["place"]}
        assert not [place for place in elsewhere if place.removeprefix(CITY) in visit.event["finding"]]


def test_a_refused_proposal_is_not_about_something_else_than_what_it_is_refused_for(city: City) -> None:
    for case, refused in city.told("ProposalNotRegistered"):
        body = of(case, "ProposalSubmitted")[0].event["body"]
        assert refused.event["explanation"] == TEXTS["refusal"][refused.event["ground"]]
        around = re.split(r"\{.\}", TEXTS["refused"][refused.event["ground"]])
        assert all(part in body for part in around)


def test_what_is_not_registered_is_passed_on_to_whom_it_concerns(city: City) -> None:
    units = {unit.name for unit in PLACE.units}
    elsewhere = {"NAMED_ACCUSATION": "纪委", "LITIGATION": "法院", "PARTY_INTERNAL": "市委", "OUT_OF_REMIT": "省"}
    seen = Counter[str]()
    for case, refused in city.told("ProposalNotRegistered"):
        ground, told = refused.event["ground"], refused.event["explanation"]
        assert "已转" not in told, "nothing has been passed on yet"
        for passed in of(case, "ProposalConverted"):
            seen[ground] += 1
            assert elsewhere.get(ground, "") in passed.event["sent_to"], (ground, passed.event)
            if ground in ("PARTY_GROUP_INTERNAL", *elsewhere):
                assert passed.event["sent_to"] not in units, "it is no business of the government's"
        assert of(case, "ProposalConverted") or refused.at > NOW - timedelta(days=30)
    assert set(seen) & set(elsewhere)


def test_findings_fit_the_matter_and_no_two_units_of_a_case_find_the_same(city: City) -> None:
    several = 0
    for case in city.cases:
        visits = of(case, "FieldVisitRecorded")
        kind = SUBJECTS[subject_of(case)].kind
        found = [re.sub(r"\d+", "", visit.event["finding"]).replace(subject_of(case), "") for visit in visits]
        assert len(set(found)) == len(found), found
        several += len(found) > 1
        for finding in found:
            if kind in ("scheme", "service", "industry"):
                assert not [word for word in ("设施老化", "点位", "用地") if word in finding], (
                    subject_of(case),
                    finding,
                )
    assert several


def test_what_is_suggested_can_be_done_of_such_a_matter(city: City) -> None:
    for case, told in city.told("ProposalSubmitted", "DifficultyRaised"):
        said = told.event.get("body") or told.event["text"]
        if SUBJECTS[subject_of(case)].kind in ("scheme", "industry"):
            assert not [word for word in ("施工", "完工", "处点位", "用地手续", "网格") if word in said], said
    for kind in {known.kind for known in SUBJECTS.values()}:
        assert len([point for point in POINTS if kind in point.get("kinds", (kind,))]) >= 6, kind


def test_no_unit_speaks_of_itself_as_of_somebody_else(city: City) -> None:
    departments = {unit.code: unit.name.removeprefix("市").removesuffix("局") + "部门" for unit in PLACE.units}
    departments["ziranju"] = "自然资源部门"
    seen = Counter[str]()
    for case in city.cases:
        for entry in case:
            by = city.people.get(entry.by.partition(":")[2], {}).get("unit")
            said = orjson.dumps(entry.event).decode()
            seen.update(code for code, name in departments.items() if name in said)
            assert by is None or departments[by] not in said, (entry.type, said)
        for raised, solved in zip(of(case, "DifficultyRaised"), of(case, "DifficultyResolved"), strict=False):
            assert departments[raised.event["unit"]] not in solved.event["outcome"]
    assert seen["caizhengju"], "of others they do speak"


def drafts(case: Sequence[Entry]) -> Iterator[tuple[Entry, list[Entry], Entry]]:
    """Every draft that followed another of its round, with what was said against that one."""
    last: dict[tuple[str, int], Entry] = {}
    for told in of(case, "ReplyDrafted"):
        unit = told.event["unit"]
        former = last.get((unit, told.event["round"]))
        last[unit, told.event["round"]] = told
        if former is not None:
            between = of(case, "ReplyReturned", "ReplyCountersigned", before=told.version)
            against = [
                entry for entry in between
                if entry.version > former.version and unit in (entry.event.get("answering_unit"), entry.event["unit"])
                if entry.type == "ReplyReturned" or entry.event["countersignature"] == "WITHHELD"
            ]  # fmt: skip
            yield former, against, told


def test_a_draft_sent_back_comes_again_with_what_was_found_and_nothing_else_changed(city: City) -> None:
    seen = Counter[str]()
    for case in city.cases:
        for former, against, again in drafts(case):
            (told,) = against
            codes = [d["code"] for d in told.event["defects"]] if told.type == "ReplyReturned" else ["WITHHELD"]
            seen.update(codes)
            gone, new = (set(a.event["text"].split("\n")) for a in (former, again))
            assert max(len(gone - new), len(new - gone)) <= 1, (codes, gone - new, new - gone)
            assert (former.event["result_class"] != again.event["result_class"]) == ("WRONG_CLASS" in codes), codes
            if told.type == "ReplyReturned" and "若干" in told.event["defects"][0]["note"]:
                (was,), (became,) = gone - new, new - gone
                assert ("若干" in was, "若干" in became) == (True, False)
                assert re.fullmatch(re.escape(was).replace("若干", r"\d+"), became)
                seen["figure"] += 1
    for code in ("WORDING", "OFF_TOPIC", "LAW_OR_POLICY", "WRONG_CLASS", "CO_OPINION_NOT_MERGED", "WITHHELD", "figure"):
        assert seen[code], seen


def test_what_was_sent_back_before_review_comes_again_with_what_was_lacking(city: City) -> None:
    again = list(city.told("ProposalResubmitted"))
    assert again
    for case, told in again:
        was, became = (set(e.event["body"].split("\n")) for e in (of(case, "ProposalSubmitted")[0], told))
        reason = of(case, "ProposalReturnedForRevision")[0].event["reason"]
        assert became != was
        if "聚焦" in reason:
            assert became < was
        else:
            assert len(was - became) <= 1, (reason, was - became)


def test_most_replies_are_published_within_their_time_and_a_few_late(city: City) -> None:
    late = total = 0
    for case, issued in city.told("ReplyIssued"):
        unit, number = issued.event["unit"], issued.event["round"]
        out = [e for e in of(case, "ReplyPublished", "ReplyWithheld", unit=unit) if e.event["round"] == number]
        limits = [limit["due_on"] for limit in issued.event["further"] if limit["kind"] == "PUBLICATION"]
        limits += [
            e.event["deadline"]["due_on"] for e in of(case, "DeadlineRecomputed", unit=unit)
            if e.event["deadline"]["kind"] == "PUBLICATION" and e.event["round"] == number
        ]  # fmt: skip
        if date.fromisoformat(limits[-1]) < NOW.date() - timedelta(days=30):
            total += 1
            late += not out or out[0].day > date.fromisoformat(limits[-1])
    assert total > WANTED.proposals / 2
    assert 0 < late / total < 0.12


def test_what_is_entered_for_a_member_is_entered_by_the_committee(city: City) -> None:
    seen = Counter[str]()
    for _, said in city.told("SatisfactionRecorded", "SatisfactionRevised"):
        seen[said.event["entered_by"]] += 1
        if said.event["entered_by"] == "MEMBER":
            assert said.by == f"member:{said.event['member']}"
        else:
            assert said.by.startswith("official:cppcc-committee"), said.by
    assert set(seen) == {"MEMBER", "COMMITTEE"}


def places(text: str) -> set[str]:
    return {place for place in PLACES if place in text}


def test_whatever_is_written_on_a_case_names_the_place_of_the_proposal_and_no_other(city: City) -> None:
    for case in city.cases:
        submitted = of(case, "ProposalSubmitted")[0].event
        meant = places(submitted["title"] + submitted["body"])
        if of(case, "ProposalNotRegistered", "ProposalAbsorbed") or any(of(case, "ProposalsMerged")):
            continue
        assert len(meant) == 1, meant
        for entry in case:
            said = orjson.dumps(entry.event).decode()
            assert places(said) <= meant, (entry.type, said)


def test_a_reply_answers_the_points_of_the_proposal_one_by_one(city: City) -> None:
    for case, told in city.told("ReplyDrafted"):
        asked = of(case, "ProposalSubmitted", "ProposalResubmitted", before=told.version)[-1].event["body"]
        points = re.findall(r"\n([一二三四五])、", asked.partition("建议：")[2])
        assert re.findall(r"\n([一二三四五])、", told.event["text"]) == points
        assert places(told.event["text"]) <= places(asked + case[0].event["title"])


def test_figures_in_a_reply_are_those_of_the_proposal(city: City) -> None:
    """Where a point asks for so many, the answer that all of it is done speaks of as many."""
    compared = 0
    for case, told in city.told("ReplyDrafted"):
        asked = of(case, "ProposalSubmitted", "ProposalResubmitted", before=told.version)[-1].event["body"]
        answered = re.findall(r"(\d+[处名])(?:点位全部完工|，全部到岗)", told.event["text"])
        compared += bool(answered)
        assert set(answered) <= set(re.findall(r"\d+[处名]", asked)), (asked, answered)
    assert compared


def test_a_promise_is_in_its_reply_and_its_result_in_the_second_reply(city: City) -> None:
    second = 0
    for case, promise in city.told("CommitmentMade"):
        unit, number = promise.event["unit"], promise.event["number"]
        issued = of(case, "ReplyIssued", unit=unit, before=promise.version)[-1]
        letter = of(case, "ReplyDrafted", unit=unit, before=issued.version)[-1].event["text"]
        assert promise.event["text"].rstrip("。") in letter
        ends = [e for e in of(case, "CommitmentFulfilled", "CommitmentBroken") if e.event["number"] == number]
        for answer in of(case, "SecondReplyIssued"):
            if number in answer.event["commitments"]:
                settled = [e.event for e in ends if e.version < answer.version][-1]
                assert (settled.get("outcome") or settled["reason"]) in answer.event["text"]
                second += 1
        for end in ends:
            figures = re.findall(r"其余\d+[处名个件项条万]", promise.event["text"])
            assert figures
            assert figures[0] in (end.event.get("outcome") or end.event["reason"])
    assert second


def test_who_has_not_been_talked_to_does_not_agree(city: City) -> None:
    waiting = 0
    for case, told in city.told("MemberRevisited"):
        if "尚" in told.event["finding"]:
            waiting += 1
            assert told.event["member_position"] in ("NO_COMMENT", "RESERVE"), told.event
            talks = [e for e in of(case, "MemberContacted") if e.at < told.at and not e.event.get("declined_by_member")]
            assert not talks, "nor was there a talk that was entered only later"
    assert waiting


def test_a_difficulty_is_resolved_by_what_it_needed(city: City) -> None:
    seen = Counter[str]()
    for case, told in city.told("DifficultyRaised"):
        text = told.event["text"].replace(subject_of(case), "")
        (need,) = (word for word in ("资金", "责任主体", "用地") if word in text)
        seen[need] += 1
        assert need in told.event["asks"]
        for solved in of(case, "DifficultyResolved"):
            if solved.event["number"] == told.event["number"]:
                assert {"资金": "万元", "责任主体": "牵头", "用地": "用地"}[need] in solved.event["outcome"]
    assert len(seen) > 1, "land is needed where something is built, and money by others than the finance bureau"


def test_an_answer_to_a_notice_tells_how_far_the_letter_is(city: City) -> None:
    far = {
        "ReplyDrafted": "拟出",
        "ReplyReturned": "修改",
        "ReplyReviewed": "审核",
        "ReplySigned": "签发",
        "ReplyIssued": "已于",
    }
    seen = Counter[str]()
    for case, answer in city.told("SupervisionAnswered"):
        steps = of(case, *far, unit=answer.event["unit"], before=answer.version)
        word = far[steps[-1].type] if steps else "答复稿近日送审|正在起草"
        seen[steps[-1].type if steps else ""] += 1
        assert re.search(word, answer.event["text"]), (steps[-1:], answer.event["text"])
    assert len(seen) > 2, seen


def test_nobody_is_abroad_for_one_unit_and_at_home_for_the_other(city: City) -> None:
    waivers = list(city.told("ContactWaived"))
    assert waivers
    for case, waived in waivers:
        assert not of(case, "MemberContacted", before=waived.version)


def test_a_signed_letter_does_not_lie_for_months(city: City) -> None:
    for case, issued in city.told("ReplyIssued"):
        signed = of(case, "ReplySigned", unit=issued.event["unit"], before=issued.version)[-1]
        assert issued.day - signed.day < timedelta(days=45), (signed.at, issued.at)


def test_assisting_units_do_not_write_the_same(city: City) -> None:
    for case in city.cases:
        said = [(told.event["unit"], told.event["text"]) for told in of(case, "CoOpinionSubmitted")]
        assert len({text for _, text in said}) == len(said)


def test_a_case_is_closed_on_the_ground_that_is_there(city: City) -> None:
    seen = Counter[bool]()
    for case, closing in city.told("HandlingClosed"):
        silent = [
            e for e in of(case, "SatisfactionRecorded", before=closing.version) if e.event["overall"] == "NO_RESPONSE"
        ]
        if "补正" not in closing.event["basis"]:
            seen[bool(silent)] += 1
            assert ("未反馈的已注明" in closing.event["basis"]) == bool(silent)
    assert len(seen) == 2


def test_a_second_round_takes_nothing_back(city: City) -> None:
    again = 0
    for case, told in city.told("ReplyDrafted"):
        unit, number = told.event["unit"], told.event["round"]
        before = [e.event for e in of(case, "ReplyDrafted", unit=unit) if e.event["round"] == number - 1]
        if before:
            again += 1
            reviewed = [e.event for e in of(case, "ReplyReviewed", unit=unit) if e.event["round"] == number - 1]
            stood = reviewed[-1].get("result_class") or before[-1]["result_class"]
            assert told.event["result_class"] in {"A": "A", "B": "AB", "C": "ABC", "D": "D"}[stood]
            kept = [
                line
                for line in re.findall(r"\n([一二三四]、关于[^。]*。)", before[-1]["text"])
                if line in told.event["text"]
            ]
            assert kept
            part = r"\d+[处名个件项条万元]+[^。]*?中已"
            if before[-1]["result_class"] != "C":
                assert bool(re.search(part, told.event["text"])) <= bool(re.search(part, before[-1]["text"]))
    assert again


def test_a_promise_is_not_reported_as_just_begun_the_day_before_it_is_kept(city: City) -> None:
    for case, end in city.told("CommitmentFulfilled"):
        reports = [e for e in of(case, "CommitmentProgressed") if e.event["number"] == end.event["number"]]
        assert not reports or end.day - reports[-1].day >= timedelta(days=7)


def test_few_things_are_entered_at_the_very_minute_the_doors_are_locked(city: City) -> None:
    minutes = Counter(
        entry.entered.time().replace(second=0) for entry in city.entries if entry.by.startswith("official")
    )
    assert minutes[LOCKED] < len(city.entries) / 1000


def subject_of(case: Sequence[Entry]) -> str:
    title = of(case, "ProposalDrafted", "ProposalSubmitted")[0].event["title"]
    return max((subject for subject in SUBJECTS if subject in title), key=len)


def test_every_subject_has_places_and_other_units_whose_job_it_is_too() -> None:
    listed = {subject: unit.code for unit in PLACE.units for subject in unit.subjects}
    assert set(SUBJECTS) == set(listed)
    for subject, known in SUBJECTS.items():
        assert set(known.places) <= set(PLACES), subject
        assert len(set(known.units)) >= 3, subject
        assert set(known.units) <= set(listed.values()) - {listed[subject]}, subject


def test_a_case_is_with_units_whose_job_its_subject_is(city: City) -> None:
    owner = {subject: unit.code for unit in PLACE.units for subject in unit.subjects}
    for case, told in city.told("UnitAssigned", "UnitAdditionRequested"):
        units = told.event.get("units") or [told.event["unit"]]
        subject = subject_of(case)
        assert {owner[subject], *SUBJECTS[subject].units}.issuperset(units), (subject, units)


def test_who_says_it_is_not_theirs_names_a_unit_that_is_given_it_only_if_it_could_handle_it_alone(city: City) -> None:
    upheld = 0
    back = list(city.told("AssignmentReturned"))
    assert back
    for case, told in back:
        others = SUBJECTS[subject_of(case)].units
        assert told.event["suggested_unit"] in others
        for decided in of(case, "ObjectionUpheld", unit=told.event["unit"]):
            if decided.version > told.version:
                upheld += 1
                assert told.event["suggested_unit"] == others[0], (subject_of(case), told.event)
    assert upheld


def test_a_subject_comes_up_where_there_is_such_a_thing(city: City) -> None:
    for case in city.cases:
        submitted = of(case, "ProposalSubmitted")[0].event
        subject = subject_of(case)
        for place in places(submitted["title"].replace(subject, "") + submitted["body"]):
            assert place in SUBJECTS[subject].places, (subject, place)
            assert place[-2:] != subject[:2], "nor does one repeat the other"


def test_what_is_kept_after_its_day_was_first_reported_as_not_kept(city: City) -> None:
    for case, end in city.told("CommitmentFulfilled"):
        number = end.event["number"]
        (made,) = (e for e in of(case, "CommitmentMade") if e.event["number"] == number)
        if end.day > date.fromisoformat(made.event["finish_on"]):
            assert [e for e in of(case, "CommitmentBroken", before=end.version) if e.event["number"] == number]


def test_a_broken_promise_is_told_to_the_proposers_before_the_file_is_put_away(city: City) -> None:
    told_late = 0
    for case, end in city.told("CommitmentBroken"):
        number = end.event["number"]
        told = [
            e for e in of(case, "SecondReplyIssued") if number in e.event["commitments"] and e.version > end.version
        ]
        kept = [e for e in of(case, "CommitmentFulfilled") if e.event["number"] == number and e.version > end.version]
        archived = of(case, "CaseArchived")
        told_late += bool(kept)
        if archived or kept:
            assert told, (end.event, end.at)
            assert told[0].version < min(e.version for e in (*archived, *kept)), "and before it is kept after all"
    assert told_late


def test_who_never_gave_an_answer_does_not_judge_the_unit_either(city: City) -> None:
    silent = judged = 0
    for case in city.cases:
        answers: dict[tuple[str, str], set[str]] = defaultdict(set)
        for e in of(case, "SatisfactionRecorded", "SatisfactionRevised"):
            answers[e.event["member"], e.event["unit"]].add(e.event["overall"])
        for review in of(case, "MutualReviewRecorded"):
            if review.event["direction"] == "PROPOSER_ON_UNIT":
                judged += 1
                given = answers[review.event["by"], review.event["about"]]
                assert review.event["rating"] in given, (review.event, given)
                assert given != {"NO_RESPONSE"}
            elif review.event["direction"] == "UNIT_ON_PROPOSAL":
                silent += answers[review.event["about"], review.event["by"]] == {"NO_RESPONSE"}
    assert judged
    assert silent, "of a proposal the unit says what it thinks, whoever answered"


def test_how_long_a_file_is_kept_follows_from_the_case(city: City) -> None:
    kept = Counter[str]()
    for case, archived in city.told("CaseArchived"):
        key = of(case, "KeyProposalSelected") and not of(case, "KeyProposalReleased")
        told = of(case, "HandlingClosed", "ClassReassessed")[-1].event
        stood = told["result_class"]
        meant = "PERMANENT" if key else {"A": "YEARS_30", "B": "YEARS_30"}.get(stood, "YEARS_10")
        assert archived.event["retention"] == meant, (stood, key)
        kept[meant] += 1
    assert len(kept) == 3
    assert kept["YEARS_30"] > kept["YEARS_10"] + kept["PERMANENT"]


def test_a_letter_is_entered_when_its_answer_has_come(city: City) -> None:
    letters = 0
    for _, talk in city.told("MemberContacted"):
        if talk.event["mode"] == "LETTER":
            letters += 1
            posted = re.match(r"(?:(\d+)年)?(\d+)月(\d+)日", talk.event["content"])
            assert posted, talk.event["content"]
            sent = date(int(posted[1] or talk.day.year), int(posted[2]), int(posted[3]))
            assert timedelta(days=3) <= talk.day - sent <= timedelta(days=25), (sent, talk.at)
            assert "复函" in talk.event["content"]
    assert letters > 5


def test_proposals_that_say_the_same_come_about_the_same_time_and_become_one_case(city: City) -> None:
    streams = {str(stream): case for stream, case in city.streams.items()}
    merged = [
        (case, streams[str(one)]) for case, told in city.told("ProposalsMerged") for one in told.event["absorbed"]
    ]
    assert len(merged) >= WANTED.proposals / 60
    for case, absorbed in merged:
        first, other = of(case, "ProposalSubmitted")[0], of(absorbed, "ProposalSubmitted")[0]
        assert abs(first.day - other.day) < timedelta(days=15)
        assert subject_of(case) == subject_of(absorbed)
        assert of(absorbed, "ProposalAbsorbed")
        assert not of(absorbed, "ProposalRegistered")


def test_mondays_are_days_like_others(city: City) -> None:
    """What would have been done at the weekend is not all done on the Monday after it."""
    entered = [entry for case in city.cases for entry in case if entry.by.startswith("official")]
    talks = [talk for _, talk in city.told("MemberContacted")]
    for told in (entered, talks):
        days = Counter(
            entry.day.weekday() if entry.type == "MemberContacted" else entry.entered.weekday() for entry in told
        )
        others = sum(days[weekday] for weekday in range(1, 5)) / 4
        assert days[0] < 1.4 * others, days
        assert min(days[weekday] for weekday in range(5)) > 0.7 * others, days


def test_at_noon_there_is_a_break(city: City) -> None:
    entered = [entry for case in city.cases for entry in case if entry.by.startswith("official")]
    noon = [entry for entry in entered if NOON <= entry.entered.time() < BACK]
    assert len(noon) < 0.03 * len(entered)
    for _, met in city.told("MemberContacted", "FieldVisitRecorded"):
        assert not NOON <= met.at.time() < BACK, (met.type, met.at)


def test_nobody_is_at_two_places_at_the_same_time(city: City) -> None:
    codes = {(known["name"], known["title"].partition("（")[0]): code for code, known in city.people.items()}
    minutes = {"PHONE": 30, "ONLINE": 30}
    there: dict[str, list[tuple[datetime, datetime, Entry]]] = defaultdict(list)
    for _, met in city.told(
        "MemberContacted", "FieldVisitRecorded", "MemberRevisited", "OnSiteCheckRecorded", "OnSiteSupervisionHeld",
        "LeaderInterviewHeld", "FaceToFaceMediationHeld", "SupervisionMeetingHeld",
    ):  # fmt: skip
        told = met.event
        if told.get("mode") == "LETTER":
            continue
        claims = [*told.get("unit_people", ()), *told.get("conveners", ()), *told.get("people", ())]
        people = {
            codes[claim["name"], claim["title"]] for claim in [*claims, *([told["person"]] if "person" in told else [])]
        }
        people |= {*told.get("members", ()), *([told["leader"]] if "leader" in told else [])}
        until = met.at + timedelta(minutes=30 if told.get("declined_by_member") else minutes.get(told.get("mode"), 60))
        for person in people:
            there[person].append((met.at, until, met))
    meetings = 0
    for appointments in there.values():
        appointments.sort(key=lambda known: known[0])
        for (_, until, one), (at, _, other) in pairwise(appointments):
            meetings += 1
            again = one.type == other.type == "MemberContacted" and one.event["unit"] == other.event["unit"]
            if not (again and at - one.at == timedelta(minutes=1)):  # entered twice, and taken back
                assert at >= until, (one, other)
    assert meetings > 500
