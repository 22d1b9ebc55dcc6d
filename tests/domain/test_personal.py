"""Personal details in an event: plain until it is numbered, sealed for one place ever after."""

from base64 import b64encode
from uuid import UUID

import pytest

from domain.events import MemberListed
from domain.personal import Detail, Place, Sealed, details, sealed, sealed_in

STREAM = UUID(int=7)
LISTED = MemberListed(member="long-rong", name="龙镕", phone="000-0000 0001", address="䶮河路零号（虚拟）")


def seal(place: Place, subject: str, text: str) -> Sealed:
    """Readable, unlike the ledger's: what is looked at here is what is sealed, and for where."""
    return Sealed(subject=subject, key="k1", nonce=place.field, ct=b64encode(text.encode()).decode())


def test_an_event_says_whose_details_it_holds() -> None:
    assert list(details(LISTED)) == [
        Detail("phone", "member:long-rong", "000-0000 0001"),
        Detail("address", "member:long-rong", "䶮河路零号（虚拟）"),
    ]
    assert list(sealed_in(LISTED)) == []


def test_what_is_kept_is_sealed_field_by_field_and_nothing_else_is_changed() -> None:
    kept = sealed(LISTED, STREAM, 3, seal)
    assert [seal.nonce for seal in sealed_in(kept)] == ["phone", "address"]
    assert (kept.member, kept.name) == (LISTED.member, LISTED.name)
    assert list(details(kept)) == []
    assert sealed(kept.model_copy(update={"phone": None, "address": None}), STREAM, 4, seal).phone is None


def test_what_is_read_back_knows_where_it_stands() -> None:
    kept = sealed(LISTED, STREAM, 3, seal)
    read = MemberListed.model_validate_json(kept.model_dump_json(), context=(STREAM, 3))
    assert read.model_dump() == kept.model_dump()
    assert [seal.place for seal in sealed_in(read)] == [Place(STREAM, 3, "phone"), Place(STREAM, 3, "address")]


def test_plain_text_cannot_be_written_and_a_seal_cannot_be_moved() -> None:
    with pytest.raises(ValueError, match="sealed or not at all") as refused:
        LISTED.model_dump(mode="json")
    assert LISTED.phone not in str(refused.value)
    with pytest.raises(ValueError, match="cannot be moved"):
        sealed(sealed(LISTED, STREAM, 3, seal), STREAM, 4, seal)


def test_an_event_states_what_was_written_and_not_what_it_has_gained_since() -> None:
    written = MemberListed.model_validate_json('{"member":"long-rong","name":"龙镕"}')
    assert written.stated() == {"member": "long-rong", "name": "龙镕"}
