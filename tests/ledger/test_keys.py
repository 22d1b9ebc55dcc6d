"""The key store: what is sealed opens in its place for whoever has the key, and nowhere else."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import Disclosure
from domain.personal import Opening, Place, Sealed
from ledger.keys import Keys, KeysUnusable
from ledger.mapper import canonical

LEDGER = "220183"
WHO = "member:weiyuan-1"
HERE = Place(UUID(int=1), 3, "phone")
PHONE = "000-0000 0001"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def sealed(keys: Keys, text: str = PHONE) -> Sealed:
    keys.provide(LEDGER, [WHO])
    return keys.seal(LEDGER, HERE, WHO, text)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_comes_back_and_no_two_seals_are_alike(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    keys = Keys(tmp_path_factory.getbasetemp() / "any")
    keys.check()
    one, other = sealed(keys, text), sealed(keys, text)
    assert keys.open(LEDGER, one) == keys.open(LEDGER, other) == Opening(Disclosure.OPENED, text)
    assert one.nonce != other.nonce
    assert one.ct != other.ct
    assert set(one.model_dump()) == {"subject", "key", "nonce", "ct"}
    assert canonical(one.model_dump()).isascii()


@pytest.mark.parametrize(
    "place",
    [Place(UUID(int=2), 3, "phone"), Place(UUID(int=1), 4, "phone"), Place(UUID(int=1), 3, "address"), None],
    ids=["another stream", "another version", "another field", "nowhere"],
)
def test_a_sealed_field_does_not_open_where_it_was_moved_to(keys: Keys, place: Place | None) -> None:
    kept = sealed(keys)
    moved = kept.at(place) if place else Sealed(**kept.model_dump())
    assert keys.open(LEDGER, moved) == Opening(Disclosure.UNREADABLE)


def test_a_sealed_field_does_not_open_in_another_ledger_even_with_its_key(keys: Keys, folder: Path) -> None:
    kept = sealed(keys)
    (folder / LEDGER).rename(folder / "another")
    assert keys.open("another", kept).disclosure is Disclosure.UNREADABLE


def test_a_sealed_field_does_not_open_as_somebody_elses(keys: Keys) -> None:
    kept = sealed(keys)
    keys.provide(LEDGER, ["member:weiyuan-2"])
    assert keys.open(LEDGER, kept.model_copy(update={"subject": "member:weiyuan-2"})).text is None


@pytest.mark.parametrize(
    "change",
    [{"ct": ""}, {"ct": "!"}, {"ct": "AAAA"}, {"nonce": ""}, {"nonce": "AA=="}, {"subject": "\ud800"},
     {"subject": "../../etc"}, {"key": "other"}],
    ids=str,
)  # fmt: skip
def test_spoiled_bytes_read_as_not_to_be_opened_and_stop_nobody(keys: Keys, change: dict[str, str]) -> None:
    kept = sealed(keys)
    opening = keys.open(LEDGER, kept.model_copy(update=change).at(HERE))
    assert opening.text is None
    assert opening.disclosure is not Disclosure.OPENED


def test_what_was_sealed_once_opens_for_ever(keys: Keys, folder: Path) -> None:
    """A person's file and a seal as version 1 wrote them: file name, format, cipher, additional data, digest."""
    (folder / LEDGER).mkdir(mode=0o700)
    (folder / LEDGER / "6ddbf9e11e1d8ddeb7284fada97f8e50.json").write_text(
        """{"format": "huiyin-person-keys/v1", "subject": "member:weiyuan-1", "current": "00",
            "keys": {"00": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
            "receipts": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"""
    )
    old = Sealed(subject=WHO, key="00", nonce="85VGFBYwNxH1wphj", ct="QgINInkmnyFSRu7NB7ODO/N+iw900qKcC82/kWk+lXVX").at(
        HERE
    )
    assert keys.open(LEDGER, old) == Opening(Disclosure.OPENED, "000-0000 0001 䶮")
    digest = "17fc2807eb183d91fcc81df300e9ce329b7d294403533e9331e2bf87b31ca381"
    assert keys.digest(LEDGER, WHO, "000-0000 0001") == digest


def spoilt(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def of_somebody_else(path: Path) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), "subject": "member:weiyuan-2"}))


def linked(path: Path) -> None:
    path.rename(path.with_suffix(".there"))
    path.symlink_to(path.with_suffix(".there"))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another_key(path: Path) -> None:
    held = json.loads(path.read_text())
    path.write_text(json.dumps({**held, "keys": {held["current"]: held["receipts"]}}))


def of_another_program(path: Path) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": "huiyin-person-keys/v9"}))


FAULTS = [spoilt, of_somebody_else, linked, a_folder, of_another_program]


