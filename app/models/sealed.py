"""A column whose text is encrypted at rest (rule 12) under a key that stands outside the database."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

_lock: dict[str, Fernet] = {}


def use_key(secret: bytes) -> None:
    """Set the key for this process; done once, when the program or a command starts."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"plenary private needs").derive(secret)
    _lock["needs"] = Fernet(base64.urlsafe_b64encode(derived))


class Sealed(TypeDecorator[str]):
    """Text that only a process with the key can read; the empty text stays empty."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        if not value:
            return value
        return _lock["needs"].encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        if not value:
            return value
        try:
            return _lock["needs"].decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ValueError("The key for private needs is not the one they were stored with.") from error
