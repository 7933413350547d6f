"""Speakers' parts: asked, answered, briefed, replaced. How a part stands is said by organizers, and by the speaker's
own link; what they hand in is materials.py's.

Who declines or is replaced leaves the session's presenters with the next release (gatherings/details.py: GONE).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from app import clock
from app.gatherings.changes import note_change
from app.gatherings.details import GONE
from app.models import AgendaSession, Convening, Engagement, EngagementState, Person, Seat, Tenure
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.ticks import read_ticked, write_ticked
from app.people.viewer import Viewer

EQUIPMENT = (
    *("microphone at the lectern", "clip-on microphone", "hand microphone for questions", "projector and screen"),
    *("my own laptop on the screen", "sound from my laptop", "clicker", "flip chart", "internet for a demonstration"),
)
"""What speakers mostly ask for in the room. Whatever else they write stands on a line of its own."""

A_DAY = timedelta(days=1)
LONGEST_BRIEF = 20_000
LONGEST = 1000
ANSWERED = frozenset({EngagementState.CONFIRMED, EngagementState.MATERIALS_IN})
WAITING = frozenset({EngagementState.INVITED, EngagementState.VERBAL})

WITH_SLIDES = frozenset({"speaker", "presenter", "keynote", "expert"})
"""Parts that slides are expected of; hosts, moderators and time-keepers may hand in some and owe none."""


def write_equipment(ticked: list[str], words: str) -> str:
    """What was ticked and a speaker's own words as one text."""
    return write_ticked(EQUIPMENT, ticked, words)


def read_equipment(text: str) -> tuple[tuple[str, ...], str]:
    """What `write_equipment` wrote: the ticks, and the words."""
    return read_ticked(EQUIPMENT, text)


@verb
def set_state(db: Session, engagement: Engagement, state: EngagementState, *, by: Viewer) -> None:
    """Say how a part stands, as organizers hear it. Replaced is what one becomes by `replace_speaker` alone."""
    hold(db, engagement)
    if state is engagement.state:
        return
    if state is EngagementState.REPLACED:
        raise Refused("Name who takes the part over; then this one is replaced.", "state")
    _become(engagement, state)


@verb
def answer(db: Session, engagement: Engagement, *, comes: bool, note: str = "", by: Viewer) -> bool:
    """A speaker confirms or declines their part; returns whether that is news. A second click is none.

    Raises Refused once somebody else has taken the part, and when the convening is over.
    """
    hold(db, engagement)
    refuse_when_past(engagement)
    note = as_written(note, longest=LONGEST, field="note")
    if engagement.state is EngagementState.REPLACED:
        raise Refused("Somebody else has taken this part over. Write to the organizers if that is a mistake.")
    agreed = EngagementState.MATERIALS_IN if _has_materials(engagement) else EngagementState.CONFIRMED
    state = agreed if comes else EngagementState.DECLINED
    is_news = state is not engagement.state
    if is_news or note != engagement.answer:
        engagement.answer = note
        engagement.answered_at = clock.now()
        _become(engagement, state)
    return is_news


@verb
def write_brief(db: Session, engagement: Engagement, *, brief: str, contact_id: int | None, by: Viewer) -> None:
    """What organizers tell this speaker alone (Markdown), and whom they may turn to."""
    if contact_id is not None and db.get(Person, contact_id) is None:
        raise Refused("That contact is not on record.", "contact")
    engagement.brief = as_written(brief, longest=LONGEST_BRIEF, field="brief")
    engagement.contact_id = contact_id


@verb
def ask_equipment(db: Session, engagement: Engagement, *, ticked: list[str], words: str, by: Viewer) -> None:
    """What a speaker needs in the room."""
    refuse_when_past(engagement)
    text = write_equipment(ticked, as_written(words, longest=LONGEST, field="equipment"))
    if len(text) > LONGEST:
        raise Refused(f"With what is ticked this is {len(text):,} characters; {LONGEST:,} fit.", "equipment")
    engagement.equipment = text


@verb
def tell_access(db: Session, engagement: Engagement, *, access: str, by: Viewer) -> None:
    """What a speaker needs for themselves; "" takes it back. Read by organizers where all needs are (rule 12)."""
    refuse_when_past(engagement)
    engagement.access = as_written(access, longest=LONGEST, field="access")


