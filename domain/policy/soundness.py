"""Whether a rulebook can be adopted: asked at the door, never when history is read."""

import re
from calendar import monthrange
from collections.abc import Iterator
from typing import assert_never

from domain.codes import Pressure, Rating, Restart, Timing
from domain.labels import label
from domain.policy.rulebook import (
    AnchorKind,
    Count,
    CountedIn,
    DeadlineKind,
    DeadlineRule,
    LadderStep,
    Rulebook,
    SignerRanks,
    Traits,
)
from domain.values import EARLIEST, LATEST, is_code, visible

Problem = tuple[str, str]
"""The field, and a Chinese sentence."""

_ASSIGNED = {AnchorKind.TRANSFER, AnchorKind.ASSIGNMENT}
ANCHORS = {
    DeadlineKind.ACKNOWLEDGEMENT: _ASSIGNED,
    DeadlineKind.OBJECTION: _ASSIGNED,
    DeadlineKind.FIRST_CONTACT: _ASSIGNED,
    DeadlineKind.OBJECTION_ANSWER: {AnchorKind.RETURN},
    DeadlineKind.REPLY: {AnchorKind.TRANSFER, AnchorKind.ASSIGNMENT, AnchorKind.SESSION_CLOSE},
    DeadlineKind.CO_OPINION: {
        AnchorKind.TRANSFER,
        AnchorKind.ASSIGNMENT,
        AnchorKind.SESSION_CLOSE,
        AnchorKind.REPLY_DUE,
    },
    DeadlineKind.REHANDLING: {AnchorKind.ORDER},
    DeadlineKind.FEEDBACK: {AnchorKind.FORM},
    DeadlineKind.PUBLICATION: {AnchorKind.ISSUE},
    DeadlineKind.KEY_SUPERVISION: {AnchorKind.SELECTION},
}

NOT_PRESSED = {
    DeadlineKind.OBJECTION,
    DeadlineKind.OBJECTION_ANSWER,
    DeadlineKind.FEEDBACK,
    DeadlineKind.KEY_SUPERVISION,
}
"""Limits that no unit owes: a right, or the office's, the proposers', the committee's to keep."""

_CLASS = re.compile(r"[A-Za-z0-9\u3007\u3400-\u9fff\U00020000-\U0003ffff]+")
"""Latin letters, digits and Han: no letter of another script that looks like one of them."""

_RESTARTS = {
    Restart.OBJECTION_REJECTED: {DeadlineKind.ACKNOWLEDGEMENT, DeadlineKind.FIRST_CONTACT, DeadlineKind.REPLY},
    Restart.CO_OPINION_RETURNED: {DeadlineKind.CO_OPINION},
    Restart.REASSIGNMENT: {DeadlineKind.REPLY, DeadlineKind.CO_OPINION},
}


def problems(rulebook: Rulebook) -> Iterator[Problem]:
    """What is wrong with a rulebook, as (field, Chinese sentence); empty where it may be adopted. Whether the events
    it names exist is asked by `domain.claims.problems`."""
    if not is_code(rulebook.id):
        yield "id", "编号应由英文字母、数字、点、下划线或连字符组成，最长 64 个字符"
    if rulebook.version < 1:
        yield "version", "版本号从 1 起"
    if rulebook.year is not None and not EARLIEST.year <= rulebook.year <= LATEST.year:
        yield "year", "年份不在可用范围"
    yield from _of_deadlines(rulebook)
    yield from _of_ladder(rulebook)
    yield from _of_scoring(rulebook)
    yield from _of_ranks(rulebook)
    yield from _of_results(rulebook)
    yield from _of_topics(rulebook)
    if rulebook.automatic_rehandlings is not None and rulebook.automatic_rehandlings < 0:
        yield "automatic_rehandlings", "次数不得为负"
    if rulebook.key_plan_days is not None and not 1 <= rulebook.key_plan_days <= 3650:
        yield "key_plan_days", "须为 1 至 3650 的整数"
    for field in ("late_entry_hours", "due_soon_days"):
        if getattr(rulebook, field) < 0:
            yield field, "时限不得为负"


def _of_deadlines(rulebook: Rulebook) -> Iterator[Problem]:
    told = [(rule.kind, rule.when) for rule in rulebook.deadlines]
    named = [(rule.kind, rule.rule) for rule in rulebook.deadlines]
    for index, rule in enumerate(rulebook.deadlines):
        if (rule.kind, rule.when) in told[:index] or (rule.kind, None) in told[:index]:
            yield f"deadlines.{index}", "这种期限前面已经规定，这一条永远用不上"
        if (rule.kind, rule.rule) in named[:index]:
            yield f"deadlines.{index}.rule", "这种期限前面已有同一编号的规则"
        yield from _deadline_problems(rule, f"deadlines.{index}")
    every = [Traits(timing, key) for timing in Timing for key in (False, True)]
    if any(rulebook.deadline(DeadlineKind.REPLY, traits) is None for traits in every):
        yield "deadlines", "须规定每一件案的答复期限"


