"""Letters around an update's approval. No word of the draft stands in any of them (rule 5)."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from app import clock
from app.mailing.outbox import enqueue
from app.models import Person


def approval_asked(
    db: Session, told: Sequence[Person], tokens: Mapping[int, str], *, city: str, cycle: str, base: str, place: str
) -> None:
    """The draft is ready. Who may approve it gets a link of their own, `tokens` by person; who acts for them is told
    that they have it, and gets none. `base` is the program's address, `place` the update's."""
    for person in told:
        token = tokens.get(person.key)
        text = (
            f"{city}’s update for {cycle} is written and waits for your approval. It is one page, to be read on a "
            "phone; approve it there, or send it back with a note:\n\n"
            f"{base}/approve/{token}\n\n"
            "The link is yours alone and works once, within seven days. In a browser that does not know you yet, a "
            "number goes to this address first, so that nobody can approve in your place: do not pass it on.\n"
            if token
            else f"{city}’s update for {cycle} is written and waits for the approval of the mayor or a designee on "
            "record, who has a letter with a link of their own. You can read it, signed in:\n\n"
            f"{base}{place}\n\n"
            "An approval cannot be given for another.\n"
        )
        _write(db, person, f"{city}’s update for {cycle} is ready for the mayor", text, "update-approval", place)


def number_sent(db: Session, person: Person, *, number: str, city: str, minutes: int) -> None:
    """The number that makes a browser the approver's; it stands in the letter and not in its subject, which a locked
    phone may show."""
    text = (
        f"this number opens {city}’s update in the browser in which you asked for it, within {minutes} minutes:\n\n"
        f"{number[:3]} {number[3:]}\n\n"
        "Nobody from the lab or your office will ever ask you for it. If you did not ask for it, somebody else has "
        "opened your link: they have seen nothing, and without this number they never will.\n"
    )
    _write(db, person, f"The number to open {city}’s update", text, "approval-number", number)


def update_sent_back(db: Session, told: Sequence[Person], *, city: str, cycle: str, address: str) -> None:
    """To the city's facilitators: the mayor has returned the draft; the note is on its page."""
    text = f"{city}’s update for {cycle} came back from the mayor. The note stands on its page:\n\n{address}\n"
    for person in told:
        _write(db, person, f"{city}’s update for {cycle} came back with a note", text, "update-sent-back", address)


def approval_taken_back(db: Session, told: Sequence[Person], *, city: str, cycle: str, address: str) -> None:
    """To the city's facilitators: the approval is withdrawn, and the text can change."""
    text = (
        f"the approval of {city}’s update for {cycle} is taken back, so that the text can change. When it is ready, "
        f"send it to the mayor again:\n\n{address}\n"
    )
    for person in told:
        _write(
            db, person, f"{city}’s update for {cycle} is no longer approved", text, "update-approval-withdrawn", address
        )


def designee_appointed(
    db: Session,
    designee: Person,
    mayors: Sequence[Person],
    *,
    city: str,
    cohort: str,
    days: str,
    by: str,
    address: str,
) -> None:
    """To who may approve from now on, and to the mayor in whose place they do, where somebody else appointed them:
    nobody is given the mayor's approval behind the mayor's back (rule 5). `days` is "from 3 Nov 2017"."""
    for person in (designee, *mayors):
        whose = "you are" if person is designee else f"{designee.name} is"
        text = (
            f"{whose} on record as designee of {city}’s mayor in {cohort}, {days}: besides the mayor, "
            f"{'you' if person is designee else 'they'} may approve the city’s updates, in person. {by} entered it. "
            f"Who is on record, and how that ends, stands here:\n\n{address}\n"
        )
        about = f"{city}:{designee.key}"
        _write(db, person, f"Who approves {city}’s updates beside the mayor", text, "designee-appointed", about)


def _write(db: Session, person: Person, subject: str, text: str, purpose: str, about: str) -> None:
    enqueue(
        db,
        person,
        subject=subject,
        text=f"Dear {person.name},\n\n{text}",
        purpose=purpose,
        unique_key=f"{purpose}:{about}:{clock.now().isoformat()}:{person.key}"[-200:],
    )
