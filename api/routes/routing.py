"""What every route of a kind has in common."""

from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.routing import Match
from starlette.types import Scope

from api import strict_json
from api.desk import AtDesk, Done, at_desk, bearer
from api.problems import RESPONSES, ProblemError
from domain.commands import Command, ProposalCommand
from domain.labels import COMMAND_MEANINGS, COMMANDS
from domain.values import Code

Handle = Callable[[Request], Coroutine[Any, Any, Response]]

CaseId = Annotated[UUID, Path(description="提案编号")]
SessionKey = Annotated[Code, Path(description="届次，如 15-3")]


class _StrictRequest(Request):
    """Its JSON is beyond doubt."""

    async def json(self) -> Any:
        try:
            return strict_json.read(await self.body())
        except strict_json.KeyTwice:
            raise ProblemError(400, "body-not-json", "正文中同一对象有重复的字段") from None
        except strict_json.NoNumber as error:
            raise ProblemError(400, "body-not-json", f"正文中的 {error.name} 不是合法的 JSON") from None


class StrictRoute(APIRoute):
    """A route that takes its body, if it has one, as JSON and nothing else, and no parameter that it does not know."""

    def get_route_handler(self) -> Handle:
        handle = self.shortened(super().get_route_handler())
        known = _queried(self.dependant)

        async def strict(request: Request) -> Response:
            asked = [("query", name) for name in request.query_params if name not in known]
            if asked:
                raise RequestValidationError([{"type": "unknown_parameter", "loc": where} for where in asked])
            if self.body_field is None:
                return await handle(request)
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise ProblemError(415, "unsupported-media-type", "请求头 Content-Type 应为 application/json")
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        # routes are looked through in turn: most are told from the one that is asked for by how it ends
        return super().matches(scope) if scope["path"].endswith(self._ending) else (Match.NONE, {})

    @cached_property
    def _ending(self) -> str:
        return self.path.rpartition("}")[2]

    def shortened(self, handle: Handle) -> Handle:
        """A shorter way to the same answer, where there is one."""
        return handle


class _CaseRoute(StrictRoute):
    """A route for a command on a case, the API's most frequent. The framework asks anew at every request what its
    parameters are, and that costs as much as the command. A request that is right is taken without it; any other goes
    the framework's way, which tells everything that is wrong with it at once."""

    def shortened(self, handle: Handle) -> Handle:
        command = TypeAdapter(_taken(self))

        async def take(request: Request) -> Response:
            await request.body()
            try:
                case = _CASE.validate_python(request.path_params["case"])
                asked = command.validate_python(await request.json())
            except (ValueError, RecursionError, ProblemError):
                return await handle(request)
            told = request.headers.get
            desk = await at_desk(request, await bearer(request), told("if-match"), told("idempotency-key"))
            answer: Response = await self.endpoint(case=case, command=asked, desk=desk)
            return answer

        return take


_CASE: TypeAdapter[UUID] = TypeAdapter(UUID)


def _taken(route: APIRoute) -> Any:
    """The class of the body that a route takes; None where it takes none."""
    return route.body_field.field_info.annotation if route.body_field else None


def _queried(of: Dependant) -> set[str]:
    """The names a route and what it depends on read from the query: another name was meant to be one of these."""
    own = {parameter.alias for parameter in of.query_params}
    return own.union(*(_queried(part) for part in of.dependencies))


def routes(tag: str) -> APIRouter:
    """A router for one stage's commands or one kind of question."""
    return APIRouter(tags=[tag], route_class=StrictRoute, responses=RESPONSES)


def on_cases(router: APIRouter, commands: Mapping[str, type[ProposalCommand]]) -> None:
    """A route for each command on a case, `/proposals/{case}/…`: the body is the command."""
    for path, command in commands.items():
        router.add_api_route(
            f"/proposals/{{case}}/{path}",
            _on_case(command),
            methods=["POST"],
            route_class_override=_CaseRoute,
            **described(command),
        )


def _on_case(kind: type[ProposalCommand]) -> Callable[..., Coroutine[Any, Any, Response]]:
    async def take(case: CaseId, command: ProposalCommand, desk: AtDesk) -> Response:
        return await desk.on_proposal(case, command)

    take.__annotations__["command"] = kind
    return take


def described(command: type[Command], status: int = 200) -> dict[str, Any]:
    """A command's route, described from the catalogue: title, meaning, and every rule that may refuse it."""
    refusals = "\n".join(f"- `{rule.id}` {rule.title}（{rule.source}）" for rule in command.rules)
    bound = f"可能不予办理的规则：\n{refusals}" if refusals else "没有专门的规则。"
    meaning = COMMAND_MEANINGS.get(command.__name__)
    return {
        "summary": COMMANDS[command.__name__],
        "description": f"{meaning}\n\n{bound}" if meaning else bound,
        "operation_id": command.__name__,
        "status_code": status,
        "response_model": Done,
        "response_description": "已记入台账",
    }