def _of_ladder(rulebook: Rulebook) -> Iterator[Problem]:
    steps = rulebook.ladder or ()
    for index, step in enumerate(steps):
        yield from _count_problems(step, f"ladder.{index}")
        if step.counted_in is CountedIn.FIXED_DATE:
            yield f"ladder.{index}.counted_in", "督办步骤从期限起算，不能是固定日期"
        if not is_code(step.rule):
            yield f"ladder.{index}.rule", "步骤编号应由英文字母、数字、点、下划线或连字符组成，最长 64 个字符"
        if step.rule in [other.rule for other in steps[:index]]:
            yield f"ladder.{index}.rule", "步骤编号重复"
        if step.before and _never_ahead(step, rulebook):
            yield f"ladder.{index}.value", "提前的日数长于期限本身，期限尚未起算"
        if step.since is not None:
            yield from _of_later_step(step, steps[:index], f"ladder.{index}")
        if step.about in NOT_PRESSED:
            yield f"ladder.{index}.about", f"{label(step.about)}不是承办单位的期限，不由督办阶梯催办"
        if step.about not in {rule.kind for rule in rulebook.deadlines}:
            yield "deadlines", f"没有规定{label(step.about)}，督办步骤“{step.rule}”永远用不上"


def _never_ahead(step: LadderStep, rulebook: Rulebook) -> bool:
    """Whether a step before the last day surely falls before every such limit begins."""
    rules = [rule for rule in rulebook.deadlines if rule.kind is step.about]
    limits = [how for rule in rules for how in (rule, rule.extension.limit if rule.extension else None) if how]
    fixed = step.counted_in is CountedIn.FIXED_DATE or any(rule.backwards for rule in rules)
    return not fixed and bool(limits) and all(_longer(step, how) for how in limits)


def _of_later_step(step: LadderStep, earlier: tuple[LadderStep, ...], field: str) -> Iterator[Problem]:
    """What is wrong with a step that counts from another: only a notice after the last day can (S49)."""
    if step.before:
        yield f"{field}.since", "自前一步起算的不能在期限之前"
    known = next((other for other in earlier if other.rule == step.since), None)
    fits = known is not None and known.about is step.about and known.pressure is Pressure.NOTICE and not known.before
    if not fits:
        yield "ladder", f"步骤“{step.rule}”的 since 有误：前面没有针对同一期限、期限之后发出的督办单“{step.since}”"


def _of_scoring(rulebook: Rulebook) -> Iterator[Problem]:
    items = rulebook.scoring or ()
    for index, item in enumerate(items):
        if not 0 < item.most <= 100_000 or "E" in str(item.most) or round(item.most, 2) != item.most:
            yield f"scoring.{index}.most", "满分须大于 0，小数至多两位，写作普通的数"
        if item.id in [other.id for other in items[:index]]:
            yield f"scoring.{index}.id", "考核项目编号重复"


def _of_ranks(rulebook: Rulebook) -> Iterator[Problem]:
    ranks = rulebook.signer_ranks or SignerRanks()
    for index, rule in enumerate(rulebook.deadlines):
        if rule.extension is not None and rule.extension.approver.of_cppcc:
            yield f"deadlines.{index}.extension.approver", "政协领导不批准延期"
    for field, rank in (
        ("signer_rank", rulebook.signer_rank),
        ("signer_ranks.key_proposal", ranks.key_proposal),
        ("signer_ranks.committing", ranks.committing),
        ("signer_ranks.collective", ranks.collective),
        ("signer_ranks.objection", ranks.objection),
        ("signer_ranks.escalation", ranks.escalation),
    ):
        if rank is not None and rank.of_cppcc:
            yield field, "政协领导不签发答复"


def _of_topics(rulebook: Rulebook) -> Iterator[Problem]:
    codes = [visible(known.code).casefold() for known in rulebook.topics or ()]
    if rulebook.topics is not None and not codes:
        yield "topics", "类别表不得为空；不限类别的不写 topics"
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield f"topics.{index}.code", "类别重复；仅大小写、全角半角不同的也算重复"


