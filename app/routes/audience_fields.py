"""The fields of a form that say whom something is for, and people named in lines of text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from app.gatherings.details import LONGEST_PART
from app.models import Cohort, Person
from app.people.audiences import Rule
from app.people.audit import Refused
from app.people.cities import cities_of
from app.people.cohorts import roles_of
from app.people.directory import all_people
from app.people.names import plain
from app.people.prose import as_written

NOBODY_ON_RECORD = "Nobody on record is “{}”. Give a name as it stands under People, or an e-mail address."
NOBODY_OF_COHORT = (
    "Nobody of this cohort is “{}”. Give a name as it stands under People, or an e-mail address; guests are added by "
    "organizers."
)


def audience_choices(db: Session, cohort: Cohort) -> dict[str, list[tuple[str, str]]]:
    """What `audience_fields` in components offers: the cohort's roles and cities."""
    return {
        "roles": [(str(role.key), role.plural) for role in roles_of(db, cohort.key)],
        "cities": [(str(city.key), city.name) for city in cities_of(db, cohort.key)],
    }


def audience_values(db: Session, rule: Rule) -> dict[str, object]:
    """A rule as its form's fields show it."""
    people = {person.key: person for person in all_people(db)} if rule.person_ids else {}
    named = sorted((people[number] for number in rule.person_ids if number in people), key=lambda one: one.sort_name)
    return {
        "everyone": "yes" if rule.everyone else "",
        "roles": [str(number) for number in rule.role_ids],
        "cities": [str(number) for number in rule.city_ids],
        "people": "\n".join(person_line(person) for person in named),
    }


def read_audience(
    db: Session,
    cohort: Cohort,
    *,
    everyone: str,
    roles: Sequence[str],
    cities: Sequence[str],
    people: str,
    before: Rule | None = None,
) -> Rule:
    """The rule that was chosen; exceptions that stand (`before`) are kept. Raises Refused for nobody at all."""
    choices = audience_choices(db, cohort)
    rule = replace(
        before or Rule(),
        everyone=bool(everyone),
        role_ids=_chosen(roles, choices["roles"]),
        city_ids=_chosen(cities, choices["cities"]),
        person_ids=frozenset(person.key for person, _ in people_in_lines(db, people, "people")),
    )
    if not (rule.everyone or rule.role_ids or rule.city_ids or rule.person_ids):
        raise Refused("Say whom it is for: everyone, some roles or cities, or people by name.", "everyone")
    return rule


def people_in_lines(
    db: Session, text: str, field: str, *, among: Sequence[Person] | None = None
) -> list[tuple[Person, str]]:
    """The people of a text with one on each line, by e-mail or name, and what follows a comma: a part.

    Raises Refused for somebody who is not on record, and for a name that several have; where it is asked `among` some
    people, all others are refused alike, so that nobody learns who else is on record.
    """
    lines = [line.partition(",") for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    known = all_people(db) if among is None else among
    nobody = NOBODY_ON_RECORD if among is None else NOBODY_OF_COHORT
    by_email = {person.email: person for person in known if person.email}
    by_name: dict[str, list[Person]] = {}
    for person in known:
        by_name.setdefault(plain(person.name), []).append(person)
    return [
        (_found(words.strip(), by_email, by_name, field, nobody), as_written(part, longest=LONGEST_PART, field=field))
        for words, _, part in lines
    ]


def person_line(person: Person) -> str:
    """How a person stands in such a text: by e-mail where there is one, since names are shared."""
    return person.email or person.name


def _found(
    words: str, by_email: Mapping[str, Person], by_name: Mapping[str, Sequence[Person]], field: str, nobody: str
) -> Person:
    if person := by_email.get(words.lower()):
        return person
    namesakes = by_name.get(plain(words), [])
    if len(namesakes) == 1:
        return namesakes[0]
    if namesakes:
        raise Refused(f"Several people are called {words}. Give the e-mail address.", field)
    raise Refused(nobody.format(words), field)


def _chosen(values: Sequence[str], options: Sequence[tuple[str, str]]) -> frozenset[int]:
    offered = {key for key, _ in options}
    return frozenset(int(value) for value in values if value in offered)
