"""The letter that tells a person what a release of an agenda changes for them (rules 13 and 14)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from app.agenda.changes import Change
from app.agenda.notices import Notice
from app.mailing.letters import convening_said
from app.mailing.outbox import Letter, enqueue_all
from app.models import AgendaRelease, Convening

PURPOSE = "agenda-release"
PRIVATELY = "agenda-release-private"
"""To whom the release concerns in nothing but sessions that exclude the lab: not to be listed by name (rule 13)."""

MOST_LINES = 60
"""Sessions written out in one letter; the page has them all."""


@dataclass(frozen=True, slots=True)
class Words:
    """A letter as it is read."""

    subject: str
    text: str


def agenda_released(db: Session, release: AgendaRelease, notices: Iterable[Notice], *, base: str) -> int:
    """Write to everyone whom a release concerns, each once for good; addresses begin with `base`. How many were new."""
    letters = []
    for notice in notices:
        if notice.email is not None:
            words = release_letter(release.convening, release.number, release.note, notice, base=base)
            purpose = PRIVATELY if notice.is_private else PURPOSE
            key = f"{letters_key(release)}{notice.person_id}"
            letters.append(Letter(notice.person_id, notice.name, notice.email, words.subject, words.text, purpose, key))
    return enqueue_all(db, letters)


def letters_key(release: AgendaRelease) -> str:
    """What the keys of a release's letters begin with."""
    return f"release:{release.key}:person:"


def release_letter(convening: Convening, number: int, note: str, notice: Notice, *, base: str) -> Words:
    """What a person reads; of the first release their sessions, of a later one what changes in them."""
    address = f"{base}{convening.path}/agenda"
    opening = (
        f"the agenda of {convening_said(convening)} is published."
        if number == 1
        else f"release {number} of the agenda of {convening.title} is out."
    )
    parts = [_part(part.whose, part.changes, is_first=number == 1) for part in notice.parts]
    lines = [f"Dear {notice.name},", opening, *parts]
    if note.strip():
        lines.append(f"A note from the organizers:\n\n{note.strip()}")
    own = any(not part.whose for part in notice.parts)
    lines.append(f"{'Your agenda' if own else 'The agenda'}:\n\n{address}{'?show=mine' if own else ''}")
    lines.append("A calendar that you subscribed to follows by itself; some programs look only once a day.")
    return Words(_subject(convening, number, notice), "\n\n".join(lines) + "\n")


def _subject(convening: Convening, number: int, notice: Notice) -> str:
    """No title of a session: a subject is read on locked screens."""
    if number == 1:
        return f"{convening.title}: the agenda is published"
    count = len({change.session_id for part in notice.parts for change in part.changes})
    sessions = "one session changes" if count == 1 else f"{count} sessions change"
    for_whom = "" if any(not part.whose for part in notice.parts) else f" for {_names(notice)}"
    return f"{convening.title}: {sessions}{for_whom}"


def _names(notice: Notice) -> str:
    return " and ".join(part.whose.split(",")[0] for part in notice.parts)


def _part(whose: str, changes: tuple[Change, ...], *, is_first: bool) -> str:
    """One agenda's changes under a line that says whose it is."""
    if is_first:
        head = f"Sessions of {whose}, for whom you act:" if whose else "Your sessions:"
        lines = [f"- {change.after}: {change.title}" for change in changes]
    else:
        head = f"What changes for {whose}, for whom you act:" if whose else "What changes for you:"
        lines = [f"- {change.said}" for change in changes]
    rest = len(lines) - MOST_LINES
    more = [f"- and {rest} more, on the page."] if rest > 0 else []
    return "\n".join([head, "", *lines[:MOST_LINES], *more])
