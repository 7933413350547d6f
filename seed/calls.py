"""What stands around the sample's calls: hosts by turns, the last one's notes and actions, the next one's points."""

from collections.abc import Sequence

from sqlmodel import Session

from app import clock
from app.gatherings.hosts import set_hosts
from app.models import AgendaSession, CallAction, CallPoint, GatheringNote, Series
from app.people.audit import verb
from app.people.viewer import Viewer, offices_of
from seed.sample import Entry, Sample


@verb
def load_calls(db: Session, sample: Sample, series: Series, written: Entry, *, by: Viewer) -> None:
    """Which call is the last and which the next is a matter of the day of loading; where there is none, what would
    stand there is left out."""
    now = clock.now()
    past = [one for one in series.sessions if one.ends_at is not None and one.ends_at <= now]
    coming = [one for one in series.sessions if one not in past]
    _host(db, sample, series, past, written["hosts"], by)
    if past:
        _held(db, sample, past[-1], written["last"])
    if coming:
        for position, point in enumerate(written["next"]["point"]):
            db.add(_point(db, sample, coming[0], point, position))
    db.flush()


def _host(
    db: Session, sample: Sample, series: Series, past: Sequence[AgendaSession], slugs: Sequence[str], by: Viewer
) -> None:
    """The calls that have been went round in this order, and those to come go on where it stands."""
    order = [sample.cities[slug].key for slug in slugs]
    for place, one in enumerate(past):
        one.host_city_id = order[place % len(order)]
    turn = len(past) % len(order)
    set_hosts(db, series, [*order[turn:], *order[:turn]], by=by)


def _held(db: Session, sample: Sample, call: AgendaSession, written: Entry) -> None:
    """A call that has been: its points dealt with, its notes, what was promised."""
    for position, entry in enumerate(written["point"]):
        point = _point(db, sample, call, entry, position)
        point.taken_at = call.ends_at
        db.add(point)
    writer = sample.people[written["notes_by"]].key
    notes = {"confidential": False, "text": written["notes"].strip(), "by_id": writer, "saved_at": call.ends_at}
    db.add(GatheringNote(session_id=call.key, **notes))
    for entry in written["action"]:
        db.add(
            CallAction(
                session_id=call.key,
                series_id=call.series_id,
                text=entry["text"],
                owner_id=sample.people[entry["owner"]].key,
                due_on=sample.calendar.day(entry["due_on"]),
                by_id=writer,
            )
        )


def _point(db: Session, sample: Sample, call: AgendaSession, entry: Entry, position: int) -> CallPoint:
    person = sample.people[entry["by"]]
    return CallPoint(
        session_id=call.key,
        series_id=call.series_id,
        by_id=person.key,
        office=next((one.said for one in offices_of(db, person.key)), ""),
        title=entry["title"],
        text=entry.get("text", ""),
        minutes=entry.get("minutes"),
        confidential=entry.get("confidential", False),
        position=position,
    )
