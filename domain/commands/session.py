"""届次、办理规则."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, StrictInt

from domain.commands.base import SessionCommand
from domain.events import RulebookAdopted, SessionOpened
from domain.policy.rulebook import Rulebook, problems
from domain.rules import (
    KNOWN_SESSION,
    RULEBOOK_CONSISTENT,
    RULEBOOK_VERSION_FINAL,
    SESSION_DAYS_IN_ORDER,
    SESSION_OPENED_ONCE,
    Rule,
    refuse,
    require,
)
from domain.session import Session
from domain.setting import Decision, Setting
from domain.values import Code, Day, Title, within_limits


class OpenSession(SessionCommand):
    """Open a session, e.g. term 15, meeting 3."""

    rules: ClassVar[tuple[Rule, ...]] = (SESSION_OPENED_ONCE, SESSION_DAYS_IN_ORDER)

    session: Code
    cppcc: Title
    term: Annotated[StrictInt, Field(ge=1, le=99)]
    meeting: Annotated[StrictInt, Field(ge=1, le=99)]
    opened_on: Day | None = None
    closed_on: Day | None = None
    in_session_until: Day | None = None

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        opened = self.told(SessionOpened)
        if session.opened is None:
            in_order = self.opened_on is None or self.closed_on is None or self.opened_on <= self.closed_on
            require(in_order, SESSION_DAYS_IN_ORDER, "闭幕日不得早于开幕日", "closed_on")
            return [opened]
        require(session.opened == opened, SESSION_OPENED_ONCE, "该届次已设立，内容不同", "session")
        return []


class AdoptRulebook(SessionCommand):
    """Adopt a version of a rulebook for cases registered from now on."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, RULEBOOK_CONSISTENT, RULEBOOK_VERSION_FINAL)

    rulebook: Annotated[Rulebook, AfterValidator(within_limits)]

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        require(session.opened is not None, KNOWN_SESSION, "届次尚未设立")
        for field, problem in problems(self.rulebook):
            refuse(RULEBOOK_CONSISTENT, problem, f"rulebook.{field}")
        digest = self.rulebook.ref().digest
        for other in session.rulebooks.values():
            scheme, meant = self.rulebook.class_scheme, other.class_scheme
            one_meaning = scheme.id != meant.id or scheme == meant
            clash = f"分类“{scheme.id}”已有另一种含义，须另立编号"
            require(one_meaning, RULEBOOK_CONSISTENT, clash, "rulebook.class_scheme.id")
        known = session.rulebooks.get((self.rulebook.id, self.rulebook.version))
        if known is not None:
            same = known.ref().digest == digest
            require(same, RULEBOOK_VERSION_FINAL, "该版本已采用，修改须另立新版", "rulebook.version")
            return []
        latest = max((version for name, version in session.rulebooks if name == self.rulebook.id), default=0)
        newer = self.rulebook.version > latest
        require(newer, RULEBOOK_VERSION_FINAL, f"已采用第 {latest} 版，新版的版本号须更大", "rulebook.version")
        return [RulebookAdopted(rulebook=self.rulebook, digest=digest)]
