"""Every setting, typed, from PLENARY_* variables, with defaults that run on one machine."""

import os
import re
import secrets
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadSettings(Exception):
    """The settings cannot be served with; the message says what to do."""


def is_loopback(host: str) -> bool:
    """Whether `host` (name or address) reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _for_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PLENARY_", frozen=True, extra="ignore", populate_by_name=True)

    data_dir: Path = Path("data")
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str | None = None
    demo: bool = False
    secret_key: str | None = None
    needs_key: str | None = None
    smtp_url: str | None = None
    mail_from: str = "Plenary <plenary@localhost>"
    log_level: str = "INFO"
    sign_in_minutes: int = 20
    session_days: int = 30
    upload_megabytes: int = 20
    picture_megabytes: int = Field(30, ge=1, le=150)
    document_megabytes: int = Field(
        100, ge=1, le=150, validation_alias=AliasChoices("PLENARY_DOCUMENT_MEGABYTES", "PLENARY_SLIDES_MEGABYTES")
    )
    pieces_megabytes: int = Field(100, ge=1, le=2000)
    update_megabytes: int = Field(1000, ge=1)
    files_url: str | None = None
    files_endpoint: str | None = None
    files_region: str = "us-east-1"
    files_key: str | None = None
    files_secret: SecretStr | None = None
    calendar_ports: str = "80,443"
    replies_address: str | None = None
    replies_url: SecretStr | None = None
    replies_listen: str | None = None
    invitation_quiet_minutes: int = Field(5, ge=0, le=60)
    at_once_minutes: int = Field(120, ge=0, le=24 * 60)

    @field_validator("replies_address")
    @classmethod
    def _one_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9._-]{1,20}@[A-Za-z0-9.-]{1,200}", value):
            raise ValueError("the address for replies is a plain one of at most 20 letters before the @")
        return value or None

    @field_validator("calendar_ports")
    @classmethod
    def _numbers(cls, value: str) -> str:
        if not all(one.strip().isdigit() and 0 < int(one) < 65536 for one in value.split(",")):
            raise ValueError("ports are numbers with commas between them, such as 80,443")
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("files_url")
    @classmethod
    def _bucket(cls, value: str | None) -> str | None:
        said = urlsplit(value or "")
        if value and (said.scheme != "s3" or not said.netloc or "@" in said.netloc or said.query):
            raise ValueError("It looks like s3://bucket/folder; key and secret are settings of their own")
        return value or None

    @property
    def database(self) -> str:
        """The SQLAlchemy address: one file in the data folder unless another is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'plenary.db'}"

    @property
    def replies_to(self) -> str | None:
        """The address to which calendar programs reply, where somebody reads what comes there."""
        return self.replies_address if self.replies_url or self.replies_listen else None

    @property
    def ports_of_calendars(self) -> frozenset[int]:
        """The ports at which others' calendars are fetched."""
        return frozenset(int(one) for one in self.calendar_ports.split(","))

    @property
    def is_local(self) -> bool:
        return is_loopback(self.host)

    @property
    def demo_sign_in(self) -> bool:
        """Demo sign-in exists on a loopback address only, even where it is asked for elsewhere."""
        return self.demo and self.is_local

    @property
    def address(self) -> str:
        """Where people reach the program, without a slash at the end."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return (self.base_url or f"http://{shown}:{self.port}").rstrip("/")

    @cached_property
    def secret(self) -> bytes:
        """The key that signs feed addresses: set, or (on loopback only) made once and kept.

        Raises BadSettings for a public host without a key: a key in a folder that nobody backs up
        would one day change, and every calendar address with it.
        """
        if self.secret_key:
            return self.secret_key.encode()
        if not self.is_local:
            raise BadSettings(
                "PLENARY_SECRET_KEY is not set. On a public host it has to be, so that calendar addresses and "
                "sign-ins survive a move. Make one, and keep it with your backups:\n"
                "  export PLENARY_SECRET_KEY=$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')"
            )
        return self._kept("secret.key")

    @cached_property
    def private_needs_key(self) -> bytes:
        """The key under which dietary and access needs are encrypted (rule 12)."""
        return self.needs_key.encode() if self.needs_key else self._kept("needs.key")

    @property
    def has_needs_key(self) -> bool:
        """Whether there is such a key, or one would be made."""
        return bool(self.needs_key) or (self.data_dir / "needs.key").exists()

    def _kept(self, name: str) -> bytes:
        """A random key in the data folder, made at first use, readable by its owner only."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / name
        try:
            with open(path, "x", opener=_for_owner_only) as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_bytes()
