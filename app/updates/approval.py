"""Approval: the city's mayor, or a designee on record, and nobody else, ever (rule 5)."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from app import clock
from app.models import (
    ApprovalLink,
    City,
    Person,
    Update,
    UpdateState,
)
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer
from app.updates.approvers import approvers_now, as_approver, asked_now, facilitators_of, is_facilitator, listed
from app.updates.content import Content, draft_of
from app.updates.sections import asked_of
from app.updates.versions import last_content
from app.updates.writing import hold, hold_for_writing

LONGEST_NOTE = 4000


@verb
def send_to_mayor(db: Session, update: Update, *, by: Viewer) -> list[Person]:
    """Hand the draft to the mayor; returns those to be told: approvers and the mayor's assistants.

    Refuses while a commitment of the last cycle is unanswered (rule 7) or a required section is empty, and says
    what is missing. Handing over twice tells nobody a second time.
    """
    hold_for_writing(db, update, by)
    if update.state is UpdateState.WITH_MAYOR:
        return []
    _refuse_if_incomplete(db, update)
    entitled = approvers_now(db, update)
    if not entitled:
        city = db.get_one(City, update.city_id).name
        raise Refused(
            f"Nobody can approve it: {city} has no mayor in office and no designee on record. "
            "Ask an organizer of the lab to enter one."
        )
    update.state = UpdateState.WITH_MAYOR
    update.sent_back_note = ""
    db.add(update)
    return asked_now(db, update)


@verb
def approve_update(
    db: Session, update: Update, *, seen: str | None = None, on: datetime | None = None, by: Viewer
) -> Update:
    """Approve the update as it was seen: `seen` is the stamp of the content on the approver's page.

    Only its city's mayor in office today or a designee on record, in person: not an assistant in their place, not
    an organizer (rule 5). The program itself may record an approval of the past, `on` its day, for who was mayor then.
    """
    hold(db, update)
    moment = on if by.is_system and on else clock.now()
    approver = as_approver(db, update, moment, by)
    if update.state is UpdateState.APPROVED and update.approved_by_id == approver.person_id:
        return update  # a second click
    if update.state not in (UpdateState.DRAFTING, UpdateState.WITH_MAYOR):
        raise Refused(f"There is nothing to approve: this update is {update.state.value}.")
    content = _refuse_if_incomplete(db, update)
    if not by.is_system and seen != content.stamp:
        raise Refused("The text has changed since you opened this page. Read it once more, then approve.")
    update.state = UpdateState.APPROVED
    update.approved_at = moment
    update.approved_by_id = approver.person_id
    update.approved_as = approver.office
    update.sent_back_note = ""
    db.add(update)
    end_links(db, update)
    return update


@verb
def send_back(db: Session, update: Update, *, note: str, by: Viewer) -> list[Person]:
    """Return the update to its writers with a note; returns the facilitators, who are to be told.

    An approval that was given is taken back with it.
    """
    hold(db, update)
    as_approver(db, update, clock.now(), by)
    if update.state not in (UpdateState.WITH_MAYOR, UpdateState.APPROVED):
        raise Refused(f"It is not with you: this update is {update.state.value}.")
    note = as_written(note, longest=LONGEST_NOTE, field="note")
    if not note:
        raise Refused("Say in a sentence what should change.", "note")
    _reopen(update, note)
    db.add(update)
    end_links(db, update)
    return facilitators_of(db, update)


@verb
def withdraw_approval(db: Session, update: Update, *, by: Viewer) -> list[Person]:
    """Take an approval back before the release, so that the text can change: by an approver or the facilitator.

    Returns the facilitators who are to be told: those who did not do it themselves.
    """
    hold(db, update)
    if not is_facilitator(db, update, by):
        as_approver(db, update, clock.now(), by)
    if update.state is UpdateState.RELEASED:
        raise Refused("It is released already. Begin a correction: it becomes a new version.")
    if update.state is not UpdateState.APPROVED:
        return []  # a second click
    _reopen(update, "")
    db.add(update)
    end_links(db, update)
    return [one for one in facilitators_of(db, update) if one.key != by.actor_id]


def end_links(db: Session, update: Update, *, of: Collection[int] | None = None) -> None:
    """Inside a verb: the letters' links to approve an update, or only `of` some people, open nothing from now on."""
    good = select(ApprovalLink).where(ApprovalLink.update_id == update.key, col(ApprovalLink.revoked_at).is_(None))
    if of is not None:
        good = good.where(col(ApprovalLink.person_id).in_(of))
    for link in db.exec(good):
        link.revoked_at = clock.now()
        db.add(link)


def missing(db: Session, update: Update, content: Content) -> list[str]:
    """What is still to be done before the mayor can have it, in words: unanswered commitments first (rule 7).

    A required section that was redacted counts as written: its tombstone stands in the next version too. A correction
    owes no section that was not asked for when the update was released.
    """
    unanswered = [answer for answer in content.answers if answer.state is None]
    lacking = [f"an answer to “{_short(answer.text)}”" for answer in unanswered]
    last = last_content(db, update)
    required = [part for part in asked_of(db, update) if part.required and (last is None or last.section(part.slug))]
    redacted = {name for name, part in last.parts().items() if part.redaction} if last else set()
    for asked in required:
        part = content.section(asked.slug)
        if (part is None or not part.words) and f"section:{asked.slug}" not in redacted:
            lacking.append(f"the section “{asked.title}”")
    return lacking


def _refuse_if_incomplete(db: Session, update: Update) -> Content:
    content = draft_of(db, update)
    lacking = missing(db, update, content)
    if lacking:
        raise Refused(f"Before the mayor can have it, it still needs {listed(lacking)}.")
    return content


def _reopen(update: Update, note: str) -> None:
    update.state = UpdateState.DRAFTING
    update.sent_back_note = note
    update.approved_at = None
    update.approved_by_id = None
    update.approved_as = ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57].rstrip()}…"
