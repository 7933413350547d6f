"""The caps of a convening's delegations: what a change would do, and doing it (rule 9).

Lowering a cap takes nobody's place away: the city is over it until people cancel, and nobody moves up till then.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.models import City, Convening, Delegation, Person, Registration, RegistrationState
from app.models.base import relation
from app.people.audit import Refused, verb
from app.people.viewer import Viewer
from app.registration.delegations import hold_convening, hold_delegation, set_caps

MOST = 9999


@dataclass(frozen=True, slots=True)
class Caps:
    """A city's places of its own, and those that the lab pays for."""

    own: int
    sponsored: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What caps would do to a city: who gets a place by them, in order; who goes on waiting; by how many it is over."""

    city: str
    now: Caps
    then: Caps
    moving_up: tuple[str, ...]
    still_waiting: tuple[str, ...]
    over: int
    sponsored_over: int


def delegations_by_city(db: Session, convening: Convening) -> dict[str, Delegation]:
    """City's slug → its delegation, in the order of the cities' names. One query."""
    rows = db.exec(
        select(Delegation)
        .join(City, col(City.id) == Delegation.city_id)
        .where(Delegation.convening_id == convening.key)
        .options(joinedload(relation(Delegation.city)))
        .order_by(City.name)
    )
    return {row.city.slug: row for row in rows}


def effects(db: Session, convening: Convening, wanted: Mapping[str, Caps]) -> list[Effect]:
    """What the wanted caps (by city's slug) would do, of the cities whose caps they change. Two queries."""
    waiting = _waiting(db, convening)
    return [
        _effect(delegation, wanted[slug], waiting.get(delegation.city_id, []))
        for slug, delegation in delegations_by_city(db, convening).items()
        if slug in wanted and wanted[slug] != Caps(delegation.cap, delegation.sponsored_cap)
    ]


@verb
def change_caps(
    db: Session, convening: Convening, wanted: Mapping[str, Caps], *, default: Caps | None = None, by: Viewer
) -> list[Registration]:
    """Set the caps of cities (by slug), and with `default` what a city gets that joins later.

    Nobody who has a place loses it. Returns those to whom places went, in order.
    """
    for slug, caps in wanted.items():
        if not 0 <= caps.own <= MOST:
            raise Refused("A cap is a number of places, such as 10.", field=f"own-{slug}")
        if not 0 <= caps.sponsored <= MOST:
            raise Refused("A cap is a number of places, such as 10.", field=f"sponsored-{slug}")
    promoted: list[Registration] = []
    hold_convening(db, convening)
    delegations = sorted(delegations_by_city(db, convening).items(), key=lambda one: one[1].key)
    for _, delegation in delegations:  # all before the first is changed, and in one order: see delegations.py
        hold_delegation(db, delegation.key)
    for slug, delegation in delegations:
        caps = wanted.get(slug, Caps(delegation.cap, delegation.sponsored_cap))
        if caps == Caps(delegation.cap, delegation.sponsored_cap):
            continue
        promoted += set_caps(db, delegation, cap=caps.own, sponsored_cap=caps.sponsored, by=by)
    if default is not None:
        convening.delegation_cap, convening.sponsored_cap = default.own, default.sponsored
        db.add(convening)
    return promoted


def _effect(delegation: Delegation, then: Caps, waiting: list[tuple[str, bool]]) -> Effect:
    free = {False: max(0, then.own - delegation.taken), True: max(0, then.sponsored - delegation.sponsored_taken)}
    up, still = [], []
    for name, sponsored in waiting:
        if free[sponsored]:
            free[sponsored] -= 1
            up.append(name)
        else:
            still.append(name)
    return Effect(
        city=delegation.city.name,
        now=Caps(delegation.cap, delegation.sponsored_cap),
        then=then,
        moving_up=tuple(up),
        still_waiting=tuple(still),
        over=max(0, delegation.taken - then.own),
        sponsored_over=max(0, delegation.sponsored_taken - then.sponsored),
    )


def _waiting(db: Session, convening: Convening) -> dict[int | None, list[tuple[str, bool]]]:
    """City's number → (name, waits for a sponsored place) of those who wait, in order."""
    rows = db.exec(
        select(Registration.city_id, Person.name, Registration.sponsored)
        .join(Person, col(Person.id) == Registration.person_id)
        .where(Registration.convening_id == convening.key, Registration.state == RegistrationState.WAITING)
        .order_by(col(Registration.waiting_number), col(Registration.id))
    )
    waiting: dict[int | None, list[tuple[str, bool]]] = {}
    for city_id, name, sponsored in rows:
        waiting.setdefault(city_id, []).append((name, sponsored))
    return waiting