@pytest.mark.parametrize("fault", [*FAULTS, another_key], ids=lambda fault: fault.__name__)
def test_a_key_that_cannot_be_read_leaves_its_details_unreadable(
    keys: Keys, folder: Path, fault: Callable[[Path], None]
) -> None:
    kept = sealed(keys)
    fault(*files(folder))
    assert keys.open(LEDGER, kept) == Opening(Disclosure.UNREADABLE)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_nothing_is_sealed_with_a_key_that_cannot_be_read_and_none_is_made_over_it(
    keys: Keys, folder: Path, fault: Callable[[Path], None]
) -> None:
    sealed(keys)
    fault(*files(folder))
    keys.provide(LEDGER, [WHO])
    with pytest.raises(KeysUnusable, match=WHO) as unusable:
        keys.seal(LEDGER, HERE, WHO, PHONE)
    assert unusable.value.code == "keys-unusable"
    assert PHONE not in str(unusable.value)


def test_a_destroyed_key_reads_as_destroyed_and_a_new_one_does_not_open_what_was(keys: Keys, folder: Path) -> None:
    kept = sealed(keys)
    files(folder)[0].unlink()
    assert keys.open(LEDGER, kept) == Opening(Disclosure.DESTROYED)
    later = sealed(keys)
    assert later.key != kept.key
    assert keys.open(LEDGER, kept) == Opening(Disclosure.DESTROYED)


def test_keys_that_are_not_where_they_were_are_not_called_destroyed(keys: Keys, folder: Path) -> None:
    kept = sealed(keys)
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()
    assert keys.open(LEDGER, kept) == Opening(Disclosure.UNREADABLE)


def test_a_person_has_one_file_which_others_cannot_read(keys: Keys, folder: Path) -> None:
    for subject in (WHO, WHO, "member:weiyuan-2"):
        keys.provide(LEDGER, [subject])
    assert len(files(folder)) == 2
    assert {path.stat().st_mode & 0o777 for path in files(folder)} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (folder, folder / LEDGER)} == {0o700}


def test_of_many_that_make_the_first_key_at_once_one_wins_and_all_use_it(keys: Keys, folder: Path) -> None:
    for number in range(40):
        subject = f"member:{number}"

        def first(_: int, subject: str = subject) -> Sealed:
            keys.provide(LEDGER, [subject])
            return keys.seal(LEDGER, HERE, subject, PHONE)

        with ThreadPoolExecutor(8) as threads:
            seals = list(threads.map(first, range(8)))
        assert len({kept.key for kept in seals}) == 1
        assert {keys.open(LEDGER, kept).text for kept in seals} == {PHONE}
    assert len(files(folder)) == 40


def test_of_several_processes_that_make_the_first_key_at_once_one_wins(folder: Path) -> None:
    program = """
import sys
from pathlib import Path
from uuid import UUID
from domain.personal import Place
from ledger.keys import Keys
keys = Keys(Path(sys.argv[1]))
sys.stdin.readline()
for number in range(50):
    keys.provide("l", [f"member:{number}"])
    print(keys.seal("l", Place(UUID(int=1), 1, "phone"), f"member:{number}", "0").key)
"""
    Keys(folder).check()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    used = [process.communicate(timeout=60)[0].split() for process in started]
    assert used[0] == used[1] == used[2]
    assert len(set(used[0])) == 50


def test_a_digest_is_the_same_for_a_repeat_and_means_nothing_without_the_key(keys: Keys, folder: Path) -> None:
    sealed(keys)
    digest = keys.digest(LEDGER, WHO, PHONE)
    assert digest == keys.digest(LEDGER, WHO, PHONE) != keys.digest(LEDGER, WHO, "000-0000 0002")
    files(folder)[0].unlink()
    sealed(keys)
    assert keys.digest(LEDGER, WHO, PHONE) != digest


def open_to_others(path: Path) -> None:
    path.chmod(0o640 if path.is_file() else 0o750)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["the folder", "a ledger's folder", "a key"])
def test_keys_that_others_can_read_stop_the_start(keys: Keys, folder: Path, which: int) -> None:
    sealed(keys)
    path = (folder, folder / LEDGER, files(folder)[0])[which]
    open_to_others(path)
    with pytest.raises(KeysUnusable, match=rf"{path} 可由他人读取（权限 \d+），服务没有启动：请执行 chmod") as exposed:
        keys.check()
    assert exposed.value.code == "keys-exposed"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_keys_of_another_account_stop_the_start(keys: Keys, folder: Path) -> None:
    sealed(keys)
    os.chown(files(folder)[0], 12_345, -1)
    with pytest.raises(KeysUnusable, match="属于另一个账户（uid 12345）") as foreign:
        keys.check()
    assert foreign.value.code == "keys-of-another"


def test_a_folder_that_is_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysUnusable, match="HUIYIN_KEYS") as unusable:
        Keys(tmp_path / "file" / "keys").check()
    assert unusable.value.code == "keys-unusable"


def test_a_sound_store_is_found_sound_again(keys: Keys) -> None:
    kept: Any = sealed(keys)
    keys.check()
    assert keys.open(LEDGER, kept).text == PHONE