def _of_results(rulebook: Rulebook) -> Iterator[Problem]:
    codes = [visible(known.code).casefold() for known in rulebook.class_scheme.classes]
    if not codes or len(set(codes)) != len(codes):
        yield "class_scheme.classes", "办理结果分类不得为空或重复；仅大小写、全角半角不同的也算重复"
    for index, known in enumerate(rulebook.class_scheme.classes):
        if not _CLASS.fullmatch(known.code):
            yield f"class_scheme.classes.{index}.code", "分类用英文字母、数字或汉字书写，形似的别种文字不可混用"
    scales = {field: getattr(rulebook, field) or () for field in ("ratings", "attitude_ratings", "result_ratings")}
    for field, scale in scales.items():
        if len(set(scale)) != len(scale):
            yield field, "评价等次重复"
    if Rating.DISSATISFIED not in rulebook.ratings:
        yield "ratings", "评价等次须含不满意"
    for field, scale in (("ratings", rulebook.ratings), ("attitude_ratings", rulebook.attitude_ratings or ())):
        if any(rating.of_result for rating in scale):
            yield field, "同意、保留、不同意只用于评价办理结果"
    if Rating.NO_RESPONSE in (rulebook.rehandled_ratings or ()):
        yield "rehandled_ratings", "未反馈不是评价，不引起重新办理"
    if rulebook.rehandled_ratings and Rating.DISSATISFIED not in rulebook.rehandled_ratings:
        yield "rehandled_ratings", "引起重新办理的评价须含不满意；都由人责成的，写 rehandling_automatic = false"
    if not rulebook.rehandling_automatic:
        for field in ("automatic_rehandlings", "rehandled_ratings"):
            if getattr(rulebook, field):
                yield field, "rehandling_automatic = false 的都由人责成，不写哪些、几次自动重新办理"
    if not 0 <= rulebook.contact_before_reply.reach_percent <= 100:
        yield "contact_before_reply.reach_percent", "须在 0 与 100 之间"
    if not rulebook.contact_before_reply.modes:
        yield "contact_before_reply.modes", "至少允许一种沟通方式"


def _deadline_problems(rule: DeadlineRule, field: str) -> Iterator[tuple[str, str]]:
    if rule.kind is DeadlineKind.KEY_SUPERVISION and rule.when is not None and rule.when.key_proposal is False:
        yield f"{field}.when.key_proposal", "督办期限只有重点提案才有"
    for index, restart in enumerate(rule.restarts or ()):
        if rule.kind not in _RESTARTS[restart]:
            yield f"{field}.restarts.{index}", "这种期限不因此重新起算"
    if rule.backwards and rule.restarts:
        yield f"{field}.restarts", "倒推的期限随答复期限而动，自己不重新起算"
    if rule.anchor not in ANCHORS[rule.kind]:
        yield f"{field}.anchor", "该种期限不能从这一事件起算"
    if bool(rule.backwards) != (rule.anchor is AnchorKind.REPLY_DUE):
        yield f"{field}.backwards", "从答复期限倒推的才倒数，也只能倒数"
    if rule.backwards and rule.counted_in is CountedIn.FIXED_DATE:
        yield f"{field}.counted_in", "固定日期不能倒数"
    yield from _count_problems(rule, field)
    if rule.cap is not None:
        faults = list(_count_problems(rule.cap, f"{field}.cap"))
        yield from faults
        if not faults and _longer(rule, rule.cap):
            yield f"{field}.cap", "最长期限不得短于期限本身"
    if rule.extension is not None:
        limit = rule.extension.limit
        faults = list(_count_problems(limit, f"{field}.extension.limit"))
        yield from faults
        # a fixed date is the next one after the limit's own last day, never shorter
        if not faults and limit.counted_in is not CountedIn.FIXED_DATE and _longer(rule, limit):
            yield f"{field}.extension.limit", "延期的最长期限不得短于期限本身"
        if rule.cap is not None and _longer(limit, rule.cap):
            yield f"{field}.extension.limit", "延期不得超过最长期限 cap"


def _longer(one: Count, other: Count) -> bool:
    """Whether one count surely ends later than the other, from whatever day both begin."""
    if one.counted_in is other.counted_in and one.counted_in is not CountedIn.FIXED_DATE:
        return (one.value or 0) > (other.value or 0)
    return _days(one)[0] > _days(other)[1]


def _days(how: Count) -> tuple[int, int]:
    """The fewest and the most days that a count can take. By no notice have people worked more than eight days in a
    row, or been off for more than a fortnight and every other day besides."""
    value = how.value or 0
    match how.counted_in:
        case CountedIn.DAY:
            return value, value
        case CountedIn.WORKDAY:
            return value + (value - 1) // 8, 2 * value + 14
        case CountedIn.MONTH:
            return 30 * value - 2, 31 * value
        case CountedIn.FIXED_DATE:
            return 0, 366
        case _:
            assert_never(how.counted_in)


def _count_problems(how: Count, field: str) -> Iterator[tuple[str, str]]:
    if how.counted_in is CountedIn.FIXED_DATE:
        # 2000 is a leap year: 29 February is a date, and falls on the 28th in other years
        month, day = how.month or 0, how.day or 0
        if not 1 <= month <= 12:
            yield f"{field}.month", "固定日期须写明月份，1 至 12"
        if how.day is None:
            yield f"{field}.day", "固定日期须写明几日"
        elif 1 <= month <= 12 and not 1 <= day <= monthrange(2000, month)[1]:
            yield f"{field}.day", f"没有 {month} 月 {day} 日这一天"
        if how.value is not None:
            yield f"{field}.value", "固定日期不计多少，不写 value"
        return
    if how.value is None or not 1 <= how.value <= 3650:
        yield f"{field}.value", "须为 1 至 3650 的整数"
    for name in ("month", "day"):
        if getattr(how, name) is not None:
            yield f"{field}.{name}", "只有固定日期才写月、日"
