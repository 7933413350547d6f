"""Approval by a one-time link: a mayor approves from a letter, without signing in and without remembering anything.

Whoever holds the letter alone reads nothing and approves nothing (rule 5). A browser is the approver's when they are
signed in there, or when it has given a number of six digits that was sent to their own address. To open a link
changes nothing: programs that look for harm open every address of a letter. What a browser has proved is kept by plain
statements outside the audit, since it is no change that people share; links themselves, and approvals, are on record.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlalchemy import update as changing
from sqlmodel import Session, col, select

from app import clock
from app.models import ApprovalLink, Person, Update, UpdateState
from app.people.audit import Refused, verb
from app.people.sign_in import fingerprint, signed
from app.people.viewer import Viewer, viewer_of
from app.updates.approval import approve_update, end_links, send_back, withdraw_approval
from app.updates.approvers import approvers_now, may_approve
from app.updates.writing import hold, hold_for_writing

LASTS = timedelta(days=7)
NUMBER_LASTS = timedelta(minutes=10)
NEXT_NUMBER_AFTER = timedelta(minutes=1)
LETTERS_AGAIN_AFTER = timedelta(minutes=10)
BROWSER_LASTS = timedelta(days=180)
MOST_TRIES = 5
MOST_NUMBERS_A_DAY = 6
"""Over all of a person's links: at most thirty guesses a day at a million numbers, however many links there are."""


class End(StrEnum):
    """Why a link opens nothing any more."""

    USED = "used"
    RELEASED = "released"
    REVOKED = "revoked"
    EXPIRED = "expired"
    OFFICE = "no longer an approver"


@verb
def give_links(db: Session, update: Update, *, to: Collection[int] | None = None, by: Viewer) -> dict[int, str]:
    """A new link for each of today's approvers who has an address, or for those of them in `to` alone; returns the
    tokens by person, for their letters.

    Only the tokens' hashes are kept. Links that they were given before end.
    """
    hold(db, update)
    end_links(db, update, of=to)
    tokens: dict[int, str] = {}
    for approver in approvers_now(db, update):
        if to is not None and approver.person_id not in to:
            continue
        person = db.get_one(Person, approver.person_id)
        if person.email is None or person.archived_at is not None:
            continue
        tokens[person.key] = secrets.token_urlsafe(32)
        db.add(
            ApprovalLink(
                update_id=update.key,
                person_id=person.key,
                token_hash=fingerprint(tokens[person.key]),
                expires_at=clock.now() + LASTS,
            )
        )
    return tokens


@verb
def give_links_again(db: Session, update: Update, *, by: Viewer) -> dict[int, str]:
    """The same for who waits for the mayor: the letter is lost, the week is over, or another holds the office now.

    By the people of the city; refuses what is not with the mayor, and a second letter within ten minutes.
    """
    hold_for_writing(db, update, by)
    if update.state is not UpdateState.WITH_MAYOR:
        raise Refused("It is not with the mayor. Send it to them first: the letter goes with it.")
    last = given_at(db, update)
    if last is not None and clock.now() - last < LETTERS_AGAIN_AFTER:
        raise Refused("A letter went out within the last ten minutes. Give it time to arrive, then send another.")
    tokens = give_links(db, update, by=by)
    if not tokens:
        raise Refused("Nobody who could approve it has an address on record. Ask an organizer of the lab.")
    return tokens


def find_link(db: Session, token: str) -> ApprovalLink | None:
    """The link of a token, good or not; None for a token that nobody was ever given."""
    return db.exec(select(ApprovalLink).where(ApprovalLink.token_hash == fingerprint(token))).first()


