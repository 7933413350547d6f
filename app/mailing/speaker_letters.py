"""Letters about speakers' parts. They hold the speaker's private address, times in both zones (rule 14), and nothing
that anybody needs for themselves (rule 12)."""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session

from app import clock
from app.agenda.brief_parts import BriefPart
from app.agenda.briefs import Brief
from app.agenda.seeing import CLOSED_SESSION
from app.mailing.letters import convening_said
from app.mailing.outbox import enqueue
from app.models import Convening, Person


class LetterKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"


def speaker_letter(
    kind: LetterKind, brief: Brief, *, address: str, by: str, note: str = "", reply_to: str = ""
) -> tuple[str, str]:
    """Subject and text of a letter to a speaker; `address` is the whole URL of their page. The subject names no
    session, since it is read on locked screens."""
    convening = brief.convening
    if kind is LetterKind.INVITATION:
        subject = f"{convening.title}: an invitation to speak"
        opening = f"{by} asks you to take part in {convening_said(convening)}:"
        parts = [part for part in brief.parts if not (part.is_gone or part.cancelled)]
        lines = [f"- {_said(part)}" for part in parts]
    else:
        subject = f"{convening.title}: a word from you is missing"
        opening = f"we look forward to you at {convening_said(convening)}. Still open:"
        parts = [part for part in brief.parts if part.open]
        lines = [f"- {' and '.join(part.open)}: {_said(part)}" for part in parts]
    ask = (
        "On a page of your own you find the brief, say whether you will come and what you need in the room, and hand "
        f"in your slides. It takes two minutes, on a phone too, and no account:\n\n{address}\n\n"
        "The address is private: whoever has it can answer for you."
    )
    contacts = dict.fromkeys(part.contact for part in parts if part.contact)
    turn = [f"Questions? {', '.join(_contact(one) for one in contacts)}."] if contacts else []
    if not turn and reply_to:
        turn = [f"Questions? {reply_to}."]
    words = [f"Dear {brief.person.name},", opening, "\n".join(lines), *([note] if note else []), ask, *turn]
    return subject, "\n\n".join(words) + "\n"


def write_to_speaker(db: Session, brief: Brief, kind: LetterKind, words: tuple[str, str]) -> bool:
    """Put a letter into the outbox; False when the speaker has no address."""
    subject, text = words
    return enqueue(
        db,
        brief.person,
        subject=subject,
        text=text,
        purpose=f"speaker-{kind.value}",
        unique_key=f"speaker-{kind.value}:{brief.convening.key}:{brief.person.key}:{clock.now().isoformat()}",
    )


def speaker_declined(
    db: Session, told: Sequence[Person], convening: Convening, part: BriefPart, speaker: str, *, address: str
) -> None:
    """To the contact, or else to the organizers: a part is free again. The speaker's own words are on the page."""
    for person in told:
        enqueue(
            db,
            person,
            subject=f"{convening.title}: a speaker has declined",
            text=(
                f"Dear {person.name},\n\n"
                f"{speaker} will not come for this part:\n\n"
                f"- {_said(part)}\n\n"
                f"What {speaker} wrote, and how to name somebody else:\n\n{address}\n"
            ),
            purpose="speaker-declined",
            unique_key=f"speaker-declined:{part.id}:{clock.now().isoformat()}:{person.key}",
        )


def _said(part: BriefPart) -> str:
    """ "Tue 14 Nov, 16:15–17:10 EST, Askwith Hall: Keynote (speaker)"; what excludes the lab is not named."""
    where = ", ".join([part.when or "the time is not set yet", *(room.name for room in part.rooms)])
    return f"{where}: {CLOSED_SESSION if part.excludes_lab else part.title} ({part.part})"


def _contact(contact: tuple[str, str]) -> str:
    name, email = contact
    return f"{name}, {email}" if email else name
