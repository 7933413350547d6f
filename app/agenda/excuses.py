"""Excusing people from a session: an exception of its audience, whoever else it is for."""

from collections.abc import Collection
from dataclasses import replace

from sqlmodel import Session, col, select

from app.gatherings.details import GONE, day_of, is_for, is_hidden
from app.models import AgendaSession, Person
from app.people.audiences import Rule, rule_of, write_rule
from app.people.audit import Refused, verb
from app.people.standing_in import stand_ins
from app.people.viewer import Office, Viewer, offices_of


@verb
def excuse(db: Session, session: AgendaSession, person_ids: Collection[int], *, by: Viewer) -> list[Person]:
    """Say of people that they need not come to a session; returns those who were to come.

    Refused for somebody with a part in it, and where nobody of them is of its audience; and of a session that excludes
    the lab, to whoever is not in it: the answer would say who is (rule 13).
    """
    if is_hidden(db, session, by):
        raise Refused("Only somebody who is in this session may say who need not come to it.")
    people = db.exec(select(Person).where(col(Person.id).in_(person_ids)).order_by(col(Person.sort_name))).all()
    engaged = {one.person_id for one in session.engagements if one.state not in GONE}
    presenting = next((one for one in people if one.key in engaged), None)
    if presenting is not None:
        raise Refused(f"{presenting.name} has a part in this session. Take them off its presenters first.")
    rule = rule_of(session.audience)
    excused = []
    for person in people:
        if is_for(db, session, person.key):
            rule = _without(rule, person.key)
            if rule.takes(person.key, _offices(db, session, person.key)):
                rule = replace(rule, but_person_ids=rule.but_person_ids | {person.key})
            excused.append(person)
    if not excused:
        raise Refused("None of them is expected in this session any more.")
    write_rule(session.audience, rule)
    return excused


def _offices(db: Session, session: AgendaSession, person_id: int) -> tuple[Office, ...]:
    """What a person holds that day, with the seat they come for (rule 10)."""
    held = offices_of(db, person_id, day_of(session))
    return held if session.convening_id is None else stand_ins(db, session.convening_id).offices(person_id, held)


def _without(rule: Rule, person_id: int) -> Rule:
    """The rule no longer naming a person, who may still be of it by their office."""
    return replace(rule, person_ids=rule.person_ids - {person_id})
