"""Who acts for whom on a day."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, or_, select

from app.models import Assistance, Person


def assistants_of(db: Session, principals: Collection[int], on: date) -> dict[int, list[Person]]:
    """Principal → who acts for them on a day, by name. One query."""
    rows = db.exec(
        select(Assistance.principal_id, Person)
        .join(Person, col(Person.id) == Assistance.assistant_id)
        .where(
            Assistance.starts_on <= on,
            or_(col(Assistance.ends_on).is_(None), col(Assistance.ends_on) >= on),
            col(Person.archived_at).is_(None),
        )
        .order_by(col(Person.sort_name), col(Person.id))
    )
    found: dict[int, list[Person]] = {}
    for principal_id, person in rows:
        if principal_id in principals:
            found.setdefault(principal_id, []).append(person)
    return found
