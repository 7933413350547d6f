"""The working groups of the sample: their members are those whom their series of meetings is for."""

from sqlmodel import Session, select

from app import clock
from app.gatherings.groups import GroupSaid, add_members, create_group, give_to_group, set_leading
from app.models import Person, Series
from app.people.audiences import resolve
from app.people.audit import verb
from app.people.viewer import Viewer
from seed.sample import Sample, read


@verb
def load_groups(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Make each group of the file, from its series' first day on, and give it the series."""
    for written in read("gatherings")["group"]:
        series = db.exec(select(Series).where(Series.title == written["series"])).one()
        group = create_group(db, sample.cohort, GroupSaid(name=written["name"], purpose=written["purpose"]), by=by)
        first = clock.local(series.starts_at, series.zone).date()
        there = resolve(db, series.audience, first, cohort_id=sample.cohort.key)
        people = [db.get_one(Person, one.person_id) for one in there]
        add_members(db, group, people, starts_on=first, by=by)
        leads = sample.people[written["leads"]].key
        for member in group.members:
            if member.person_id == leads:
                set_leading(db, group, member, leads=True, by=by)
        give_to_group(db, series, group, by=by)
