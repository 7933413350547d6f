"""What forms offer to choose from: roles, cities and stages of a cohort, and people by the label they are chosen by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.models import City, Convening, Membership, Person, Role
from app.people.audiences import roll
from app.people.audit import Refused
from app.people.directory import all_people
from app.people.stages import stages_of


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers: roles, cities and people of the cohort, and people by the label they are chosen by."""

    roles: Sequence[tuple[int, str]]
    cities: Sequence[tuple[int, str]]
    labels: Mapping[int, str]
    stages: Sequence[tuple[int, str]] = ()

    def person(self, label: str, field: str) -> int:
        """The person whom a label or a name that only one has names; raises Refused."""
        wanted = " ".join(label.split()).casefold()
        for number, known in self.labels.items():
            if known.casefold() == wanted:
                return number
        named = [number for number, known in self.labels.items() if known.rpartition(" (")[0].casefold() == wanted]
        if len(named) != 1:
            problem = "Several people are called" if named else "Nobody on record is called"
            raise Refused(f"{problem} “{label.strip()[:100]}”. Choose from the list.", field)
        return named[0]

    def people(self, labels: Sequence[str], field: str) -> frozenset[int]:
        return frozenset(self.person(label, field) for label in labels if label.strip())


def choices(db: Session, convening: Convening) -> Choices:
    """What the form of a convening's session offers, in five queries."""
    offices = {one.person_id: one.office for one in roll(db, convening.starts_on, convening.cohort_id)}
    labels = labelled(all_people(db), offices)
    roles = db.exec(select(Role).where(Role.cohort_id == convening.cohort_id).order_by(col(Role.position)))
    of_cohort = select(Membership.city_id).where(Membership.cohort_id == convening.cohort_id)
    cities = db.exec(select(City).where(col(City.id).in_(of_cohort)).order_by(col(City.name)))
    stages = stages_of(db, convening.cohort_id)
    return Choices(
        [(one.key, one.plural) for one in roles],
        [(one.key, one.name) for one in cities],
        labels,
        [(one.key, one.name) for one in stages],
    )


def labelled(people: Iterable[Person], offices: Mapping[int, str]) -> dict[int, str]:
    """What each person is chosen by: the name with the office, or what else tells them from others of that name."""
    labels: dict[int, str] = {}
    taken: set[str] = set()
    for person in people:
        said = offices.get(person.key) or person.organization or "no seat"
        label = f"{person.name} ({said})"
        if label in taken:
            label = f"{person.name} ({said}, number {person.key})"
        labels[person.key] = label
        taken.add(label)
    return labels
