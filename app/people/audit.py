"""Every change is made by a verb, and every verb leaves its record (rule 21).

A verb is a function of a room that changes rows: `@verb def approve_update(db, update, *, by)`. It runs in the
caller's write transaction, inside a savepoint: when it refuses, nothing of it stays. Whatever audited rows it
adds, changes or deletes go to the audit log by themselves, with who, what, when, before and after; a change of
an audited row outside a verb is a mistake of the programmer and raises.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import uuid4

from sqlalchemy import event, insert, inspect, select, update
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.orm import SessionTransaction, UOWTransaction
from sqlmodel import AutoString, Session, SQLModel, col

from app import clock
from app.models import AuditEntry, BusyTime, Cohort, Convening, OutboxLetter, PrintRun, Revision, SignIn, SignInLink
from app.people.viewer import Viewer

UNAUDITED = (AuditEntry, Revision, OutboxLetter, SignIn, SignInLink, PrintRun, BusyTime)
"""Records themselves, sign-ins and runs of the press, which change nothing that people share; and the hours of others'
calendars, of which no trace may stay."""

PRIVATE = {
    ("private_needs", "dietary"),
    ("private_needs", "access"),
    ("private_needs", "emergency_name"),
    ("private_needs", "emergency_phone"),
    ("engagement", "access"),
    ("travel", "arrives_at"),
    ("travel", "arrives_by"),
    ("travel", "leaves_at"),
    ("travel", "leaves_by"),
    ("travel", "shares_with"),
    ("registration_answer", "text"),
    ("registration_answer", "file_name"),
    ("invitation", "answered_by"),
    ("invitation", "comment"),
    ("invitation_reply", "sender"),
}
"""Columns whose change is recorded and whose text never is (rule 12)."""

SAID_NOTHING = "(private)"
"""What stands in the log in place of such a text."""

TOO_LARGE = {
    ("agenda_release", "sessions"),
    ("agenda_release", "changes"),
    ("feed", "nonce"),
    ("feed", "token_hash"),
    ("webinar_seat", "nonce"),
    ("webinar_seat", "token_hash"),
    ("private_link", "nonce"),
    ("private_link", "token_hash"),
    ("poll_person", "nonce"),
    ("poll_person", "token_hash"),
    ("registration", "code"),
    ("approval_link", "token_hash"),
    ("approval_link", "code_hash"),
    ("approval_link", "browser_hash"),
    ("upload", "ticket"),
    ("busy_calendar", "label"),
    ("busy_calendar", "address"),
    ("busy_calendar", "etag"),
    ("busy_calendar", "last_modified"),
    ("busy_calendar", "trouble"),
    ("invitation", "nonce"),
    ("invitation", "token_hash"),
}
"""Columns that are left out: immutable snapshots that stand in their own row, secrets, and what is said of a person's
other calendars."""

_ENTRIES = insert(SQLModel.metadata.tables["audit_entry"])
"""For the connection itself: a session looks for what it must keep of each row, and nobody has these in hand."""

P = ParamSpec("P")
R = TypeVar("R")


class Refused(Exception):
    """What was asked cannot be done; the message is a sentence that a person can act on.

    `field` names the form's field at which the sentence belongs, when there is one.
    """

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


def verb(function: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
    """Mark a function as a verb. It takes `by`, the Viewer who does it, by name, and may take `reason`.

    A verb that calls another is one act, recorded under the outer verb's name and as one turn; one that takes back
    an earlier turn is given it as `reverses`.
    """

    @wraps(function)
    def acting(db: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        by = kwargs.get("by")
        assert isinstance(by, Viewer), f"{function.__name__} needs `by`: who does it"
        if "act" in db.info:
            return function(db, *args, **kwargs)
        act = {
            "act": function.__name__,
            "by": by,
            "reason": str(kwargs.get("reason") or ""),
            "turn": uuid4().hex,
            "reverses": kwargs.get("reverses"),
            "of_convening": _convening_of(args),
            "of_cohort": _cohort_of(args),
        }
        db.info.update(act)
        try:
            with db.begin_nested():
                result = function(db, *args, **kwargs)
                db.flush()
                return result
        finally:
            for name in act:
                del db.info[name]

    return acting


def _convening_of(things: Iterable[object]) -> int | None:
    """The convening that an act is about, by what it is done to: a session's rooms, say, do not name it themselves."""
    for thing in things:
        number = thing.id if isinstance(thing, Convening) else _number_in(getattr(thing, "session", None) or thing)
        if number is not None:
            return number
    return None


def _cohort_of(things: Iterable[object]) -> int | None:
    """The cohort that an act is about, where what it is done to says so. Outside requests no address names one."""
    for thing in things:
        number = thing.id if isinstance(thing, Cohort) else getattr(thing, "cohort_id", None)
        if isinstance(number, int):
            return number
    return None


def _number_in(thing: object) -> int | None:
    number = getattr(thing, "convening_id", None)
    return number if isinstance(number, int) else None


