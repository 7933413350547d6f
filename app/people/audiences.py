"""Whom a session is for: a rule that resolves to people on a date.

A rule takes in the holders of current seats who have one of its roles (when it names roles) and are of one
of its cities (when it names cities), and the people it names, seat or no seat; or, with `everyone`, all
holders of current seats of the cohort, the lab's included. It leaves out whoever holds an excepted role or a
seat of an excepted city, and excepted people, named or not. A rule that says nothing takes in nobody.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.models import Audience, AudienceTerm, City, Cohort, Person, Role, Seat, Tenure
from app.people.viewer import Office, office_of

_Key = tuple[bool, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person whom an audience takes in, with the offices they hold in the cohort that day."""

    person_id: int
    name: str
    sort_name: str
    email: str | None
    zone: str | None
    offices: tuple[Office, ...]

    @property
    def office(self) -> str:
        """ "Mayor, Oakland", or "" for one who holds no seat."""
        return self.offices[0].said if self.offices else ""


@dataclass(frozen=True, slots=True)
class Rule:
    """An audience in plain data: whom it takes in and, `but_`, whom it leaves out."""

    everyone: bool = False
    role_ids: frozenset[int] = field(default_factory=frozenset)
    city_ids: frozenset[int] = field(default_factory=frozenset)
    person_ids: frozenset[int] = field(default_factory=frozenset)
    but_role_ids: frozenset[int] = field(default_factory=frozenset)
    but_city_ids: frozenset[int] = field(default_factory=frozenset)
    but_person_ids: frozenset[int] = field(default_factory=frozenset)

    def takes(self, person_id: int, offices: Sequence[Office]) -> bool:
        """Whether a person who holds these offices is of the audience."""
        if person_id in self.but_person_ids:
            return False
        if any(o.role_id in self.but_role_ids or o.city_id in self.but_city_ids for o in offices):
            return False
        if self.everyone and offices:
            return True
        return person_id in self.person_ids or any(self._takes_office(office) for office in offices)

    def _takes_office(self, office: Office) -> bool:
        if not self.role_ids and not self.city_ids:
            return False
        of_role = not self.role_ids or office.role_id in self.role_ids
        of_city = not self.city_ids or office.city_id in self.city_ids
        return of_role and of_city


def rule_of(audience: Audience) -> Rule:
    """The rule that a stored or unsaved audience holds."""
    return _rule(audience.everyone, audience.terms)


def rules_of(db: Session, audience_ids: Collection[int]) -> dict[int, Rule]:
    """The rules of many audiences, by id, in two queries however many they are."""
    ids = set(audience_ids)
    everyone = dict(db.exec(select(Audience.id, Audience.everyone).where(col(Audience.id).in_(ids))).all())
    terms: dict[int, list[AudienceTerm]] = {number: [] for number in ids}
    for term in db.exec(select(AudienceTerm).where(col(AudienceTerm.audience_id).in_(ids))):
        terms[term.audience_id].append(term)
    return {number: _rule(everyone.get(number, False), terms[number]) for number in ids}


def new_audience(db: Session, rule: Rule) -> Audience:
    """An audience, stored, that holds this rule. Called inside a verb, which records it."""
    audience = Audience(everyone=rule.everyone, terms=[])
    db.add(audience)
    db.flush()
    audience.terms.extend(_terms(rule, audience.key).values())
    return audience


def write_rule(audience: Audience, rule: Rule) -> None:
    """Make a stored audience hold this rule. Called inside a verb, which records it.

    Terms that stay are kept, so that the audit log tells only what changed.
    """
    audience.everyone = rule.everyone
    wanted = _terms(rule, audience.key)
    kept = [term for term in audience.terms if wanted.pop(_key(term), None)]
    audience.terms[:] = kept + list(wanted.values())


def resolve(db: Session, audience: Audience, on: date, *, cohort_id: int) -> list[Attendee]:
    """The people an audience of the cohort takes in on a day, in the order of roles, then by name."""
    return people_of(db, rule_of(audience), on, cohort_id=cohort_id)


def people_of(db: Session, rule: Rule, on: date, *, cohort_id: int) -> list[Attendee]:
    """The same of a rule, stored or only typed."""
    return [one for one in roll(db, on, cohort_id, rule.person_ids) if rule.takes(one.person_id, one.offices)]


def counted(people: Iterable[Attendee], roles: Iterable[Role]) -> str:
    """How many hold each role, by the first office of each: "6 mayors, 1 facilitator, 2 without a seat"."""
    count = Counter(one.offices[0].role_id if one.offices else None for one in people)
    words = [
        f"{count[role.key]} {_within(role.name if count[role.key] == 1 else role.plural)}"
        for role in roles
        if count[role.key]
    ]
    return ", ".join([*words, f"{count[None]} without a seat"] if count[None] else words)


def roll(db: Session, on: date, cohort_id: int, named: Collection[int] = ()) -> list[Attendee]:
    """All who hold a seat of the cohort on a day, and those named, with their offices, in one query."""
    rows = db.execute(_ROLL, {"day": on, "cohort": cohort_id, "named": sorted(set(named))}).all()
    people: dict[int, Person] = {}
    offices: dict[int, list[Office]] = {}
    for person, tenure, its_seat, role, cohort, city in rows:
        people.setdefault(person.key, person)
        mine = offices.setdefault(person.key, [])
        if its_seat is not None:
            mine.append(office_of(tenure, its_seat, role, cohort, city))
    return [
        Attendee(
            person.key,
            person.name,
            person.sort_name or person.name,
            person.email,
            person.zone,
            tuple(offices[person.key]),
        )
        for person in people.values()
    ]