@verb
def replace_speaker(db: Session, engagement: Engagement, person: Person, *, by: Viewer) -> Engagement:
    """Another person takes the part over, as invited, with its brief and contact; what the first one said, needs and
    handed in stays theirs (rule 10). Somebody who had declined the same part is asked anew."""
    hold(db, engagement)
    if person.key == engagement.person_id:
        raise Refused(f"{person.name} has this part already.", "person")
    if engagement.state is EngagementState.REPLACED:
        raise Refused("This part has been taken over already.", "person")
    taken = db.exec(
        select(Engagement).where(
            Engagement.session_id == engagement.session_id,
            Engagement.person_id == person.key,
            Engagement.part == engagement.part,
        )
    ).first()
    if taken is not None and taken.state not in GONE:
        raise Refused(f"{person.name} is {engagement.part} of this session already.", "person")
    session = engagement.session
    successor = taken or Engagement(session_id=session.key, person_id=person.key, part=engagement.part)
    successor.state = EngagementState.INVITED
    successor.position, successor.brief = engagement.position, engagement.brief
    successor.contact_id = engagement.contact_id
    engagement.state = EngagementState.REPLACED
    note_change(session, shown=True)
    db.add(successor)
    db.flush()
    return successor


@verb
def note_written_to(
    db: Session, convening: Convening, engagements: Sequence[Engagement], *, again: bool = False, by: Viewer
) -> None:
    """A letter about these parts, all of one speaker's, goes out now. Refused within a day of the last one, unless it
    is asked for `again`: a second click, or a second organizer, does not write twice."""
    for engagement in engagements:
        hold(db, engagement)
    last = last_letter(engagements)
    if last is not None and clock.now() - last < A_DAY and not again:
        zone = convening.zone
        said = f"{clock.said_day(clock.local(last, zone))}, {clock.said_time(last, zone)}"
        said += f" {clock.zone_abbreviation(last, zone)}"
        name = engagements[0].person.name
        raise Refused(f"{name} was written to on {said}. Tick that another letter may go within a day.", "again")
    for engagement in engagements:
        engagement.reminded_at = clock.now()


def last_letter(engagements: Sequence[Engagement]) -> datetime | None:
    """When a letter about any of these parts last went out."""
    return max((one.reminded_at for one in engagements if one.reminded_at), default=None)


def forget_access(db: Session, convening: Convening, *, but_of: Sequence[int] = ()) -> int:
    """Empty what all speakers of a convening need for themselves, but for those who held a seat of these cities then;
    returns how many people had said. Inside a verb."""
    kept = (
        select(Tenure.person_id)
        .join(Seat, col(Seat.id) == Tenure.seat_id)
        .where(
            Seat.cohort_id == convening.cohort_id,
            col(Seat.city_id).in_(but_of),
            Tenure.starts_on <= convening.ends_on,
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= convening.starts_on),
        )
    )
    rows = db.exec(
        select(Engagement)
        .join(AgendaSession)
        .where(
            AgendaSession.convening_id == convening.key,
            Engagement.access != "",
            col(Engagement.person_id).not_in(kept),
        )
    ).all()
    for engagement in rows:
        engagement.access = ""
    return len({engagement.person_id for engagement in rows})


def hold(db: Session, engagement: Engagement) -> None:
    """Lock the part's row and read it anew, so that of two acts at once each sees what the other did."""
    db.flush()  # a refresh forgets what is pending before it flushes
    # Locked by itself: PostgreSQL locks no row that a brief's loading has joined others to.
    db.exec(select(Engagement.id).where(Engagement.id == engagement.key).with_for_update()).one()
    db.refresh(engagement)


def is_past(convening: Convening) -> bool:
    """Whether the last day of a convening is over, in its zone."""
    return clock.today(convening.zone) > convening.ends_on


def refuse_when_past(engagement: Engagement) -> None:
    """Raises Refused after the convening: what was said then stays as it was."""
    convening = engagement.session.convening
    if convening is not None and is_past(convening):
        raise Refused(f"{convening.title} is over, so nothing changes here any more.")


def settle(engagement: Engagement) -> None:
    """Make a confirmed part say whether its materials are in. Called inside a verb."""
    if engagement.state in ANSWERED:
        has = _has_materials(engagement)
        engagement.state = EngagementState.MATERIALS_IN if has else EngagementState.CONFIRMED


def _has_materials(engagement: Engagement) -> bool:
    return any(one.archived_at is None and one.quarantined_at is None for one in engagement.materials)


def _become(engagement: Engagement, state: EngagementState) -> None:
    was_gone = engagement.state in GONE
    engagement.state = state
    if was_gone != (state in GONE):
        note_change(engagement.session, shown=True)
