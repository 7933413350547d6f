"""The convenings of the sample with their sessions, and the releases of their agendas."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.agenda.booklet_words import BookletWords, tell_in_booklet
from app.agenda.convenings import NUMBERS, ConveningDetails, create_convening
from app.agenda.placements import Placement, RoomUse
from app.agenda.releases import publish_release
from app.agenda.sessions import change_session, create_session
from app.agenda.speakers import write_equipment
from app.gatherings.details import Details, Item, Presenter
from app.models import AgendaSession, Convening, ConveningStage, EngagementState, Openness, SessionFormat
from app.people.audiences import Rule
from app.people.audit import verb
from app.people.viewer import Viewer
from app.registration.terms import end_of, set_opening
from seed.calendar import minutes, walls
from seed.sample import Entry, Sample, read_convenings

AS_WRITTEN = (
    *("title", "cover_title", "purpose", "excludes_lab", "protected", "protection_note"),
    *("choice_group", "join_url", "internal_notes", "fixed"),
)
"""What a file says of a session in our own words and values."""


@verb
def load_agenda(db: Session, sample: Sample, *, by: Viewer) -> None:
    """Load every convening with its sessions, and publish the agendas that have been released."""
    for name, entry in read_convenings().items():
        convening = _convening(db, sample, entry, by)
        sample.convenings[name] = convening
        first = [_as_first_released(entry, written) for written in entry["session"]]
        sessions = [_session(db, sample, convening, entry, written, by) for written in first]
        db.flush()
        for session, written in zip(sessions, entry["session"], strict=True):
            _speakers(sample, session, written)
        if "release" in entry:
            _publish(db, sample, convening, sessions, entry["release"])
        if "amendment" in entry:
            place = entry["amendment"]["number"] - 1
            change_session(db, sessions[place], details_from(sample, entry["session"][place]), by=by)
            _publish(db, sample, convening, [sessions[place]], entry["amendment"])


def details_from(sample: Sample, written: Entry) -> Details:
    """What a file says of a session of a convening or of a gathering."""
    host = written.get("host_city")
    said: dict[str, Any] = {name: written[name] for name in AS_WRITTEN if name in written}
    return Details(
        **said,
        audience=rule_from(sample, written["audience"]),
        format=SessionFormat(written["format"]),
        openness=Openness(written.get("openness", Openness.COHORT)),
        host_city_id=sample.cities[host].key if host else None,
        presenters=tuple(
            Presenter(sample.people[one["person"]].key, one["part"], EngagementState(one["state"]))
            for one in written.get("presenters", ())
        ),
        serves_id=sample.stages[written["serves"]].key if "serves" in written else None,
        items=tuple(_item(sample, one) for one in written.get("items", ())),
    )


def _item(sample: Sample, written: Entry) -> Item:
    """A part of a session: a city's turn, by the city's slug, or one with a title."""
    city = sample.cities[written["city"]].key if "city" in written else None
    return Item(written["minutes"], written.get("title", ""), city)


def rule_from(sample: Sample, audience: Entry) -> Rule:
    """The audience that a file writes: everyone, the teams, or roles and people by their names there."""
    cities = sample.cities.values() if audience.get("teams") else ()
    return Rule(
        everyone=audience.get("everyone", False),
        role_ids=frozenset(sample.roles[slug].key for slug in audience.get("roles", ())),
        city_ids=frozenset(city.key for city in cities),
        person_ids=frozenset(sample.people[key].key for key in audience.get("people", ())),
    )


def _convening(db: Session, sample: Sample, entry: Entry, by: Viewer) -> Convening:
    day, season = sample.calendar.day, sample.calendar.season(entry["starts_on"])
    closes_on = entry.get("registration_closes_on")
    caps = {"delegation_cap": sample.cohort.delegation_cap, "sponsored_cap": sample.cohort.sponsored_cap}
    details = ConveningDetails(
        slug=season.slug,
        title=f"{season.said} convening",
        theme=entry["theme"],
        goals=entry["goals"],
        zone=entry["zone"],
        starts_on=day(entry["starts_on"]),
        ends_on=day(entry["ends_on"]),
        stage=ConveningStage(entry["stage"]),
        venue_id=sample.venue.key,
        **caps,
        **{name: entry[name] for name in NUMBERS if name in entry},
    )
    convening = create_convening(db, sample.cohort, details, by=by)
    db.flush()
    if "booklet" in entry:
        tell_in_booklet(db, convening, BookletWords(**entry["booklet"]), by=by)
    if closes_on:
        set_opening(db, convening, opens_at=None, closes_at=end_of(day(closes_on), convening.zone), by=by)
    return convening


def _session(
    db: Session, sample: Sample, convening: Convening, entry: Entry, written: Entry, by: Viewer
) -> AgendaSession:
    """A session of a convening in its rooms; without a day it waits in the tray."""
    details = details_from(sample, written)
    if "day" not in written:
        return create_session(db, convening, details, minutes=written["minutes"], by=by)
    day = sample.calendar.day(entry["starts_on"]) + timedelta(days=written["day"] - 1)
    span = written["time"]
    placement = Placement(day, walls(span)[0], minutes(span), _rooms(sample, entry, written))
    return create_session(db, convening, details, to=placement, by=by)


def _speakers(sample: Sample, session: AgendaSession, written: Entry) -> None:
    """What speakers were told and said, as far as the file has it."""
    for engagement, one in zip(session.engagements, written.get("presenters", ()), strict=True):
        engagement.brief = one.get("brief", "").strip()
        engagement.contact_id = sample.people[one["contact"]].key if "contact" in one else None
        engagement.equipment = write_equipment(one.get("equipment", []), one.get("words", ""))
        engagement.answer = one.get("answer", "")
        if "answered_on" in one:
            engagement.answered_at = sample.calendar.instant(one["answered_on"], session.zone)


def _rooms(sample: Sample, entry: Entry, written: Entry) -> tuple[RoomUse, ...]:
    """The rooms of a session; for "teams" the room of each city, which has it to itself."""
    rooms, setup = written["rooms"], written["setup"]
    if rooms == "teams":
        return tuple(
            RoomUse(sample.rooms[name].key, sample.setups[name, setup].key, sample.cities[slug].key)
            for slug, name in entry["teams"].items()
        )
    return tuple(RoomUse(sample.rooms[name].key, sample.setups[name, setup].key) for name in rooms)


def _as_first_released(entry: Entry, written: Entry) -> Entry:
    """A session as it was before the amendment, if that is about it."""
    amendment = entry.get("amendment")
    if amendment is None or amendment["number"] != written["number"]:
        return written
    return {**written, "title": amendment["title_before"]}


def _publish(db: Session, sample: Sample, convening: Convening, changed: list[AgendaSession], written: Entry) -> None:
    """Publish a release in the name and at the time that the file says; calendars are told of that time too."""
    moment = sample.calendar.instant(written["published_on"], convening.zone)
    organizer = sample.people[written["published_by"]]
    for session in changed:
        session.changed_at = moment
    db.flush()
    by = Viewer(organizer.key, organizer.name, actor_id=organizer.key, actor_name=organizer.name)
    release = publish_release(db, convening, note=written["note"], by=by)
    release.created_at = moment
    db.flush()
