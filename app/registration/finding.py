"""Finding people among everybody asked to a convening: the filter that an address says, that is saved under a name,
and that chooses who is written to."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from app.models import RegistrationState
from app.registration.everybody import Listed
from app.registration.missing import PLACED, Lack

LONGEST = 200

NOT_ASKED, OPEN, EXPECTED, LEFT_SAID = "not-asked", "open", "asked", "left"

STATES: dict[str, tuple[str, Callable[[Listed], bool]]] = {
    OPEN: ("Not answered", lambda one: one.is_open),
    NOT_ASKED: ("Not asked yet", lambda one: one.state is None),
    "invited": ("Invited", lambda one: one.state is RegistrationState.INVITED),
    "started": ("Started", lambda one: one.state is RegistrationState.STARTED),
    EXPECTED: ("With a place or waiting", lambda one: one.is_coming),
    "pending": ("To be approved", lambda one: one.state is RegistrationState.PENDING),
    "submitted": ("Has a place", lambda one: one.state is RegistrationState.SUBMITTED),
    "offered": ("Place offered", lambda one: one.state is RegistrationState.OFFERED),
    "waiting": ("Waiting", lambda one: one.state is RegistrationState.WAITING),
    LEFT_SAID: ("Not coming", lambda one: one.has_left and one.state is not RegistrationState.REPLACED),
    "turned-down": ("Turned down", lambda one: one.state is RegistrationState.TURNED_DOWN),
    "replaced": ("Replaced", lambda one: one.state is RegistrationState.REPLACED),
}
"""By the word in the address: how it is said, and who that is."""

MISSING: dict[str, tuple[str, Callable[[Listed], bool]]] = {
    "anything": ("Anything", lambda one: bool(one.missing)),
    "notices": ("The notices", lambda one: Lack.NOTICES in one.missing),
    "needs": ("Food and access", lambda one: Lack.FOOD in one.missing),
    "photo": ("Photo consent", lambda one: Lack.PHOTO in one.missing),
    "questions": ("Answers to questions", lambda one: Lack.QUESTIONS in one.missing),
    "travel": ("Travel", lambda one: Lack.TRAVEL in one.missing),
    "address": ("An e-mail address", lambda one: one.email is None),
    "nothing": ("Nothing: complete", lambda one: one.state in PLACED and not one.missing),
}

MORE: dict[str, tuple[str, Callable[[Listed], bool]]] = {
    "sponsored": ("On a sponsored place", lambda one: one.sponsored and one.is_coming),
    "overnight": ("Staying overnight", lambda one: one.nights > 0),
    "local": ("Local", lambda one: one.travel.is_local),
    "part": ("There for a part", lambda one: one.is_coming and one.presence != ("The whole time",)),
    "no-photo": ("No photos", lambda one: one.photo_consent is False),
    "walk-in": ("Walk-ins", lambda one: one.walk_in),
}

SORTS: dict[str, Callable[[Listed], tuple[object, ...]]] = {
    "name": lambda one: ((one.sort_name or one.name).casefold(),),
    "seat": lambda one: (one.position, one.city.casefold()),
    "state": lambda one: (_order(one), one.line or 0),
    "registered": lambda one: (one.submitted_at or datetime.max.replace(tzinfo=UTC),),
}
"""Beside the order by city. A "-" before the word turns it round."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom to find: slugs of a city ("lab" for who has none) and a role, words of STATES, MISSING, MORE, and any text
    of a name, office, city or address. "" asks for nothing; a word that is not known finds nobody."""

    q: str = ""
    city: str = ""
    role: str = ""
    state: str = ""
    missing: str = ""
    more: str = ""
    sort: str = ""

    @classmethod
    def of(cls, said: Mapping[str, object]) -> "Filter":
        """Of an address's query, or of what is on record; what is no part of a filter is left out."""
        return cls(**{one.name: str(said.get(one.name) or "")[:LONGEST].strip() for one in fields(cls)})

    @classmethod
    def of_query(cls, query: str) -> "Filter":
        return cls.of(dict(parse_qsl(query)))

    @property
    def query(self) -> str:
        """As it stands in an address, without the question mark; "" for everybody."""
        return urlencode(self.said)

    @property
    def said(self) -> dict[str, str]:
        """What is asked for, by its name."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def narrows(self) -> bool:
        """Whether it leaves anybody out."""
        return bool(self.said.keys() - {"sort"})

    def but(self, **other: str) -> "Filter":
        """The same, but for what is named."""
        return replace(self, **other)

    def found(self, people: Iterable[Listed]) -> list[Listed]:
        """Those whom it finds, in its order."""
        tests = list(self._tests())
        found = [one for one in people if all(test(one) for test in tests)]
        key = SORTS.get(self.sort.removeprefix("-"))
        return sorted(found, key=key, reverse=self.sort.startswith("-")) if key else found

    def _tests(self) -> Iterable[Callable[[Listed], bool]]:
        if self.city:
            yield lambda one: one.city_slug == self.city
        if self.role:
            yield lambda one: one.role_slug == self.role
        for words, word in ((STATES, self.state), (MISSING, self.missing), (MORE, self.more)):
            if word:
                yield words[word][1] if word in words else lambda _: False
        if said := folded(self.q).split():
            yield lambda one: all(word in _text(one) for word in said)


def in_words(filter: Filter, cities: Mapping[str, str], roles: Mapping[str, str]) -> str:
    """Who that is, for a person to read: "Oakland, Mayors, not answered"; names by slug."""
    parts = [
        cities.get(filter.city, filter.city),
        roles.get(filter.role, filter.role),
        *(
            words[word][0].lower() if word in words else word
            for words, word in ((STATES, filter.state), (MORE, filter.more))
            if word
        ),
        f"missing {MISSING[filter.missing][0].lower()}" if filter.missing in MISSING else filter.missing,
        f"“{filter.q}”" if filter.q else "",
    ]
    return ", ".join(part for part in parts if part) or "Everybody"


def folded(text: str) -> str:
    """Without accents and capitals: "reunion" finds "Réunion"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _text(one: Listed) -> str:
    return folded(f"{one.name} {one.office} {one.city} {one.email or ''}")


def _order(one: Listed) -> int:
    return -1 if one.state is None else list(RegistrationState).index(one.state)
