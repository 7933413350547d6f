"""A finding in one sentence: who, where, when. Titles come from outside, since not everyone may know them (rule 13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app import clock
from app.agenda.budget import PURPOSES
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings import Finding, Kind
from app.agenda.presence import Span
from app.agenda.seeing import CLOSED_SESSION
from app.people.viewer import Viewer

NAMED = 2
"""People or sessions named in a sentence before the rest are counted."""


@dataclass(frozen=True, slots=True)
class Knowing:
    """What a viewer may know of a draft: each session's title, and of which they may not know who is in it."""

    titles: Mapping[int, str]
    hidden: frozenset[int]

    def hides(self, finding: Finding) -> bool:
        """Whether the finding says of somebody that they are in a session of which that may not be known."""
        return not self.hidden.isdisjoint(finding.session_ids)


def known_to(draft: Draft, viewer: Viewer) -> Knowing:
    """What a viewer may know of a draft."""
    return Knowing(titles_for(draft, viewer), closed_to(draft, viewer))


def titles_for(draft: Draft, viewer: Viewer) -> dict[int, str]:
    """What each session is called on the draft: one that is closed to the viewer, by its cover."""
    closed = closed_to(draft, viewer)
    return {one.id: one.cover_title or CLOSED_SESSION if one.id in closed else one.title for one in draft.sessions}


def closed_to(draft: Draft, viewer: Viewer) -> frozenset[int]:
    """The sessions that exclude the lab and that the viewer is not in: who is in them stays untold, too (rule 13)."""
    bit = 0 if viewer.acting else draft.crowd.mask_of([viewer.person_id] if viewer.person_id else [])
    return frozenset(one.id for one in draft.sessions if one.excludes_lab and not one.bound & bit)


SENTENCES = {
    Kind.PEOPLE: "{who} {are} in {first} and {second} at once: {when}.",
    Kind.PROTECTED: "{taker} takes protected time, {kept}, of {who}: {when}.",
    Kind.WALK: "{who} {have} {gap} minutes to walk from {first} to {second}: {when}.",
    Kind.ROOM: "{room} has {first_title} and {second_title} at once: {when}.",
    Kind.CAPACITY: "{first_title} is for {people} people, and {room} seats {places}: {when}.",
    Kind.LOST: "{first_title} is in {room}, which is not to be had then: {when}.",
    Kind.PART: "{who} {have} a part in {first} and {are} not there then: {when}.",
    Kind.PRESENCE: "{who} {are} not there for {first_title}: {when}.",
    Kind.ARRIVAL: "{city}’s whole team is not there before {arrives}{missing}.",
    Kind.DEPARTURE: "{city}’s whole team has left by {leaves}{missing}.",
    Kind.CLOSED: "{who} {are} in {first}, a closed session that is to be without them: {when}.",
    Kind.UNCONFIRMED: "{who} {have} a part in {first} and {have} not confirmed it: {when}.",
    Kind.BODY: "{who} are together in {first}, and sit on {body}: {when}.",
    Kind.UPDATE: "{who} {are} {kept_away} when it is {city}’s turn in {first_title}: {when}.",
    Kind.SLOT: "{city} {have_no} turn in the mayors’ updates yet.",
    Kind.MINUTES: "{purpose}: {people} minutes are planned, and the minimum is {places}.",
}

OF_A_CITY = (Kind.ARRIVAL, Kind.DEPARTURE)
"""These leave the sessions out of which it may not be known who is in them, and say the rest."""

UNSAID = {
    Kind.CAPACITY: "{first_title} is for more people than {room} seats: {when}.",
    Kind.BODY: "Several members of a public body are together in {first}: {when}.",
    Kind.UPDATE: "A mayor is kept from their own city’s turn in {first_title}: {when}.",
}
"""Where who is in a session may not be known, these say less; in the others nobody is named."""


