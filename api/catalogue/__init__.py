"""The event catalogue (事件目录): commands, the events they append, the rules that may refuse them, the boards that
show them, and the addresses of it all, derived from the code."""

from collections.abc import Sequence

from fastapi import APIRouter

from api.catalogue.reading import build, event_page
from api.catalogue.value import Catalogue, EventPage, Lang


class Catalogues:
    """The catalogue of these routers in each language: built when it is first asked for, then kept."""

    def __init__(self, routers: Sequence[APIRouter]) -> None:
        self._routers = routers
        self._built: dict[Lang, Catalogue] = {}
        self._written: dict[Lang, bytes] = {}

    def of(self, lang: Lang) -> Catalogue:
        if lang not in self._built:
            self._built[lang] = build(self._routers, lang)
        return self._built[lang]

    def written(self, lang: Lang) -> bytes:
        """As JSON."""
        if lang not in self._written:
            self._written[lang] = self.of(lang).model_dump_json().encode()
        return self._written[lang]

    def event(self, name: str, lang: Lang) -> EventPage | None:
        """One event with every shape it was stored in; None where there is no such event."""
        return next((event_page(event) for event in self.of(lang).events if event.name == name), None)


__all__ = ["Catalogue", "Catalogues", "EventPage", "Lang", "build", "event_page"]
