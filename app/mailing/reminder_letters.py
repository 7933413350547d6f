"""Reminders about registering: what is in them, and sending those that are due. Nothing of what anybody answered stands
in them, only what has not been (rule 12)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from app import clock
from app.database import Database
from app.mailing.letters import convening_said
from app.mailing.outbox import Letter, enqueue_all
from app.mailing.posted import SentByRule, failed_first, posted
from app.models import Convening, LinkPurpose, PrivateLink, Reminder, ReminderKind, ReminderRule
from app.people.viewer import Viewer
from app.registration.links import link_address
from app.registration.open_matters import Matter
from app.registration.reminder_plan import PlannedReminder
from app.registration.reminders import due_reminders, take_due_reminders
from app.registration.terms import closes_at
from app.settings import Settings

BY = Viewer.system("reminders")

SUBJECTS = {
    ReminderKind.NOT_STARTED: "please register",
    ReminderKind.INCOMPLETE: "your registration is not complete",
    ReminderKind.NO_TRAVEL: "how do you travel?",
}
OTHERS = {
    ReminderKind.NOT_STARTED: "who has not registered yet",
    ReminderKind.INCOMPLETE: "whose registration is not complete",
    ReminderKind.NO_TRAVEL: "who has not said how they travel",
}


def send_reminders(database: Database, settings: Settings) -> int:
    """Write all reminders that are due, of every convening, into the outbox; how many. Row and letter are committed
    together, a convening at a time; where nothing is due, nobody has to wait for the writer."""
    with database.read() as db:
        ruled = select(ReminderRule.convening_id).where(col(ReminderRule.archived_at).is_(None)).distinct()
        numbers = [number for number in db.exec(ruled) if due_reminders(db, db.get_one(Convening, number))]
    written = 0
    for number in numbers:
        with database.write() as db:
            convening = db.get_one(Convening, number)
            due = take_due_reminders(db, convening, by=BY)
            own = own_addresses(db, convening, [one.person_id for one in due], settings)
            written += write_reminders(db, convening, due, address=settings.address, own=own)
    return written


def own_addresses(db: Session, convening: Convening, person_ids: Sequence[int], settings: Settings) -> dict[int, str]:
    """Person → the private address by which they were invited, for those who have one that is good. One query."""
    links = db.exec(
        select(PrivateLink)
        .where(
            PrivateLink.convening_id == convening.key,
            PrivateLink.purpose == LinkPurpose.REGISTRATION,
            col(PrivateLink.person_id).in_(person_ids),
            col(PrivateLink.revoked_at).is_(None),
        )
        .order_by(col(PrivateLink.id))
    )
    return {
        link.person_id: f"{settings.address}{link_address(convening, link, settings.secret)}"
        for link in links
        if link.person_id is not None
    }


def write_reminders(
    db: Session, convening: Convening, due: Sequence[PlannedReminder], *, address: str, own: Mapping[int, str]
) -> int:
    """Put these letters into the outbox; `address` is where people reach the program, `own` the private addresses."""
    letters = []
    for one in due:
        assert one.email is not None, "who has no address is not taken"
        subject, text = reminder_letter(convening, one, address=address, own=own.get(one.person_id))
        letters.append(
            Letter(
                person_id=one.person_id,
                name=one.name,
                email=one.email,
                subject=subject,
                text=text,
                purpose="registration-reminder",
                unique_key=f"{keys_of(convening)}{one.rule_id}:{one.person_id}",
            )
        )
    return enqueue_all(db, letters)


def sent_reminders(db: Session, convening: Convening) -> list[SentByRule]:
    """What has gone, the latest first, what failed before the rest. Two queries, however many there are."""
    letters = {one.key: one for one in posted(db, keys_of(convening))}
    rows = db.exec(
        select(Reminder, ReminderRule)
        .join(ReminderRule, col(ReminderRule.id) == Reminder.rule_id)
        .where(Reminder.convening_id == convening.key, col(Reminder.sent_at).is_not(None))
        .order_by(col(Reminder.sent_at).desc(), col(Reminder.id))
    )
    found = []
    for row, rule in rows:
        letter = letters.get(f"{keys_of(convening)}{row.rule_id}:{row.person_id}")
        if letter is not None and row.sent_at is not None:
            found.append(SentByRule(rule.kind, rule.days_before, letter.name, row.sent_at, letter.fate, letter.error))
    return failed_first(found)


def keys_of(convening: Convening) -> str:
    """How the unique keys of a convening's reminders begin; the rule's number and the reader's follow."""
    return f"reminder:{convening.key}:"


def reminder_letter(
    convening: Convening, letter: PlannedReminder, *, address: str, own: str | None = None
) -> tuple[str, str]:
    """Subject and text of a reminder. The subject names nobody, since it is read on locked screens.

    `own` is the reader's private address, which stands in place of the one where they sign in.
    """
    here = f"{address}{convening.path}/registration"
    words = [f"Dear {letter.name},"]
    if letter.own is not None:
        words += [_own(convening, letter.kind, letter.own), f"It takes two minutes, on a phone too:\n\n{own or here}"]
        words += ["The address is yours alone and needs no account."] if own else []
        if letter.kind is ReminderKind.NOT_STARTED:
            words.append("If you cannot come, say so there, so that another can.")
    if letter.others:
        said = "also open" if letter.own is not None else f"{OTHERS[letter.kind]} for {convening_said(convening)}"
        words.append(f"{said[:1].upper()}{said[1:]}:")
        words.append("\n".join(f"- {_line(letter.kind, one)}" for one in letter.others))
        if letter.office.startswith("for "):
            words.append(f"You act for them and can do it in their place:\n\n{here}")
        else:
            words.append(f"Each gets a letter too. You can see the whole team and fill in for them:\n\n{here}/team")
    words.append(_until(convening, letter))
    subject = SUBJECTS[letter.kind] if letter.own is not None else OTHERS[letter.kind]
    return f"{convening.title}: {subject}", "\n\n".join(words) + "\n"


def _own(convening: Convening, kind: ReminderKind, own: Matter) -> str:
    if kind is ReminderKind.NOT_STARTED:
        return f"we have no answer from you yet for {convening_said(convening)}. Will you come?"
    if kind is ReminderKind.NO_TRAVEL:
        return f"you have a place at {convening_said(convening)}. We do not know yet when you arrive and leave."
    missing = "\n".join(f"- {one}" for one in own.missing)
    return f"your registration for {convening_said(convening)} is not complete. Missing:\n\n{missing}"


def _line(kind: ReminderKind, one: Matter) -> str:
    who = f"{one.name}, {one.office}" if one.office else one.name
    return f"{who}: {' and '.join(one.missing)}" if kind is ReminderKind.INCOMPLETE else who


def _until(convening: Convening, letter: PlannedReminder) -> str:
    """The last minute, on the event's clock and beside it on the reader's (rule 14)."""
    if letter.kind is ReminderKind.NO_TRAVEL:
        return "Who is local says so there, and needs nothing else."
    last = closes_at(convening) - timedelta(minutes=1)
    said = clock.said_in_both(last, convening.zone, letter.zone)
    return f"Registration is open until {said}."