def said(finding: Finding, draft: Draft, knowing: Knowing) -> str:
    """The finding's sentence, as far as the viewer may know it."""
    hidden = knowing.hides(finding) and finding.kind not in OF_A_CITY
    sessions = [draft.session(number) for number in finding.session_ids]
    quoted = [f"“{knowing.titles[one.id]}”" for one in sessions]
    placed = [_with_room(draft, one, title) for one, title in zip(sessions, quoted, strict=True)]
    kept = 0 if sessions and sessions[0].protected else -1
    several = finding.people.bit_count() != 1 and not hidden
    room = draft.rooms.get(finding.room_id or 0)
    cities = [draft.cities.get(number, "") for number in finding.city_ids]
    words = {
        "who": "Somebody" if hidden else _said_people(draft, finding.people),
        "are": "are" if several else "is",
        "have": "have" if several else "has",
        "first": placed[0] if placed else "",
        "second": placed[-1] if placed else "",
        "first_title": quoted[0] if quoted else "",
        "second_title": quoted[-1] if quoted else "",
        "kept": quoted[kept] if quoted else "",
        "taker": quoted[-1 - kept] if quoted else "",
        "room": room.name if room else "its rooms together",
        "when": said_span(draft, finding.span) if finding.span else "",
        "gap": (finding.span[1] - finding.span[0]).seconds // 60 if finding.span else 0,
        "people": finding.have,
        "places": finding.need,
        "purpose": PURPOSES.get(finding.purpose, ""),
        "kept_away": f"in {placed[-1]}" if len(placed) > 1 else "not there",
        "city": joined(cities),
        "have_no": "has no" if len(cities) == 1 else "have no",
        "body": next((body.name for body in draft.bodies if body.id == finding.about), ""),
        "missing": _missing([f"“{knowing.titles[one.id]}”" for one in sessions if one.id not in knowing.hidden]),
        "arrives": _said_moment(draft, finding.span[1]) if finding.span else "",
        "leaves": _said_moment(draft, finding.span[0]) if finding.span else "",
    }
    sentence = UNSAID.get(finding.kind, SENTENCES[finding.kind]) if hidden else SENTENCES[finding.kind]
    return sentence.format(**words).replace("its rooms together seats", "its rooms together seat")


def said_span(draft: Draft, span: Span) -> str:
    """ "Tue 14 Nov, 13:30–14:45": on the draft all times are the convening's, so its zone is said once, above."""
    first, last = (clock.local(moment, draft.zone) for moment in span)
    return f"{clock.said_day(first)}, {first:%H:%M}{clock.NARROW}{last:%H:%M}"


def said_rooms(draft: Draft, session: DraftSession) -> str:
    """ "GCC", "Team Room 1 and 5 more", or "" where there is none."""
    names = [draft.rooms[number].name for number in session.room_ids]
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "") if names else ""


def joined(words: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _said_moment(draft: Draft, moment: datetime) -> str:
    wall = clock.local(moment, draft.zone)
    return f"{clock.said_day(wall)}, {wall:%H:%M}"


def _with_room(draft: Draft, session: DraftSession, title: str) -> str:
    rooms = said_rooms(draft, session)
    return f"{title} ({rooms})" if rooms else title


def _missing(titles: list[str]) -> str:
    """ ", and misses “Welcome”, “Data” and 3 more", or "" where none of them may be told."""
    rest = len(titles) - NAMED
    return f", and misses {joined([*titles[:NAMED], f'{rest} more'] if rest > 0 else titles)}" if titles else ""


def _said_people(draft: Draft, mask: int) -> str:
    """ "Imani Okafor (Mayor, Oakland), Ada Roth and 7 others"."""
    members = draft.crowd.members(mask)
    named = [f"{one.name} ({one.office})" if one.office else one.name for one in members[:NAMED]]
    rest = len(members) - len(named)
    if rest:
        named.append("one other" if rest == 1 else f"{rest} others")
    return joined(named) if named else ""
