"""为什么是这一天: a deadline's derivation, in sentences a person can check."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from domain.codes import Recomputation
from domain.events import Event
from domain.labels import EVENTS, label
from domain.policy.deadlines import Deadline, stands_in
from domain.policy.rulebook import CountedIn, DeadlineKind, DeadlineRule, Rulebook, When
from domain.policy.working_days import WorkingDays


def explain(
    deadline: Deadline,
    days: WorkingDays,
    rulebook: Rulebook | None = None,
    replaced: Sequence[Deadline] = (),
    *,
    ended: bool = False,
) -> list[str]:
    """One sentence a step: the rule, the anchor, the count, what was skipped, the cap, how it was moved, the calendar.
    `rulebook` is the one it was set by, where it is known; `replaced` the limits in whose place it is, earliest
    first; `ended`: no rule sets it any more."""
    if ended and deadline.recomputed is not None:
        return [f"{label(deadline.kind)}原为 {deadline.due_on}，因{label(deadline.recomputed)}，不再适用。"]
    same = (known for known in (rulebook.deadlines if rulebook else ()) if known.kind is deadline.kind)
    rule = next((known for known in same if known.rule == deadline.rule), None)
    said = [
        f"{label(deadline.kind)}为 {deadline.due_on}（当日 24 时止）。",
        _by_rule(deadline, rulebook, rule),
        _counting(deadline, rule),
    ]
    if deadline.skipped:
        said.append(_skipped(deadline, days))
    if worked := _worked(deadline, days):
        said.append(f"{worked}。")
    if deadline.backwards and deadline.due_on == deadline.anchor.on:
        said.append("倒推之日早于分办，以答复期限为限。")
    if deadline.cap is not None:
        said.append(f"最迟不得晚于 {deadline.cap}，{_reached(deadline.due_on, deadline.cap)}。")
    said += _moves([*replaced, deadline])
    if deadline.calendar is not None:
        said.append(_notices(deadline.calendar))
    if deadline.provisional:
        said.append(_provisional(deadline))
    return said


def before(deadline: Deadline, known: Mapping[tuple[DeadlineKind, int], Deadline]) -> list[Deadline]:
    """The limits in whose place this one is, earliest first, of those known by kind and the version that set them."""
    replaced: list[Deadline] = []
    latest = deadline
    while (found := known.get((latest.kind, latest.supersedes or 0))) is not None:
        replaced.insert(0, found)
        latest = found
    return replaced


def _by_rule(deadline: Deadline, rulebook: Rulebook | None, rule: DeadlineRule | None) -> str:
    """The rule by name, with its codes."""
    version = f"{deadline.rulebook} 第 {deadline.rulebook_version} 版"
    if rulebook is None or rule is None:
        return f"依据 {version}规则“{deadline.rule}”，出处 {deadline.source}。"
    of = _cases(rule.when)
    title = f"{of}的{label(rule.kind)}" if of else label(rule.kind)
    return f"依据《{rulebook.title}》（{version}）中的“{title}”（{rule.rule}），出处 {deadline.source}。"


def _cases(when: When | None) -> str:
    """Which cases a rule is for, in words; nothing where it is for all."""
    if when is None:
        return ""
    key = {True: "重点提案", False: "非重点提案", None: ""}[when.key_proposal]
    from_above = f"{label(when.passed_down)}交办的提案" if when.passed_down else ""
    collective = f"{label(when.collective)}提案" if when.collective else ""
    body = f"“{when.body}”提出的提案" if when.body else ""
    timing = label(when.timing) if when.timing else ""
    return "、".join(named for named in (timing, key, from_above, collective, body) if named)


def _moves(limits: Sequence[Deadline]) -> list[str]:
    """How the last of these limits came to its day, step by step since it was last counted."""
    counted = max((place for place, limit in enumerate(limits) if not limit.granted), default=0)
    return [said for limit in limits[counted:] if (said := _move(limit))]


def _move(limit: Deadline) -> str | None:
    if limit.recomputed is not None:
        return _recomputed(limit.recomputed, limit.moved_from, limit.due_on)
    if limit.moved_from is None:
        return None
    if limit.paused_days is not None:
        return _paused(limit.moved_from, limit.paused_days, limit.due_on)
    return f"经批准，由 {limit.moved_from} 延期至 {limit.due_on}。"


def _provisional(deadline: Deadline) -> str:
    if "@0" in (deadline.calendar or ""):
        return "其中有尚未公布节假日安排的年份，此期限为暂定，公布后可能变动。"
    if deadline.backwards:
        return "答复期限尚为暂定，此期限随之为暂定，可能变动。"
    return "此期限为暂定，闭幕日确定后重新推算，可能变动。"


def _counting(deadline: Deadline, rule: DeadlineRule | None) -> str:
    start = f"{EVENTS[deadline.anchor.event]}（{deadline.anchor.on}）"
    if deadline.backwards:
        start = f"答复期限（{deadline.anchor.on}）"
    elif rule is not None and stands_in(rule, deadline.anchor):
        start = f"{start.removesuffix('）')}；应自闭幕之日起算，当时闭幕日尚未确定，暂以此代替）"
    if deadline.counted_in is CountedIn.FIXED_DATE:
        counted = _yearly(start, deadline.anchor.on, deadline.counted_to or deadline.due_on, rule)
    else:
        unit = {CountedIn.DAY: "日", CountedIn.WORKDAY: "个工作日", CountedIn.MONTH: "个月"}[deadline.counted_in]
        way = "倒推" if deadline.backwards else "起算"
        counted = f"自{start}{way} {deadline.value} {unit}，当日不计入，至 {deadline.counted_to or deadline.due_on}"
    return f"{counted}。"


def _yearly(start: str, begun: date, counted: date, rule: DeadlineRule | None) -> str:
    told = f"以每年 {counted.month} 月 {counted.day} 日为准"
    if rule is not None and (rule.month, rule.day) == (2, 29):
        told = "以每年 2 月 29 日（平年为 28 日）为准"
    if counted.year == begun.year:
        return f"{told}，自{start}起的第一个为 {counted}"
    return f"{told}，{start}时当年的这一天已过，为次年的 {counted}"


def _paused(before: date, days: int, due_on: date) -> str:
    counted = before + timedelta(days=days)
    told = f"中止计时 {days} 天，由 {before} 顺延至 {due_on}"
    if due_on > counted:
        return f"{told}（{counted} 为非工作日，顺延至最近的工作日）。"
    return f"{told}（已至最长期限）。" if due_on < counted else f"{told}。"


def _recomputed(cause: Recomputation, before: date | None, due_on: date) -> str:
    if before is None:
        return f"此前的规则没有这项期限，因{label(cause)}而有。"
    if before == due_on:
        return f"因{label(cause)}重算，仍为 {due_on}。"
    return f"因{label(cause)}，由 {before} 改为 {due_on}。"


def _reached(due_on: date, cap: date) -> str:
    if due_on > cap:
        return "经批准逾此限"
    return "已按此截止" if due_on == cap else "未到此限"


def deadlines_of(event: Event) -> list[Deadline]:
    """Every deadline an event sets."""
    own: Deadline | None = getattr(event, "deadline", None)
    return [*([own] if own else []), *getattr(event, "further", ())]


def _skipped(deadline: Deadline, days: WorkingDays) -> str:
    named = "、".join(_run(reason or "非工作日", run) for reason, run in _runs(deadline.skipped, days))
    if deadline.counted_in is CountedIn.WORKDAY:
        return f"其间不计的非工作日 {len(deadline.skipped)} 天：{named}。"
    moved = "提前" if deadline.backwards else "顺延"
    return f"该日为非工作日（{named}），{moved}至最近的工作日。"


def _runs(skipped: Sequence[date], days: WorkingDays) -> list[tuple[str | None, list[date]]]:
    def reason(day: date) -> str | None:
        why = days.why_off(day)
        return "周末" if why in ("周六", "周日") else why

    runs = groupby(enumerate(skipped), key=lambda at: (reason(at[1]), at[1].toordinal() - at[0]))
    return [(why, [day for _, day in run]) for (why, _), run in runs]


def _worked(deadline: Deadline, days: WorkingDays) -> str | None:
    """The days of weekends on which people work instead and that count here; None where there are none."""
    ends = deadline.counted_to or deadline.due_on
    first, last = min(deadline.anchor.on, ends), max(deadline.anchor.on, ends)
    if deadline.counted_in is CountedIn.WORKDAY:
        worked = [day for day in sorted(days.working) if first <= day <= last and day != deadline.anchor.on]
        return f"调休上班的 {'、'.join(map(str, worked))} 计入" if worked else None
    rolled = deadline.calendar is not None and deadline.due_on in days.working
    return f"{deadline.due_on} 虽为周末，是调休上班日" if rolled else None


def _run(reason: str, run: Sequence[date]) -> str:
    return f"{reason} {run[0]}" + (f" 至 {run[-1]}" if len(run) > 1 else "")


def _notices(calendar: str) -> str:
    years = [version.split("@") for version in calendar.split(",")]
    told = "、".join(f"{year} 年（{f'第 {version} 版' if version != '0' else '尚未公布'}）" for year, version in years)
    return f"所用节假日安排：{told}。"
