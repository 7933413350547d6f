"""A column whose text is encrypted at rest (rule 12) under a key that stands outside the database."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

CANNOT_BE_READ = "(cannot be read: it was sealed with another key)"

_lock: dict[str, Fernet] = {}


def lock_of(secret: bytes) -> Fernet:
    """What seals and opens texts with a key."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"plenary private needs").derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))


def use_key(secret: bytes) -> None:
    """Set the key for this process; done once, when the program or a command starts."""
    _lock["needs"] = lock_of(secret)


class Unreadable(str):
    """A text that the key in use does not open: it says so where it would be shown, and is written back as it is.

    So a wrong key hides what people told and breaks no page, and nothing is lost by it.
    """

    sealed: str

    def __new__(cls, sealed: str) -> "Unreadable":
        made = super().__new__(cls, CANNOT_BE_READ)
        made.sealed = sealed
        return made


class Sealed(TypeDecorator[str]):
    """Text that only a process with the key can read; the empty text stays empty."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        if not value:
            return value
        return value.sealed if isinstance(value, Unreadable) else _lock["needs"].encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        if not value:
            return value
        try:
            return _lock["needs"].decrypt(value.encode()).decode()
        except InvalidToken:
            return Unreadable(value)
