"""会议提案办理情况: the figures a government publishes about a session, from the supervision board's rows."""

from collections.abc import Mapping
from typing import Any

from domain.codes import Rating
from projections.asking import Ask
from projections.session_report.figures import CaseRef, Figure, counted, share

_CASES = """
SELECT stream, case_no, title, tasks, replied_on, result_class, class_scheme, satisfaction, has_made_up, last_position
FROM boards.supervision_board
WHERE ledger = %(ledger)s AND session = %(session)s AND case_no IS NOT NULL ORDER BY case_no, stream
"""

_SATISFIED = {Rating.SATISFIED.value, Rating.BASIC.value}


async def report(ask: Ask, ledger: str, session: str, class_titles: Mapping[str, str]) -> tuple[list[Figure], bool]:
    """The session's figures, and whether anything behind them is made up. `class_titles` names the
    classes of the scheme in force, in order."""
    rows = await ask(_CASES, {"ledger": ledger, "session": session})
    every = [_ref(row) for row in rows]
    replied = [_ref(row) for row in rows if row["replied_on"]]
    satisfied = [_ref(row) for row in rows if row["satisfaction"] in _SATISFIED]
    units = sorted({task["unit"] for row in rows for task in row["tasks"]})
    figures = [
        counted("cases", "提案数", "本届次立案并由政府办理的提案件数", every),
        counted("units", "承办单位数", "全部分办（含主办、会办、分办）涉及的不同单位数", every, units),
        share("reply_rate", "答复率", "已答复件数 / 提案数", replied, every),
        share("satisfaction_rate", "满意率", "（满意 + 基本满意）件数 / 提案数；未反馈不计入满意", satisfied, every),
    ]
    for code, title in class_titles.items():
        part = [_ref(row) for row in rows if row["result_class"] == code]
        figures.append(share(f"class_{code}", f"{code} 类：{title}", f"{code} 类件数 / 提案数", part, every))
    return figures, any(row["has_made_up"] for row in rows)


def _ref(row: Mapping[str, Any]) -> CaseRef:
    return CaseRef(case=str(row["stream"]), case_no=row["case_no"], title=row["title"])
