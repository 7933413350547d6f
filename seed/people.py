"""The ground floor of the sample: cohort, cities with their cabinets, roles, seats, people, tenures, the venue."""

from itertools import count

from sqlmodel import Session

from app.files import Files
from app.models import (
    Assistance,
    Cabinet,
    CabinetGoal,
    CabinetMeeting,
    City,
    Cohort,
    District,
    MeasureStage,
    Membership,
    Person,
    PublicBody,
    PublicBodyMember,
    Role,
    Room,
    RoomSetup,
    Seat,
    Standing,
    Tenure,
    Venue,
)
from app.people.audit import verb
from app.people.viewer import Viewer
from seed.calendar import Calendar
from seed.likenesses import face, plan
from seed.sample import Entry, Sample, read

LAB = "lab"
OF_THE_LAB = (Standing.ORGANIZER, Standing.STAFF, Standing.EXPERT)


def keep_likenesses(files: Files) -> None:
    """Draw faces and plan and keep them, before the transaction that names them begins."""
    files.keep(plan())
    for entry in read("people")["person"]:
        if entry.get("drawn"):
            files.keep(face(entry["key"]))


@verb
def load_people(db: Session, calendar: Calendar, *, by: Viewer) -> Sample:
    """Load everything that the rest of the sample stands on, and return it under the files' names."""
    sample = Sample(calendar, _cohort(db, calendar), _venue(db))
    _rooms(db, sample, read("venue")["room"])
    _roles(db, sample, read("cohort")["role"])
    for entry in read("cities")["city"]:
        _city(db, sample, entry)
    people = read("people")
    _persons(db, sample, people["person"])
    _tenures(db, sample, people["tenure"])
    _assistants(db, sample, people["assistant"])
    _stages(db, sample, read("cohort")["measure_stages"])
    _bodies(db, sample, read("cohort")["public_body"])
    return sample


def _cohort(db: Session, calendar: Calendar) -> Cohort:
    entry = read("cohort")
    cohort = Cohort(
        slug=entry["slug"],
        name=entry["name"],
        lab_name=entry["lab_name"],
        description=entry["description"],
        zone=entry["zone"],
        starts_on=calendar.day(entry["starts_on"]),
        ends_on=calendar.day(entry["ends_on"]),
        cycle_months=entry["cycle_months"],
        delegation_cap=entry["delegation_cap"],
        sponsored_cap=entry["sponsored_cap"],
    )
    db.add(cohort)
    db.flush()
    db.info["cohort_id"] = cohort.key  # whose log it is that all of this stands in (rule 21)
    return cohort


def _venue(db: Session) -> Venue:
    entry = read("venue")
    venue = Venue(
        name=entry["name"],
        address=entry["address"],
        notes=entry["notes"],
        plan=plan().digest,
        plan_told=entry["plan_told"].strip(),
    )
    db.add(venue)
    db.flush()
    return venue


def _rooms(db: Session, sample: Sample, entries: list[Entry]) -> None:
    for position, entry in enumerate(entries):
        sample.rooms[entry["name"]] = Room(
            venue_id=sample.venue.key,
            name=entry["name"],
            building=entry["building"],
            floor=entry.get("floor", ""),
            position=position,
            off_site=entry.get("off_site", False),
        )
    db.add_all(sample.rooms.values())
    db.flush()
    for entry in entries:
        room = sample.rooms[entry["name"]]
        for position, (name, capacity) in enumerate(entry["setups"].items()):
            setup = RoomSetup(room_id=room.key, name=name, capacity=capacity, position=position)
            sample.setups[room.name, name] = setup
    db.add_all(sample.setups.values())
    db.flush()


def _roles(db: Session, sample: Sample, entries: list[Entry]) -> None:
    for position, entry in enumerate(entries):
        sample.roles[entry["slug"]] = Role(
            cohort_id=sample.cohort.key,
            slug=entry["slug"],
            name=entry["name"],
            plural=entry["plural"],
            standing=Standing(entry["standing"]),
            position=position,
        )
    db.add_all(sample.roles.values())
    db.flush()


