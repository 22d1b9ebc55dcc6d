"""What every event is."""

from typing import Any, ClassVar

from domain.values import Frozen


class Event(Frozen):
    """A fact: frozen, past tense, subject first. Id, version, actor and times stand in the envelope.

    Fields have shapes and no limits: an event must load for ever, and a limit may be tightened, so limits stand in the
    commands. For the same reason no rule runs on loading.

    `schema_version` rises when the shape changes in a way old bytes do not fit; an upcast then carries them over.
    """

    schema_version: ClassVar[int] = 1

    def stated(self) -> dict[str, Any]:
        """Its fields as JSON, as they were written: without those the event has gained since."""
        return self.model_dump(mode="json", exclude_none=True, exclude_unset=True)