def ended(db: Session, link: ApprovalLink) -> End | None:
    """Why a link opens nothing now; None while it is good.

    Whether its person approves is asked of this very day: a successor who took office this morning ends it (rule 8).
    """
    update = db.get_one(Update, link.update_id)
    if link.used_at is not None:
        return End.USED
    if update.state is UpdateState.RELEASED:
        return End.RELEASED
    if link.revoked_at is not None:
        return End.REVOKED
    if link.expires_at <= clock.now():
        return End.EXPIRED
    if not may_approve(db, update, bearer_of(db, link)):
        return End.OFFICE
    return None


def bearer_of(db: Session, link: ApprovalLink) -> Viewer:
    """Whom a link stands for, as the record names them when they act by it."""
    viewer = viewer_of(db, link.person_id)
    if db.get_one(Person, link.person_id).archived_at is not None:
        return Viewer.anonymous()
    return replace(viewer, actor_name=f"{viewer.name[:250]}, by a letter’s link")


@verb
def approve_by_link(db: Session, link: ApprovalLink, *, seen: str, by: Viewer) -> None:
    """Approve by a link, which is used up; what is refused (the text has changed meanwhile) uses up nothing.

    Of two clicks at once the second finds it done.
    """
    update = _held(db, link)
    if is_done_by(link, update):
        return
    _refuse_ended(db, link)
    approve_update(db, update, seen=seen, by=by)
    link.used_at = clock.now()
    db.add(link)


@verb
def send_back_by_link(db: Session, link: ApprovalLink, *, note: str, by: Viewer) -> list[Person]:
    """Send back by a link, which is used up; returns the facilitators, who are to be told."""
    update = _held(db, link)
    _refuse_ended(db, link)
    told = send_back(db, update, note=note, by=by)
    link.used_at = clock.now()
    db.add(link)
    return told


@verb
def undo_by_link(db: Session, link: ApprovalLink, *, by: Viewer) -> list[Person]:
    """Take back the approval that was given by this link, until the release; returns who is to be told.

    It takes back only: to approve after that needs a new letter.
    """
    update = _held(db, link)
    if update.state is UpdateState.RELEASED or not is_done_by(link, update):
        raise Refused("There is no approval of yours to take back here.")
    return withdraw_approval(db, update, by=by)


def is_done_by(link: ApprovalLink, update: Update) -> bool:
    """Whether the approval that stands was given by this link's person, by this link."""
    return link.used_at is not None and update.state is UpdateState.APPROVED and update.approved_by_id == link.person_id


# --- whose browser it is ---


def is_known(db: Session, link: ApprovalLink, viewer: Viewer, browser: str) -> bool:
    """Whether a browser is the approver's: they are signed in there, or it gave a number that only they were sent.

    A number given for an earlier link counts for half a year, but not where somebody else is signed in now: there
    each link asks for its own. `browser` is what the browser keeps, or "".
    """
    if viewer.is_signed_in and viewer.actor_id == link.person_id:
        return True
    if not browser:
        return False
    kept = fingerprint(browser)
    if hmac.compare_digest(link.browser_hash, kept):
        return True
    earlier = select(ApprovalLink.id).where(
        ApprovalLink.person_id == link.person_id,
        ApprovalLink.browser_hash == kept,
        ApprovalLink.created_at > clock.now() - BROWSER_LASTS,
    )
    return not viewer.is_signed_in and db.exec(earlier.limit(1)).first() is not None


def new_number(db: Session, link: ApprovalLink, *, secret: bytes) -> str:
    """A number of six digits for a link, which is to be sent to its person's own address; the one before ends.

    Raises Refused where one went a moment ago, or too many today.
    """
    db.exec(
        select(Person.id).where(Person.id == link.person_id).with_for_update()
    )  # of two at once, one after the other
    db.refresh(link)
    now = clock.now()
    if link.code_expires_at is not None and now < link.code_expires_at - NUMBER_LASTS + NEXT_NUMBER_AFTER:
        raise Refused("A number went out just now. Look into the mailbox, or ask for another in a minute.")
    sent = db.exec(
        select(func.sum(ApprovalLink.codes_sent)).where(
            ApprovalLink.person_id == link.person_id,
            col(ApprovalLink.code_expires_at) > now - timedelta(days=1),
        )
    ).one()
    if (sent or 0) >= MOST_NUMBERS_A_DAY:
        raise Refused("No more numbers are sent today. Sign in to approve, or try again tomorrow.")
    number = f"{secrets.randbelow(1_000_000):06d}"
    values: dict[str, object] = {
        "code_hash": _number_hash(link, number, secret),
        "code_expires_at": now + NUMBER_LASTS,
        "code_tries": 0,
        "codes_sent": ApprovalLink.codes_sent + 1,
    }
    db.execute(changing(ApprovalLink).where(col(ApprovalLink.id) == link.key).values(values))
    db.refresh(link)
    return number