_ROLL = (
    sa.select(Person, Tenure, Seat, Role, Cohort, City)
    .outerjoin(
        Tenure,
        and_(
            col(Tenure.person_id) == col(Person.id),
            col(Tenure.starts_on) <= sa.bindparam("day"),
            or_(col(Tenure.ends_on).is_(None), col(Tenure.ends_on) >= sa.bindparam("day")),
        ),
    )
    .outerjoin(
        Seat,
        and_(
            col(Seat.id) == col(Tenure.seat_id),
            col(Seat.cohort_id) == sa.bindparam("cohort"),
            col(Seat.archived_at).is_(None),
        ),
    )
    .outerjoin(Role, col(Role.id) == Seat.role_id)
    .outerjoin(Cohort, col(Cohort.id) == Seat.cohort_id)
    .outerjoin(City, col(City.id) == Seat.city_id)
    .where(
        col(Person.archived_at).is_(None),
        or_(col(Seat.id).is_not(None), col(Person.id).in_(sa.bindparam("named", expanding=True))),
    )
    .order_by(
        col(Role.position).is_(None),
        col(Role.position),
        col(Person.sort_name),
        col(Person.name),
        col(Seat.id),
    )
)
"""Put together once: it is asked for every session whose audience is counted."""


def said(rule: Rule, names: "Names") -> str:
    """An audience in words: "Everyone", "Mayors of Oakland, and Ada Roth; without Salem"."""
    roles = _joined(_within(names.roles[number]) for number in sorted(rule.role_ids, key=names.order))
    cities = _joined(sorted(names.cities[number] for number in rule.city_ids))
    people = _joined(sorted(names.people[number] for number in rule.person_ids))
    if rule.everyone:
        whom = "Everyone"
    elif roles and cities:
        whom = f"{roles} of {cities}"
    else:
        whom = roles or (f"All of {cities}" if cities else "")
    if people and not rule.everyone:
        whom = f"{whom}, and {people}" if whom else people
    without = _joined(
        [_within(names.roles[number]) for number in sorted(rule.but_role_ids, key=names.order)]
        + sorted(names.cities[number] for number in rule.but_city_ids)
        + sorted(names.people[number] for number in rule.but_person_ids)
    )
    whom = whom[:1].upper() + whom[1:] if whom else "Nobody yet"
    return f"{whom}; without {without}" if without else whom


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in rules are called: roles in the plural, by their order; cities; people."""

    roles: Mapping[int, str]
    cities: Mapping[int, str]
    people: Mapping[int, str]

    def order(self, role_id: int) -> int:
        return list(self.roles).index(role_id)


def names_for(db: Session, rules: Iterable[Rule], cohort_id: int) -> Names:
    """The names that `said` needs for these rules, in three queries."""
    rules = list(rules)
    city_ids = frozenset[int]().union(*(rule.city_ids | rule.but_city_ids for rule in rules))
    person_ids = frozenset[int]().union(*(rule.person_ids | rule.but_person_ids for rule in rules))
    roles = db.exec(select(Role).where(Role.cohort_id == cohort_id).order_by(col(Role.position), col(Role.id)))
    cities = db.exec(select(City).where(col(City.id).in_(city_ids)))
    people = db.exec(select(Person).where(col(Person.id).in_(person_ids)))
    return Names(
        roles={role.key: role.plural for role in roles},
        cities={city.key: city.name for city in cities},
        people={person.key: person.name for person in people},
    )


def _rule(everyone: bool, terms: Iterable[AudienceTerm]) -> Rule:
    terms = list(terms)

    def ids(column: str, excepted: bool) -> frozenset[int]:
        values = (getattr(term, column) for term in terms if term.excepted is excepted)
        return frozenset(value for value in values if value is not None)

    return Rule(
        everyone=everyone,
        role_ids=ids("role_id", False),
        city_ids=ids("city_id", False),
        person_ids=ids("person_id", False),
        but_role_ids=ids("role_id", True),
        but_city_ids=ids("city_id", True),
        but_person_ids=ids("person_id", True),
    )


def _terms(rule: Rule, audience_id: int) -> dict[_Key, AudienceTerm]:
    """The terms that make a rule, by what they say, in a steady order."""
    terms = []
    for excepted, role_ids, city_ids, person_ids in (
        (False, rule.role_ids, rule.city_ids, rule.person_ids),
        (True, rule.but_role_ids, rule.but_city_ids, rule.but_person_ids),
    ):
        terms += [AudienceTerm(audience_id=audience_id, excepted=excepted, role_id=n) for n in sorted(role_ids)]
        terms += [AudienceTerm(audience_id=audience_id, excepted=excepted, city_id=n) for n in sorted(city_ids)]
        terms += [AudienceTerm(audience_id=audience_id, excepted=excepted, person_id=n) for n in sorted(person_ids)]
    return {_key(term): term for term in terms}


def _key(term: AudienceTerm) -> _Key:
    """What a term says, for comparing it with another."""
    return term.excepted, term.role_id, term.city_id, term.person_id


def _within(role: str) -> str:
    """A role's name inside a sentence: "Mayors" → "mayors", "HHS leads" as it is."""
    return role if role[1:2].isupper() else role[:1].lower() + role[1:]


def _joined(words: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last
