"""A finding in one sentence: who, where, when. Titles come from outside, since not everyone may know them (rule 13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    words = _Words(finding, draft, knowing)
    sentence = UNSAID.get(finding.kind, SENTENCES[finding.kind]) if words.hidden else SENTENCES[finding.kind]
    return sentence.format_map(words).replace("its rooms together seats", "its rooms together seat")


class _Words(dict[str, object]):
    """The words of a sentence; each is found when the sentence has a place for it."""

    def __init__(self, finding: Finding, draft: Draft, knowing: Knowing) -> None:
        super().__init__(people=finding.have, places=finding.need, purpose=PURPOSES.get(finding.purpose, ""))
        self.finding, self.draft, self.titles, self.closed = finding, draft, knowing.titles, knowing.hidden
        self.hidden = knowing.hides(finding) and finding.kind not in OF_A_CITY
        self.sessions = [draft.session(number) for number in finding.session_ids]

    def __missing__(self, name: str) -> object:
        return getattr(self, f"_{name}")()

    def _who(self) -> str:
        return "Somebody" if self.hidden else _said_people(self.draft, self.finding.people)

    def _are(self) -> str:
        return "are" if self._are_several() else "is"

    def _have(self) -> str:
        return "have" if self._are_several() else "has"

    def _are_several(self) -> bool:
        return self.finding.people.bit_count() != 1 and not self.hidden

    def _first(self) -> str:
        return self._placed(self.sessions[0])

    def _second(self) -> str:
        return self._placed(self.sessions[-1])

    def _placed(self, session: DraftSession) -> str:
        rooms = said_rooms(self.draft, session)
        return f"{self._quoted(session)} ({rooms})" if rooms else self._quoted(session)

    def _quoted(self, session: DraftSession) -> str:
        return f"“{self.titles[session.id]}”"

    def _first_title(self) -> str:
        return self._quoted(self.sessions[0])

    def _second_title(self) -> str:
        return self._quoted(self.sessions[-1])

    def _kept(self) -> str:
        return self._quoted(self.sessions[0 if self.sessions[0].protected else -1])

    def _taker(self) -> str:
        return self._quoted(self.sessions[-1 if self.sessions[0].protected else 0])

    def _room(self) -> str:
        room = self.draft.rooms.get(self.finding.room_id or 0)
        return room.name if room else "its rooms together"

    def _when(self) -> str:
        return said_span(self.draft, self._span())

    def _gap(self) -> int:
        start, end = self._span()
        return (end - start) // timedelta(minutes=1)

    def _arrives(self) -> str:
        return _said_moment(self.draft, self._span()[1])

    def _leaves(self) -> str:
        return _said_moment(self.draft, self._span()[0])

    def _span(self) -> Span:
        assert self.finding.span is not None, "what says when has a time"
        return self.finding.span

    def _missing(self) -> str:
        """ ", and misses “Welcome”, “Data” and 3 more", or "" where none of them may be told."""
        titles = [self._quoted(one) for one in self.sessions if one.id not in self.closed]
        rest = len(titles) - NAMED
        return f", and misses {joined([*titles[:NAMED], f'{rest} more'] if rest > 0 else titles)}" if titles else ""

    def _kept_away(self) -> str:
        return f"in {self._second()}" if len(self.sessions) > 1 else "not there"

    def _city(self) -> str:
        return joined(self.draft.cities.get(number, "") for number in self.finding.city_ids)

    def _have_no(self) -> str:
        return "has no" if len(self.finding.city_ids) == 1 else "have no"

    def _body(self) -> str:
        return next((body.name for body in self.draft.bodies if body.id == self.finding.about), "")


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


def _said_people(draft: Draft, mask: int) -> str:
    """ "Imani Okafor (Mayor, Oakland), Ada Roth and 7 others"."""
    members = draft.crowd.members(mask)
    named = [f"{one.name} ({one.office})" if one.office else one.name for one in members[:NAMED]]
    rest = len(members) - len(named)
    if rest:
        named.append("one other" if rest == 1 else f"{rest} others")
    return joined(named) if named else ""