def _city(db: Session, sample: Sample, entry: Entry) -> None:
    """A city with its districts, its cabinet, its membership of the cohort and one seat of each role of a city."""
    day = sample.calendar.day
    city = City(slug=entry["slug"], name=entry["name"], state=entry["state"], zone=entry["zone"])
    db.add(city)
    db.flush()
    sample.cities[city.slug] = city
    written = entry["cabinet"]
    cabinet = Cabinet(city_id=city.key, name=written["name"], stage=written["stage"])
    db.add_all(District(city_id=city.key, name=name) for name in entry["districts"])
    db.add(Membership(cohort_id=sample.cohort.key, city_id=city.key, joined_on=day(entry["joined_on"])))
    db.add(cabinet)
    db.flush()
    goals = enumerate(written["goals"])
    db.add_all(CabinetGoal(cabinet_id=cabinet.key, position=position, text=text) for position, text in goals)
    db.add_all(CabinetMeeting(cabinet_id=cabinet.key, held_on=day(held_on)) for held_on in written["meetings"])
    for role in sample.roles.values():
        if role.standing not in OF_THE_LAB:
            label = entry.get("calls_its_facilitator", "") if role.standing is Standing.FACILITATOR else ""
            sample.seats[f"{city.slug}/{role.slug}"] = Seat(
                cohort_id=sample.cohort.key, city_id=city.key, role_id=role.key, label=label, position=role.position
            )
    db.add_all(sample.seats.values())
    db.flush()


def _persons(db: Session, sample: Sample, entries: list[Entry]) -> None:
    for entry in entries:
        sample.people[entry["key"]] = Person(
            name=entry["name"],
            sort_name=entry["sort"],
            email=entry["email"],
            zone=entry.get("zone"),
            organization=entry.get("organization", ""),
            biography=entry.get("biography", ""),
            photo=face(entry["key"]).digest if entry.get("drawn") else "",
        )
    db.add_all(sample.people.values())
    db.flush()


def _tenures(db: Session, sample: Sample, entries: list[Entry]) -> None:
    """Who has held which seat. Each person of the lab has a seat of their own."""
    day, places = sample.calendar.day, count()
    for entry in entries:
        place, role_slug = entry["seat"].split("/")
        if place == LAB:
            role = sample.roles[role_slug]
            seat = Seat(cohort_id=sample.cohort.key, role_id=role.key, position=next(places), in_cabinet=False)
            db.add(seat)
            db.flush()
        else:
            seat = sample.seats[entry["seat"]]
        until = entry.get("until")
        db.add(
            Tenure(
                seat_id=seat.key,
                person_id=sample.people[entry["person"]].key,
                starts_on=day(entry["from"]),
                ends_on=day(until) if until else None,
                interim=entry.get("interim", False),
                title=entry.get("title", ""),
            )
        )
    db.flush()


def _assistants(db: Session, sample: Sample, entries: list[Entry]) -> None:
    for entry in entries:
        assistance = Assistance(
            assistant_id=sample.people[entry["person"]].key,
            principal_id=sample.people[entry["acts_for"]].key,
            starts_on=sample.calendar.day(entry["from"]),
        )
        db.add(assistance)
    db.flush()


def _stages(db: Session, sample: Sample, names: list[str]) -> None:
    """The stages of the evaluation framework, in the file's order."""
    for position, name in enumerate(names):
        sample.stages[name] = MeasureStage(cohort_id=sample.cohort.key, name=name, position=position)
    db.add_all(sample.stages.values())
    db.flush()


def _bodies(db: Session, sample: Sample, entries: list[Entry]) -> None:
    """The boards whose members are watched for meeting unawares."""
    for entry in entries:
        body = PublicBody(
            cohort_id=sample.cohort.key,
            city_id=sample.cities[entry["city"]].key,
            name=entry["name"],
            flag_at=entry["flag_at"],
        )
        db.add(body)
        db.flush()
        db.add_all(PublicBodyMember(body_id=body.key, person_id=sample.people[key].key) for key in entry["members"])
