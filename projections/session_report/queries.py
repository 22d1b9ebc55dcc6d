"""会议提案办理情况: the figures a government publishes about a session, from the supervision board's rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.codes import AssignmentMode, Rating
from domain.policy.rulebook import ClassScheme
from projections.asking import Ask
from projections.session_report.figures import CaseRef, Figure, counted, share

_CASES = """
SELECT stream, case_no, title, tasks, replied_on, result_class, class_scheme, satisfaction, awaited, has_made_up
FROM boards.supervision_board
WHERE ledger = %(ledger)s AND session = %(session)s AND transferred_on IS NOT NULL
  AND recipient IS NULL AND ended IS NULL
ORDER BY case_no, stream
"""

_SATISFIED = {Rating.VERY_SATISFIED.value, Rating.SATISFIED.value, Rating.BASIC.value}


async def report(ask: Ask, ledger: str, session: str, schemes: Sequence[ClassScheme]) -> tuple[list[Figure], bool]:
    """The session's figures, and whether anything behind them is made up. `schemes` are those of the adopted
    rulebooks, the one in force first: a class is counted under its own scheme only, and those of another scheme are
    named with it."""
    rows = await ask(_CASES, {"ledger": ledger, "session": session})
    every = [_ref(row) for row in rows]
    replied = [_ref(row) for row in rows if row["replied_on"]]
    satisfied = [_ref(row) for row in rows if _satisfied(row)]
    handled = [task for row in rows for task in row["tasks"] if AssignmentMode(task["mode"]).handles]
    units = sorted({task["unit"] for task in handled})
    figures = [
        counted("cases", "提案数", "本届次立案并由政府办理的提案件数", every),
        counted("units", "承办单位数", "全部分办（含主办、会办、分办）涉及的不同单位数", every, units),
        share("reply_rate", "答复率", "全部答复单位均已答复的件数 / 提案数", replied, every),
        share("satisfaction_rate", "满意率", _SATISFACTION, satisfied, every),
    ]
    for number, scheme in enumerate(schemes):
        for known in scheme.classes:
            part = [_ref(row) for row in rows if (row["class_scheme"], row["result_class"]) == (scheme.id, known.code)]
            if number == 0:
                id, title = f"class_{known.code}", f"{known.code} 类：{known.title}"
            elif part:
                id, title = f"class_{known.code}@{scheme.id}", f"{known.code} 类（分类 {scheme.id}）：{known.title}"
            else:
                continue
            definition = f"按分类 {scheme.id} 以 {known.code} 类办结的件数 / 提案数"
            figures.append(share(id, title, definition, part, every))
    return figures, any(row["has_made_up"] for row in rows)


_SATISFACTION = "已全部答复、征询意见全部收回、且最低评价为基本满意以上的件数 / 提案数；未反馈不影响他人的评价"


def _satisfied(row: Mapping[str, Any]) -> bool:
    """Every answering unit has replied, nobody's answer is awaited, and the worst of the latest answers is good."""
    return bool(row["replied_on"]) and not row["awaited"] and row["satisfaction"] in _SATISFIED


def _ref(row: Mapping[str, Any]) -> CaseRef:
    return CaseRef(case=str(row["stream"]), case_no=row["case_no"], title=row["title"])
