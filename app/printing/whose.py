"""Whose papers somebody may print: their own; a city's for its facilitator; everybody's for the lab. Who acts for
somebody prints theirs."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.models import City, Convening
from app.people.policy import may
from app.people.viewer import Viewer
from app.printing.documents import NothingToPrint, Option, Wish
from app.registration.expected import guests


def may_print_all(viewer: Viewer, convening: Convening) -> bool:
    """Whether everybody's papers are theirs to print."""
    return may(viewer, "checkin.use", cohort_id=convening.cohort_id)


def cities_of(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """The cities whose pack the viewer may print, (slug, name), by name."""
    if may_print_all(viewer, convening):
        every = {(one.city_slug, one.city) for one in guests(db, convening) if one.city_slug}
        return sorted(every, key=lambda one: one[1])
    ids = [
        number
        for number in viewer.city_ids(convening.cohort_id)
        if may(viewer, "registration.team", cohort_id=convening.cohort_id, city_id=number)
    ]
    own = select(City).where(col(City.id).in_(ids)).order_by(City.name)
    return [(city.slug, city.name) for city in db.exec(own)] if ids else []


def people_of(db: Session, convening: Convening, viewer: Viewer) -> Sequence[tuple[str, str]]:
    """Those for whom the viewer may print, (number, name and place): themselves first, then by name."""
    cities = {slug for slug, _ in cities_of(db, convening, viewer)}
    everybody, own = may_print_all(viewer, convening), str(viewer.person_id)
    found = [
        (str(one.person_id), f"{one.name}, {one.place}")
        for one in guests(db, convening)
        if everybody or one.city_slug in cities or one.person_id == viewer.person_id
    ]
    if not everybody and all(number != own for number, _ in found):
        found.append((own, viewer.name))
    return sorted(found, key=lambda one: one[0] != own)


OF_WHOM = (
    Option("city", "City", cities_of, every="All cities"),
    Option("person", "One person", people_of, every="All of them"),
)
"""The two choices that every paper of people offers."""


def asked_of(db: Session, wish: Wish) -> tuple[set[int] | None, str]:
    """(people, city's slug) that a wish asks for, of those that the viewer may print: (None, "") is everybody. Where
    nothing is said it is all of those. Raises NothingToPrint for others'."""
    convening, viewer, city, person = wish.convening, wish.viewer, wish.option("city"), wish.option("person")
    if person and not person.isdecimal():
        raise NothingToPrint("There is nobody of that number.")
    people = {int(person)} if person else None
    if may_print_all(viewer, convening):
        return people, city
    if people is None and not city:
        return {int(number) for number, _ in people_of(db, convening, viewer)}, ""
    if city and city not in dict(cities_of(db, convening, viewer)):
        raise NothingToPrint("What is another city’s is for its own people.")
    if person and person not in dict(people_of(db, convening, viewer)):
        raise NothingToPrint("What is somebody else’s is for themselves and for their city’s facilitator.")
    return people, city
