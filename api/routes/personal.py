"""个人信息: the one place where sealed personal details are opened, per request; elsewhere they stay sealed.

Who opened whose is logged, never what was read.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Path, Response
from pydantic import BaseModel, Field

from api.desk import Asked, Reader
from api.names import Named, Names
from api.problems import ProblemError
from api.routes.routing import CaseId, routes
from domain.codes import Disclosure
from domain.labels import field_label, label
from domain.personal import Sealed, personal_fields
from domain.streams import proposal_stream

router = routes("个人信息")

log = structlog.get_logger()

PersonInDirectory = Annotated[
    str,
    Path(
        pattern=r"^(member|official):[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="委员写作 member:编号，人员写作 official:编号",
        examples=["member:weiyuan-05"],
    ),
]


class DetailAnswer(BaseModel):
    """一项个人信息；打不开的没有 text。"""

    field: str
    title: str
    disclosure: Disclosure
    disclosure_label: str
    text: str | None


class ContactsAnswer(BaseModel):
    """名录中一个人现在的联系方式。"""

    person: str
    name: str
    details: list[DetailAnswer]


class ReplyContact(BaseModel):
    """一稿答复写明的联系人。"""

    unit: Named
    round: int
    draft: int
    contact_person: str
    name: str
    details: list[DetailAnswer] = Field(description="没有写电话的为空")


class ReplyContactsAnswer(BaseModel):
    """一件案各稿答复的联系人。"""

    case: UUID
    contacts: list[ReplyContact]


@router.get("/directory/contacts/{person}", summary="名录中一个人的电话、地址")
async def read_contacts(person: PersonInDirectory, asked: Asked, response: Response) -> ContactsAnswer:
    kind, _, code = person.partition(":")
    directory = await asked.ledger.directory()
    entry = directory.members.get(code) if kind == "member" else directory.official(code)
    if entry is None:
        raise ProblemError(404, "not-found", "名录中没有这个人", field="person")
    held = [(name, value) for name in personal_fields(type(entry)) if isinstance(value := getattr(entry, name), Sealed)]
    return ContactsAnswer(person=person, name=entry.name, details=await _opened(asked, response, held))


@router.get("/proposals/{case}/reply-contacts", summary="一件案各稿答复的联系人和电话")
async def read_reply_contacts(case: CaseId, asked: Asked, response: Response) -> ReplyContactsAnswer:
    proposal, version = await asked.ledger.load(proposal_stream(case))
    if not version:
        raise ProblemError(404, "not-found", "没有这件提案", field="case")
    directory = await asked.ledger.directory()
    names, contacts = Names(directory), []
    for unit, task in proposal.tasks.items():
        for number, current in sorted(task.rounds.items()):
            for draft in current.drafts.values():
                if draft.contact_person is None:
                    continue
                phone = draft.contact_phone
                held = [("contact_phone", phone)] if isinstance(phone, Sealed) else []
                listed = directory.official(draft.contact_person)
                contacts.append(
                    ReplyContact(
                        unit=names.unit(unit),
                        round=number,
                        draft=draft.number,
                        contact_person=draft.contact_person,
                        name=listed.name if listed else draft.contact_person,
                        details=await _opened(asked, response, held),
                    )
                )
    return ReplyContactsAnswer(case=case, contacts=contacts)


async def _opened(asked: Reader, response: Response, held: Sequence[tuple[str, Sealed]]) -> list[DetailAnswer]:
    response.headers["Cache-Control"] = "no-store"
    openings = await asked.ledger.open_details([sealed for _, sealed in held])
    for field, sealed in held:
        log.info("detail_opened", ledger=asked.ledger.name, by=asked.who, subject=sealed.subject, field=field)
    return [
        DetailAnswer(
            field=field,
            title=field_label(field),
            disclosure=opening.disclosure,
            disclosure_label=label(opening.disclosure),
            text=opening.text,
        )
        for (field, _), opening in zip(held, openings, strict=True)
    ]
