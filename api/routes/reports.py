"""报告: the figures of a session, each with numerator, denominator, definition and the cases behind it."""

from pydantic import BaseModel, Field

from api.desk import Asked
from api.names import Named, Names
from api.routes.routing import SessionKey, routes
from api.routes.session import session_of
from domain.policy.rulebook import ClassScheme
from projections.session_report import queries
from projections.session_report.figures import CaseRef, Figure

router = routes("报告")


class CaseRefAnswer(BaseModel):
    """数字背后的一件案。"""

    case: str
    case_no: int | None
    title: str


class FigureAnswer(BaseModel):
    """一个数字：分子、分母、口径、取舍，以及背后的案件。"""

    id: str
    title: str
    definition: str
    count: int = Field(description="件数；比率的分子")
    of: int | None = Field(description="分母")
    percent: str | None = Field(description="百分比，一位小数")
    rounding: str | None = Field(description="取舍规则：half-up 为四舍五入")
    cases: list[CaseRefAnswer]
    of_cases: list[CaseRefAnswer]
    units: list[Named] = Field(description="数的是单位时，是哪些单位")


class ReportAnswer(BaseModel):
    """一个届次的办理情况。"""

    session: str
    title: str
    class_scheme: str | None = Field(description="分类方法；不同方法的同一字母不可比较")
    position: int = Field(description="数字截至的台账位置")
    has_made_up: bool = Field(description="含有虚拟内容")
    figures: list[FigureAnswer]


@router.get("/sessions/{session}/report", summary="届次办理情况")
async def report(session: SessionKey, asked: Asked) -> ReportAnswer:
    position = await asked.up_to_date("supervision_board")
    known = await session_of(asked.ledger, session)
    rulebook = known.rulebook(None)
    schemes: dict[str, ClassScheme] = {}
    for adopted in [rulebook, *known.rulebooks.values()] if rulebook else []:
        schemes.setdefault(adopted.class_scheme.id, adopted.class_scheme)
    figures, made_up = await queries.report(asked.ask, asked.ledger.name, session, list(schemes.values()))
    names = Names(await asked.ledger.directory())
    opened = known.opened
    return ReportAnswer(
        session=session,
        title=f"{opened.cppcc}第{opened.term}届第{opened.meeting}次会议提案办理情况" if opened else session,
        class_scheme=rulebook.class_scheme.id if rulebook else None,
        position=position,
        has_made_up=made_up,
        figures=[_figure(figure, names) for figure in figures],
    )


def _figure(figure: Figure, names: Names) -> FigureAnswer:
    return FigureAnswer(
        id=figure.id,
        title=figure.title,
        definition=figure.definition,
        count=figure.count,
        of=figure.of,
        percent=figure.percent,
        rounding=figure.rounding,
        cases=[_case(case) for case in figure.cases],
        of_cases=[_case(case) for case in figure.of_cases],
        units=[names.unit(unit) for unit in figure.members],
    )


def _case(case: CaseRef) -> CaseRefAnswer:
    return CaseRefAnswer(case=case.case, case_no=case.case_no, title=case.title)
