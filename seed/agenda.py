"""The convenings of the sample with their sessions, and the releases of their agendas."""

from datetime import timedelta

from sqlmodel import Session

from app.models import (
    AgendaSession,
    City,
    Convening,
    ConveningStage,
    Engagement,
    EngagementState,
    Openness,
    Room,
    SessionFormat,
    SessionRoom,
)
from app.people.audiences import Rule, new_audience
from app.people.audit import verb
from app.people.viewer import Viewer
from seed.calendar import minutes
from seed.sample import Entry, Sample, read_convenings


@verb
def load_agenda(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Load every convening with its sessions, and publish the agendas that have been released."""
    for name, entry in read_convenings().items():
        convening = _convening(db, sample, entry)
        sample.convenings[name] = convening
        for written in entry["session"]:
            _session(db, sample, convening, entry, written)
    db.flush()


def _convening(db: Session, sample: Sample, entry: Entry) -> Convening:
    day, season = sample.calendar.day, sample.calendar.season(entry["starts_on"])
    closes_on = entry.get("registration_closes_on")
    convening = Convening(
        cohort_id=sample.cohort.key,
        slug=season.slug,
        title=f"{season.said} convening",
        theme=entry["theme"],
        goals=entry["goals"],
        zone=entry["zone"],
        starts_on=day(entry["starts_on"]),
        ends_on=day(entry["ends_on"]),
        stage=ConveningStage(entry["stage"]),
        venue_id=sample.venue.key,
        registration_closes_on=day(closes_on) if closes_on else None,
        delegation_cap=sample.cohort.delegation_cap,
        sponsored_cap=sample.cohort.sponsored_cap,
        team_minutes=entry["team_minutes"],
        unstructured_minutes=entry["unstructured_minutes"],
        mayor_minutes=entry["mayor_minutes"],
        superintendent_minutes=entry["superintendent_minutes"],
    )
    db.add(convening)
    db.flush()
    return convening


def session_from(db: Session, sample: Sample, written: Entry, *, zone: str) -> AgendaSession:
    """An unsaved session as a file writes it, without its time and rooms, with its audience stored."""
    host = written.get("host_city")
    return AgendaSession(
        cohort_id=sample.cohort.key,
        title=written["title"],
        cover_title=written.get("cover_title", ""),
        purpose=written.get("purpose", ""),
        format=SessionFormat(written["format"]),
        openness=Openness(written.get("openness", Openness.COHORT)),
        excludes_lab=written.get("excludes_lab", False),
        protected=written.get("protected", False),
        protection_note=written.get("protection_note", ""),
        audience_id=new_audience(db, rule_from(sample, written["audience"])).key,
        minutes=written["minutes"] if "minutes" in written else minutes(written["time"]),
        zone=zone,
        host_city_id=sample.cities[host].key if host else None,
        join_url=written.get("join_url", ""),
        internal_notes=written.get("internal_notes", ""),
        choice_group=written.get("choice_group", ""),
    )


def rule_from(sample: Sample, audience: Entry) -> Rule:
    """The audience that a file writes: everyone, the teams, or roles and people by their names there."""
    cities = sample.cities.values() if audience.get("teams") else ()
    return Rule(
        everyone=audience.get("everyone", False),
        role_ids=frozenset(sample.roles[slug].key for slug in audience.get("roles", ())),
        city_ids=frozenset(city.key for city in cities),
        person_ids=frozenset(sample.people[key].key for key in audience.get("people", ())),
    )


def add_presenters(db: Session, sample: Sample, session: AgendaSession, written: Entry) -> None:
    """The engagements of a stored session, in the file's order."""
    db.add_all(
        Engagement(
            session_id=session.key,
            person_id=sample.people[entry["person"]].key,
            part=entry["part"],
            state=EngagementState(entry["state"]),
            position=position,
        )
        for position, entry in enumerate(written.get("presenters", ()))
    )


def _session(db: Session, sample: Sample, convening: Convening, entry: Entry, written: Entry) -> AgendaSession:
    """A session of a convening in its rooms; without a day it waits in the tray."""
    session = session_from(db, sample, written, zone=convening.zone)
    session.convening_id = convening.key
    if "day" in written:
        day = entry["starts_on"] + timedelta(days=written["day"] - 1)
        session.starts_at, session.ends_at = sample.calendar.span(day, written["time"], convening.zone)
    db.add(session)
    db.flush()
    for room, city in _rooms(sample, entry, written):
        setup = sample.setups[room.name, written["setup"]]
        place = SessionRoom(session_id=session.key, room_id=room.key, setup_id=setup.key)
        place.city_id = city.key if city else None
        db.add(place)
    add_presenters(db, sample, session, written)
    return session


def _rooms(sample: Sample, entry: Entry, written: Entry) -> list[tuple[Room, City | None]]:
    """The rooms of a session, each with the city that has it to itself, where one has."""
    rooms = written.get("rooms", [])
    if rooms == "teams":
        return [(sample.rooms[name], sample.cities[slug]) for slug, name in entry["teams"].items()]
    return [(sample.rooms[name], None) for name in rooms]