@event.listens_for(AnySession, "before_flush")
def _only_in_verbs(db: AnySession, _context: UOWTransaction, _instances: Any) -> None:
    if "act" in db.info:
        for row in (*db.new, *db.dirty):
            _refuse_what_is_too_long(row)
        return
    for row in (*db.new, *db.dirty, *db.deleted):
        if not isinstance(row, UNAUDITED) and (row not in db.dirty or db.is_modified(row)):
            raise AssertionError(f"{type(row).__name__} is changed outside a verb, so nobody would be on record")


def _refuse_what_is_too_long(row: SQLModel) -> None:
    """What a verb has not looked at: one database would keep more than its column says, the other breaks down."""
    for name, longest in _lengths(type(row)):
        value = row.__dict__.get(name)
        if isinstance(value, str) and len(value) > longest:
            raise Refused(
                f"This is {len(value):,} characters; {longest:,} is the most that fits. Nothing was cut.", name
            )


@lru_cache(maxsize=512)
def _lengths(kind: type[SQLModel]) -> tuple[tuple[str, int], ...]:
    """The columns of text that have a longest length, with that."""
    columns = inspect(kind).columns.items()
    return tuple(
        (name, one.type.length) for name, one in columns if isinstance(one.type, AutoString) and one.type.length
    )


@event.listens_for(AnySession, "after_flush")
def _record(db: AnySession, context: UOWTransaction) -> None:
    # `db.deleted` knows only what was deleted by name; rows that fell out of their parent's list go here too
    gone = [state.obj() for state, (is_delete, _) in context.states.items() if is_delete]
    entries: list[tuple[SQLModel, dict[str, Any] | None, dict[str, Any] | None]] = [
        *((row, None, _stored(row)) for row in db.new if not isinstance(row, UNAUDITED)),
        *((row, *_changed(row)) for row in db.dirty if not isinstance(row, UNAUDITED)),
        *((row, _stored(row), None) for row in gone if not isinstance(row, UNAUDITED)),
    ]
    told = [_entry(db, row, before, after) for row, before, after in entries if before or after]
    if not told:
        return
    if not db.info.get("revised"):
        # First, since its row is locked until the end: so entries are numbered in the order of their commits.
        db.info["revised"] = True
        raised = db.execute(update(Revision).where(col(Revision.id) == 1).values(number=Revision.number + 1))
        assert raised.rowcount == 1, "the migrations put one row into `revision`"  # type: ignore[attr-defined]
    _name_cohorts(db, told)
    db.connection().execute(_ENTRIES, told)


def _name_cohorts(db: AnySession, told: Iterable[dict[str, Any]]) -> None:
    """Jobs and commands come without an address: what they do at a convening is its cohort's, too."""
    unnamed = [one for one in told if one["cohort_id"] is None and one["convening_id"] is not None]
    if not unnamed:
        return
    numbers = {one["convening_id"] for one in unnamed}
    rows = db.execute(select(col(Convening.id), col(Convening.cohort_id)).where(col(Convening.id).in_(numbers)))
    cohorts = dict(rows.all())
    for one in unnamed:
        one["cohort_id"] = cohorts.get(one["convening_id"])


@event.listens_for(AnySession, "after_transaction_end")
def _next_revision(db: AnySession, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        db.info.pop("revised", None)


@event.listens_for(AnySession, "after_soft_rollback")
def _revision_undone(db: AnySession, _transaction: SessionTransaction) -> None:
    db.info.pop("revised", None)


def _entry(
    db: AnySession, row: SQLModel, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any]:
    by: Viewer = db.info["by"]
    return {
        "created_at": clock.now(),
        "by_id": by.actor_id,
        "for_id": by.person_id if by.acting else None,
        "by": by.actor_name,
        "cohort_id": _cohort_of([row]) or db.info.get("cohort_id") or db.info["of_cohort"],
        "convening_id": row.id if isinstance(row, Convening) else _number_in(row) or db.info["of_convening"],
        "turn": db.info["turn"],
        "reverses": db.info["reverses"],
        "act": db.info["act"],
        "subject": row.__tablename__,
        "subject_id": row.id,  # type: ignore[attr-defined]
        "before": before,
        "after": after,
        "reason": db.info["reason"],
    }


def _stored(row: SQLModel) -> dict[str, Any]:
    """All columns of a row as JSON values."""
    table = str(row.__tablename__)
    names = [attribute.key for attribute in inspect(type(row)).column_attrs]
    return {name: recorded(table, name, getattr(row, name)) for name in names if (table, name) not in TOO_LARGE}


def _changed(row: SQLModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of a row that differ from what is stored, before and after."""
    table = str(row.__tablename__)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = inspect(row)
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if history.has_changes() and (table, attribute.key) not in TOO_LARGE:
            before[attribute.key] = recorded(table, attribute.key, history.deleted[0] if history.deleted else None)
            after[attribute.key] = recorded(table, attribute.key, history.added[0] if history.added else None)
    return before, after


def recorded(table: str, name: str, value: Any) -> Any:
    """A column's value as the log keeps it, which is as JSON has it."""
    if (table, name) in PRIVATE:
        return SAID_NOTHING if value else ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
