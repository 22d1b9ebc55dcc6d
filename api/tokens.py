"""Bearer tokens: shown once, kept by digest only."""

import hashlib
import secrets

import psycopg

ADMINISTRATOR = "admin"

PRINCIPAL = "SELECT principal FROM control.tokens WHERE digest = %(digest)s AND revoked_at IS NULL"
"""Whose token it is."""


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def issue_first(dsn: str) -> str | None:
    """A token for the first administrator, where nobody has one yet; else None. `dsn` is the owner's."""
    with psycopg.connect(dsn) as connection:
        connection.execute("LOCK TABLE control.tokens IN SHARE ROW EXCLUSIVE MODE")
        known = connection.execute("SELECT 1 FROM control.tokens WHERE revoked_at IS NULL LIMIT 1").fetchone()
        return None if known else _issue(connection, ADMINISTRATOR)


def issue(dsn: str, principal: str = ADMINISTRATOR, *, revoke_others: bool = False) -> str:
    """A further token for a principal; on request the only one from now on."""
    with psycopg.connect(dsn) as connection:
        if revoke_others:
            connection.execute(
                "UPDATE control.tokens SET revoked_at = clock_timestamp() WHERE principal = %s AND revoked_at IS NULL",
                (principal,),
            )
        return _issue(connection, principal)


def _issue(connection: psycopg.Connection, principal: str) -> str:
    token = secrets.token_urlsafe(32)
    values = (digest_of(token), principal)
    connection.execute("INSERT INTO control.tokens (digest, principal) VALUES (%s, %s)", values)
    return token