def give_number(db: Session, link: ApprovalLink, number: str, *, secret: bytes) -> str:
    """What the browser is to keep, for the right number; raises Refused for a wrong one, which counts as a try.

    The try is counted before the number is looked at, so that many at once are no more than five.
    """
    now = clock.now()
    counted = db.execute(
        changing(ApprovalLink)
        .where(
            col(ApprovalLink.id) == link.key,
            col(ApprovalLink.code_hash) != "",
            col(ApprovalLink.code_expires_at) > now,
            col(ApprovalLink.code_tries) < MOST_TRIES,
        )
        .values(code_tries=ApprovalLink.code_tries + 1)
    )
    db.refresh(link)
    if counted.rowcount != 1:  # type: ignore[attr-defined]
        raise Refused("This number is no longer good. Have another one sent.", "number")
    digits = "".join(str(int(letter)) for letter in number if letter.isdecimal())
    if not hmac.compare_digest(link.code_hash, _number_hash(link, digits, secret)):
        left = MOST_TRIES - link.code_tries
        more = f"{left} more {'try' if left == 1 else 'tries'}." if left else "Have another one sent."
        raise Refused(f"That is not the number in the letter. {more}", "number")
    browser = secrets.token_urlsafe(32)
    values: dict[str, object] = {"code_hash": "", "browser_hash": fingerprint(browser)}
    db.execute(changing(ApprovalLink).where(col(ApprovalLink.id) == link.key).values(values))
    note_opened(db, link)
    db.refresh(link)
    return browser


def is_waiting_for_number(link: ApprovalLink) -> bool:
    """Whether a number is out that can still be given."""
    is_in_time = link.code_expires_at is not None and link.code_expires_at > clock.now()
    return bool(link.code_hash) and is_in_time and link.code_tries < MOST_TRIES


def note_opened(db: Session, link: ApprovalLink) -> None:
    """Remember when the approver first acted on the page of a link."""
    first = changing(ApprovalLink).where(col(ApprovalLink.id) == link.key, col(ApprovalLink.opened_at).is_(None))
    db.execute(first.values(opened_at=clock.now()))


def forget_browsers(db: Session, person_id: int) -> None:
    """No browser is this person's any more, until it gives a number again: for a phone that was lost."""
    db.execute(
        changing(ApprovalLink).where(col(ApprovalLink.person_id) == person_id).values(code_hash="", browser_hash="")
    )


def given_at(db: Session, update: Update) -> datetime | None:
    """When letters with links went out last (UTC)."""
    return db.exec(select(func.max(ApprovalLink.created_at)).where(ApprovalLink.update_id == update.key)).one()


def _number_hash(link: ApprovalLink, number: str, secret: bytes) -> str:
    """Of a million numbers a plain hash would tell which it was: this one needs the program's secret."""
    return signed("approval-number", link.key, number, secret)


def _held(db: Session, link: ApprovalLink) -> Update:
    update = db.get_one(Update, link.update_id)
    hold(db, update)
    db.refresh(link)
    return update


def _refuse_ended(db: Session, link: ApprovalLink) -> None:
    if ended(db, link):
        raise Refused("This link opens nothing any more.")
