"""The working groups of the sample, whose members are those whom their series of meetings is for, and what a city has
asked an expert's help with."""

from sqlmodel import Session, select

from app import clock
from app.gatherings.consultations import ask_consultation, change_consultation
from app.gatherings.groups import GroupSaid, add_members, create_group, give_to_group, set_leading
from app.models import Person, Series
from app.people.audiences import resolve
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of
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
    for written in read("gatherings")["consultation"]:
        asker = viewer_of(db, sample.people[written["by"]].key)
        city_ids = [sample.cities[written["city"]].key]
        said = {"topic": written["topic"], "question": written["question"], "city_ids": city_ids}
        asked = ask_consultation(db, sample.cohort, **said, by=asker)
        change_consultation(db, asked, **said, expert_id=sample.people[written["expert"]].key, by=by)
