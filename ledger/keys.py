"""The key store: a file per person, outside the database and its backups.

`<folder>/<ledger>/<digest of the person>.json`, for the service's account alone. A file comes into being whole and
durable, or not at all; of several processes that make a person's first key at once one wins and all use it. Keys are
read anew each time, so that one destroyed is gone everywhere at once. What cannot be opened reads as such and stops
nobody; what cannot be sealed is not taken.
"""

import base64
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Base64Bytes, Field

from domain.codes import Disclosure
from domain.personal import Opening, Place, Sealed
from domain.values import Frozen

FORMAT: Literal["huiyin-person-keys/v1"] = "huiyin-person-keys/v1"
KEY_BYTES = 32
NONCE_BYTES = 12

log = structlog.get_logger()


class KeysUnusable(Exception):
    """Keys cannot be used, or others could read them; nothing was written. `code` is stable, the message for the
    operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


Secret = Annotated[Base64Bytes, Field(min_length=KEY_BYTES, max_length=KEY_BYTES)]


class PersonKeys(Frozen):
    """A person's file: AES-256-GCM keys by id, the one in use, and the key of the digests in receipts, which stays
    when the others change."""

    format: Literal["huiyin-person-keys/v1"]
    subject: str
    current: str
    keys: dict[str, Secret]
    receipts: Secret


class Keys:
    """The keys of all ledgers in one folder. Blocks for the disk: off the event loop where it writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self) -> None:
        """Make the folder if need be. Raises `KeysUnusable` where it cannot be used, or where folder or files belong
        to another account or are open to others."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (self._folder, *sorted(self._folder.rglob("*"))):
                _only_ours(path)
        except OSError as error:
            message = f"密钥目录 {self._folder} 无法使用：{error.strerror}（用 HUIYIN_KEYS 另设）"
            raise KeysUnusable("keys-unusable", message) from None

    def provide(self, ledger: str, subjects: Iterable[str]) -> None:
        """See to it that these persons have keys on the disk. Raises `KeysUnusable`; of a fault nothing remains but
        perhaps a key that nothing is sealed under."""
        for subject in subjects:
            path = self._path(ledger, subject)
            try:
                if not path.exists():
                    _make(path, subject)
                _settle(path.parent)
            except OSError as error:
                raise self._unusable(ledger, subject, error) from None

    def seal(self, ledger: str, place: Place, subject: str, text: str) -> Sealed:
        """A text sealed for one place, under the person's key in use. Raises `KeysUnusable`."""
        person = self._present(ledger, subject)
        nonce = secrets.token_bytes(NONCE_BYTES)
        ct = AESGCM(person.keys[person.current]).encrypt(nonce, text.encode(), _place(ledger, place))
        written = (base64.b64encode(part).decode() for part in (nonce, ct))
        return Sealed(subject=subject, key=person.current, nonce=next(written), ct=next(written)).at(place)

    def open(self, ledger: str, sealed: Sealed) -> Opening:
        """The text, or why there is none: the key is gone, or key, place or bytes are not the ones it was sealed
        with. Never raises for what it is given."""
        try:
            key = self._read(ledger, sealed.subject).keys.get(sealed.key)
            if key is None:
                return Opening(Disclosure.DESTROYED)
            nonce, ct = (base64.b64decode(part, validate=True) for part in (sealed.nonce, sealed.ct))
            text = AESGCM(key).decrypt(nonce, ct, _place(ledger, sealed.place)).decode()
        except FileNotFoundError:
            if (self._folder / ledger).is_dir():
                return Opening(Disclosure.DESTROYED)
            log.warning("keys_absent", ledger=ledger)  # the folder of everybody's keys is not where it was
        except (InvalidTag, ValueError, OSError) as error:
            log.warning("detail_unreadable", ledger=ledger, subject=sealed.subject, error=type(error).__name__)
        else:
            return Opening(Disclosure.OPENED, text)
        return Opening(Disclosure.UNREADABLE)

    def digest(self, ledger: str, subject: str, text: str) -> str:
        """What a receipt keeps of a text to know a repeat by: means nothing without the person's key. Raises
        `KeysUnusable`."""
        return hmac.new(self._present(ledger, subject).receipts, text.encode(), hashlib.sha256).hexdigest()

    def _path(self, ledger: str, subject: str) -> Path:
        """The name says nothing about the path: a subject comes from stored bytes."""
        return self._folder / ledger / f"{hashlib.sha256(subject.encode()).hexdigest()[:32]}.json"

    def _read(self, ledger: str, subject: str) -> PersonKeys:
        """Raises `OSError`, `FileNotFoundError` above all, and `ValueError` for a file that is not this person's."""
        descriptor = os.open(self._path(ledger, subject), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            person = PersonKeys.model_validate_json(file.read())
        if person.subject != subject or person.current not in person.keys:
            raise ValueError("not this person's keys")
        return person

    def _present(self, ledger: str, subject: str) -> PersonKeys:
        try:
            return self._read(ledger, subject)
        except (OSError, ValueError) as error:
            raise self._unusable(ledger, subject, error) from None

    def _unusable(self, ledger: str, subject: str, error: Exception) -> KeysUnusable:
        told = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
        path = str(self._path(ledger, subject))
        log.error("key_unusable", ledger=ledger, subject=subject, path=path, error=told)
        return KeysUnusable("keys-unusable", f"“{subject}”的密钥无法使用，个人信息不能登记，没有办理；请联系管理员")


def _make(path: Path, subject: str) -> None:
    """Write a person's first keys; whoever came first has made them for all."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _settle(path.parent.parent)
    key = secrets.token_hex(8)
    written = {
        "format": FORMAT,
        "subject": subject,
        "current": key,
        "keys": {key: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()},
        "receipts": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
    }
    with NamedTemporaryFile(dir=path.parent, prefix=".new-") as file:  # 0600; linked when whole
        file.write(orjson.dumps(written))
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(file.name)


def _settle(folder: Path) -> None:
    """Make a folder's entries durable: a key must outlive what is sealed under it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(ledger: str, place: Place | None) -> bytes:
    """The additional data of the seal: a field that was moved does not open. One written form."""
    if place is None:
        raise ValueError("read from no place in history")
    return orjson.dumps([ledger, str(place.stream), place.version, place.field])


def _only_ours(path: Path) -> None:
    try:
        found = path.stat() if path.is_dir() else path.lstat()
    except FileNotFoundError:
        return  # another process's file in the making
    if found.st_uid != os.geteuid():
        owner = f"密钥 {path} 属于另一个账户（uid {found.st_uid}），服务没有启动：请以该账户运行，或更改属主"
        raise KeysUnusable("keys-of-another", owner)
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        wanted = "700" if path.is_dir() else "600"
        exposed = f"密钥 {path} 可由他人读取（权限 {mode:03o}），服务没有启动：请执行 chmod {wanted} {path}"
        raise KeysUnusable("keys-exposed", exposed)
