"""The letter that tells a person what a release of an agenda changes for them (rules 13 and 14)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from app import clock
from app.agenda.changes import Change
from app.agenda.notices import Notice, Notices
from app.mailing.agenda_calendars import NOTHING, calendars_of
from app.mailing.at_once import note_told
from app.mailing.letters import convening_said
from app.mailing.outbox import Letter, enqueue_all
from app.models import AgendaRelease, Convening
from app.settings import Settings

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


def agenda_released(
    db: Session, release: AgendaRelease, told: Sequence[Notice], notices: Notices, *, settings: Settings
) -> int:
    """Write to everyone whom a release concerns, each once for good; how many were new.

    Who wants invitations by mail finds in it what changes in their calendar. Of what begins so soon that calendar
    programs will not hear of it in time this letter is the message, and says so first.
    """
    now, convening = clock.now(), release.convening
    until = now + timedelta(minutes=settings.at_once_minutes)
    near = notices.near(now, until) if release.number > 1 else {}
    calendars = calendars_of(db, convening, [one.person_id for one in told], notices, settings)
    letters = []
    for notice in told:
        if notice.email is not None:
            words = release_letter(
                convening, release.number, release.note, notice, base=settings.address, near=near.keys()
            )
            calendar = calendars.get(notice.person_id, NOTHING)
            letters.append(
                Letter(
                    notice.person_id,
                    notice.name,
                    notice.email,
                    words.subject,
                    words.text,
                    PRIVATELY if notice.is_private else PURPOSE,
                    f"{letters_key(release)}{notice.person_id}",
                    calendar=calendar.body,
                    method=calendar.method,
                )
            )
    note_told(db, [(number, one.person_id, near[number]) for one in told for number in _own_near(one, near)])
    return enqueue_all(db, letters)


def _own_near(notice: Notice, near: Collection[int]) -> list[int]:
    """The sessions of their own that a notice tells of and that begin soon."""
    own = (change.session_id for part in notice.parts if not part.whose for change in part.changes)
    return [number for number in dict.fromkeys(own) if number in near]


def letters_key(release: AgendaRelease) -> str:
    """What the keys of a release's letters begin with."""
    return f"release:{release.key}:person:"


def release_letter(
    convening: Convening, number: int, note: str, notice: Notice, *, base: str, near: Collection[int] = ()
) -> Words:
    """What a person reads; of the first release their sessions, of a later one what changes in them, and before that
    what begins soon (`near`, ids of sessions)."""
    address = f"{base}{convening.path}/agenda"
    opening = (
        f"the agenda of {convening_said(convening)} is published."
        if number == 1
        else f"release {number} of the agenda of {convening.title} is out."
    )
    soon = [change for part in notice.parts for change in part.changes if change.session_id in near]
    first = (
        ["\n".join(["This begins soon:", "", *dict.fromkeys(f"- {change.said}" for change in soon)])] if soon else []
    )
    rest = [(part.whose, tuple(one for one in part.changes if one not in soon)) for part in notice.parts]
    parts = [_part(whose, changes, is_first=number == 1) for whose, changes in rest if changes]
    lines = [f"Dear {notice.name},", opening, *first, *parts]
    if note.strip():
        lines.append(f"A note from the organizers:\n\n{note.strip()}")
    own = any(not part.whose for part in notice.parts)
    lines.append(f"{'Your agenda' if own else 'The agenda'}:\n\n{address}{'?show=mine' if own else ''}")
    lines.append("A calendar that you subscribed to follows by itself; some programs look only once a day.")
    subject = _subject(convening, number, notice)
    return Words(f"Soon: {subject}" if soon else subject, "\n\n".join(lines) + "\n")


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
