"""What readers left at the updates of the sample's finished cycle, and what the cities answered."""

from datetime import datetime

from sqlmodel import Session

from app import clock
from app.models import City, MarkKind
from app.people.audit import verb
from app.people.tenures import holder_on
from app.people.viewer import Viewer, offices_of
from app.updates.cycles import find_cycle, find_update
from app.updates.marks import answer_mark, leave_mark
from seed.sample import Sample, read, read_convenings


@verb
def load_marks(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Left by the mayors of the day, answered by the facilitators; nobody has a letter of what is long past."""
    entry = read("updates/marks")
    season = sample.calendar.season(read_convenings()[entry["cycle"]]["starts_on"])
    cycle = find_cycle(db, sample.cohort.key, season.slug)
    assert cycle is not None, "the cycle is loaded before"
    for written in entry["mark"]:
        reader, city = sample.cities[written["from"]], sample.cities[written["to"]]
        update = find_update(db, cycle, city.key)
        assert update is not None, f"{city.name} owes an update"
        at = sample.calendar.instant(written["at"], reader.zone)
        mark = leave_mark(
            db,
            update,
            kind=MarkKind(written["kind"]),
            part=written["part"],
            text=written.get("text", ""),
            by=seat_holder(db, sample, reader, "mayor", at),
        )
        mark.created_at = mark.told_at = at
        db.flush()
        if "answer" in written:
            answered_at = sample.calendar.instant(written["answered_at"], city.zone)
            answer_mark(db, mark, text=written["answer"], by=seat_holder(db, sample, city, "facilitator", answered_at))
            mark.answered_at = mark.answer_told_at = answered_at
            db.flush()


def seat_holder(db: Session, sample: Sample, city: City, role: str, moment: datetime) -> Viewer:
    """Who held a city's seat at a moment, with the offices of that day."""
    day = clock.local(moment, city.zone).date()
    tenure = holder_on(db, sample.seats[f"{city.slug}/{role}"], day)
    assert tenure is not None, f"{city.name} had a {role} on {day}"
    person = tenure.person
    offices = offices_of(db, person.key, day)
    return Viewer(person.key, person.name, offices=offices, actor_id=person.key, actor_name=person.name)
