"""The ways in which replies come: a mailbox that is looked through (IMAP), or a mail server that hands them over
(LMTP, RFC 2033)."""

import asyncio
import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from sqlalchemy.exc import OperationalError, TimeoutError

from app.database import Database
from app.mailing.replies import take_in
from app.mailing.reply_reading import LARGEST
from app.settings import Settings

log = structlog.get_logger("plenary.replies")
MOST_AT_ONCE = 50
SECONDS = 20
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def look_through(database: Database, settings: Settings) -> int:
    """Take in the unread messages of the mailbox, at most fifty in a round; how many. Each is then marked as read."""
    if settings.replies_url is None:
        return 0
    address = urlsplit(settings.replies_url.get_secret_value())
    try:
        with _signed_in(address) as mailbox:
            return _take_unread(mailbox, database, settings)
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("the mailbox of replies cannot be read", host=address.hostname, error=str(error)[:200])
        return 0


def _take_unread(mailbox: imaplib.IMAP4, database: Database, settings: Settings) -> int:
    _, found = mailbox.uid("SEARCH", "UNSEEN")
    numbers = found[0].split()[:MOST_AT_ONCE] if found and found[0] else []
    for number in numbers:
        raw = _message(mailbox, number.decode())
        _take(database, settings, raw)
        mailbox.uid("STORE", number.decode(), "+FLAGS.SILENT", r"(\Seen)")
    return len(numbers)


def _take(database: Database, settings: Settings, raw: bytes, *, envelope: Sequence[str] = ()) -> None:
    """Let a message count, or not. What nobody reckoned with is logged, and that message is done with: else it would
    come again for ever, and in a mailbox none behind it would be read. Raises what is raised while the database is
    away, for which no message is to blame."""
    try:
        take_in(database, settings, raw, envelope=envelope)
    except (OperationalError, TimeoutError):
        raise
    except Exception:
        log.exception("a reply could not be taken in")


def _message(mailbox: imaplib.IMAP4, number: str) -> bytes:
    """A message, or of one that is too large its first bytes, which are refused in the same way."""
    _, sizes = mailbox.uid("FETCH", number, "(RFC822.SIZE)")
    size = SIZE.search(b" ".join(one if isinstance(one, bytes) else one[0] for one in sizes if one))
    most = LARGEST + 1 if size is None or int(size[1]) > LARGEST else LARGEST
    _, parts = mailbox.uid("FETCH", number, f"(BODY.PEEK[]<0.{most}>)")
    return b"".join(one[1] for one in parts if isinstance(one, tuple))


@contextlib.contextmanager
def _signed_in(address: Any) -> Iterator[imaplib.IMAP4]:
    """A mailbox open for reading: imaps://name:password@host/INBOX, or imap:// with STARTTLS where offered."""
    host, is_secure = address.hostname or "localhost", address.scheme == "imaps"
    trust = ssl.create_default_context()
    mailbox: imaplib.IMAP4 = (
        imaplib.IMAP4_SSL(host, address.port or 993, ssl_context=trust, timeout=SECONDS)
        if is_secure
        else imaplib.IMAP4(host, address.port or 143, timeout=SECONDS)
    )
    try:
        if not is_secure and "STARTTLS" in mailbox.capabilities:
            mailbox.starttls(trust)
        mailbox.login(unquote(address.username or ""), unquote(address.password or ""))
        folder = unquote(address.path.strip("/")) or "INBOX"
        kind, said = mailbox.select(f'"{folder}"')
        if kind != "OK":
            raise imaplib.IMAP4.error(f"no folder {folder}: {said!r}")
        yield mailbox
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            mailbox.logout()


class Handler:
    """Takes what a mail server hands over: for addresses of ours alone, each message at once."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        local, domain = (settings.replies_to or "@").lower().rsplit("@", 1)
        self.ours = re.compile(rf"{re.escape(local)}\+[0-9]{{1,18}}\.[0-9a-f]{{40}}@{re.escape(domain)}")

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """(aiosmtpd's name) Nobody else has a mailbox here."""
        if not self.ours.fullmatch(address.lower()):
            return "550 5.1.1 There is no such mailbox"
        if len(envelope.rcpt_tos) >= 5:
            return "452 4.5.3 One invitation is answered at a time"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """(aiosmtpd's name) One answer for each recipient (RFC 2033, 4.2)."""
        try:
            await asyncio.to_thread(
                _take, self.database, self.settings, envelope.content, envelope=tuple(envelope.rcpt_tos)
            )
        except Exception:
            log.exception("a reply could not be kept")
            return "\r\n".join(["451 4.3.0 Try again later"] * len(envelope.rcpt_tos))
        return "\r\n".join(["250 2.0.0 Taken"] * len(envelope.rcpt_tos))

    async def handle_exception(self, _error: Exception) -> str:
        """(aiosmtpd's name) What went wrong is for our log, not for the other side."""
        log.exception("a mail server could not be answered")
        return "451 4.3.0 Try again later"


class _Listener(Controller):
    def factory(self) -> Any:
        return LMTP(
            self.handler,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            timeout=SECONDS,
            command_call_limit={"*": 20},
        )


@contextlib.contextmanager
def listening(database: Database, settings: Settings) -> Iterator[int | None]:
    """Listens for a mail server's replies for as long as the block lasts, where a setting says so; yields the port."""
    if settings.replies_listen is None or settings.replies_to is None:
        yield None
        return
    host, _, port = settings.replies_listen.rpartition(":")
    listener = _Listener(Handler(database, settings), hostname=host or "127.0.0.1", port=int(port))
    try:
        listener.start()
    except OSError as error:  # another worker has it
        log.warning("replies are not listened for", address=settings.replies_listen, error=str(error))
        with contextlib.suppress(RuntimeError):
            listener.loop.close()
        yield None
        return
    try:
        yield int(port)
    finally:
        listener.stop()
