"""Public sessions and gatherings as other programs read them out of a page: schema.org's Event, in JSON-LD.

Nothing stands here that a stranger does not read on the page itself (rule 18).
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlmodel import Session, col, select

from app import clock
from app.agenda.changes import Kind
from app.agenda.published import PublishedAgenda
from app.agenda.seeing import SeenSession
from app.calendars.lines import plain
from app.calendars.places import coordinates
from app.gatherings.listing import Gathering
from app.models import AgendaRelease, Cohort, Convening, Venue

CONTEXT = "https://schema.org"
Data = dict[str, Any]

_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def as_script(data: Data | None) -> Markup:
    """The block that a page carries: data, which no browser runs, and which no text in it can end."""
    if data is None:
        return Markup("")
    text = json.dumps({"@context": CONTEXT, **data}, ensure_ascii=False, separators=(",", ":")).translate(_SAFE)
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(text))  # noqa: S704  # as above


def agenda_data(db: Session, convening: Convening, agenda: PublishedAgenda, base: str) -> Data | None:
    """A convening with its public sessions; None where it has none. Two queries at most."""
    public = [one for one in agenda.sessions if one.openness.is_public]
    if not public:
        return None
    before = _earlier_starts(db, convening, {one.id for one in public})
    return {
        **_convening(convening, base),
        "startDate": convening.starts_on.isoformat(),
        "endDate": convening.ends_on.isoformat(),
        "eventStatus": f"{CONTEXT}/Event{'Cancelled' if convening.archived_at else 'Scheduled'}",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "location": _place(convening.venue, ()),
        "organizer": _organizer(convening.cohort),
        "subEvent": [_event(convening, one, base, before.get(one.id)) for one in public],
    }


def session_data(db: Session, convening: Convening, session: SeenSession, base: str) -> Data | None:
    """A public session; None for any other. Two queries at most."""
    if not session.openness.is_public:
        return None
    before = _earlier_starts(db, convening, {session.id})
    return {**_event(convening, session, base, before.get(session.id)), "superEvent": _convening(convening, base)}


def gathering_data(cohort: Cohort, gathering: Gathering, base: str) -> Data | None:
    """A public gathering, which meets online; None for any other. Where it meets is its page, and never the address to
    join, which is for those who register."""
    if not gathering.openness.is_public or not gathering.is_whole:
        return None
    address = f"{base}/{cohort.slug}/gatherings/{gathering.session_id}"
    data: Data = {
        "@type": "Event",
        "@id": address,
        "identifier": gathering.uid,
        "url": address,
        "name": gathering.title,
        "startDate": _local(gathering.starts_at, gathering.zone),
        "endDate": _local(gathering.ends_at, gathering.zone),
        "eventStatus": f"{CONTEXT}/Event{'Cancelled' if gathering.is_cancelled else 'Scheduled'}",
        "eventAttendanceMode": f"{CONTEXT}/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": address},
        "organizer": _organizer(cohort),
    }
    if gathering.purpose:
        data["description"] = plain(gathering.purpose)
    if gathering.presenters:
        data["performer"] = [{"@type": "Person", "name": name} for name in gathering.presenters]
    return data


def _event(convening: Convening, session: SeenSession, base: str, before: datetime | None) -> Data:
    address = f"{base}{convening.path}/sessions/{session.id}"
    status = "Cancelled" if session.cancelled else "Rescheduled" if before else "Scheduled"
    data: Data = {
        "@type": "Event",
        "@id": address,
        "identifier": session.uid,
        "url": address,
        "name": session.title,
        "startDate": _local(session.starts_at, session.zone),
        "endDate": _local(session.ends_at, session.zone),
        "eventStatus": f"{CONTEXT}/Event{status}",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "location": _place(convening.venue, [room.name for room in session.rooms]),
        "organizer": _organizer(convening.cohort),
    }
    if before and not session.cancelled:
        data["previousStartDate"] = _local(before, session.zone)
    if session.purpose:
        data["description"] = plain(session.purpose)
    if session.language:
        data["inLanguage"] = session.language
    if session.presenters:
        data["performer"] = [{"@type": "Person", "name": one.name} for one in session.presenters]
    return data


def _convening(convening: Convening, base: str) -> Data:
    address = f"{base}{convening.path}/agenda"
    return {"@type": "Event", "@id": address, "identifier": convening.uid, "url": address, "name": convening.title}


def _organizer(cohort: Cohort) -> Data:
    return {"@type": "Organization", "name": cohort.lab_name or cohort.name}


def _place(venue: Venue | None, rooms: Iterable[str]) -> Data:
    name = ", ".join([*rooms, *([venue.name] if venue else [])])
    place: Data = {"@type": "Place", "name": name or "To be said"}
    if venue and venue.address:
        place["address"] = venue.address
    found = coordinates(venue.map_url) if venue else None
    if found:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": found[0], "longitude": found[1]}
    return place


def _local(moment: datetime, zone: str) -> str:
    return clock.local(moment, zone).isoformat()


def _earlier_starts(db: Session, convening: Convening, ids: set[int]) -> Mapping[int, datetime]:
    """When each of these sessions began before the last release that moved it; nothing for those never moved."""
    rows = db.exec(
        select(AgendaRelease.number, AgendaRelease.changes)
        .where(AgendaRelease.convening_id == convening.key)
        .order_by(col(AgendaRelease.number))
    )
    moved_in = {
        change["session_id"]: number
        for number, changes in rows
        for change in changes
        if change["kind"] == Kind.MOVED and change["session_id"] in ids
    }
    if not moved_in:
        return {}
    releases = db.exec(
        select(AgendaRelease.number, AgendaRelease.sessions).where(
            AgendaRelease.convening_id == convening.key,
            col(AgendaRelease.number).in_({number - 1 for number in moved_in.values()}),
        )
    )
    return {
        entry["id"]: datetime.fromisoformat(entry["starts_at"])
        for number, entries in releases
        for entry in entries
        if moved_in.get(entry["id"]) == number + 1 and entry["openness"] in ("public", "press")
    }
