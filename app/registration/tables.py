"""At which table everybody sits, as those who sit there may know it.

Whom a participant reads at a table is who allows to stand on the list of participants (roster.py); the others are
counted. Whose place at the convening is gone has none at a table. Whoever shows this shows it of sessions that are seen
in full alone (rule 13), and no need is near it (rule 12).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import AgendaSession, Convening, Person, Registration, RegistrationState, SessionTable, TablePlace


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table of a session. `named` are those who sit there and allow to be named, by the number of the person and in
    order of names; `more` sit there too."""

    number: int
    name: str
    named: Mapping[int, str] = field(default_factory=dict)
    more: int = 0

    @property
    def title(self) -> str:
        """ "Table 4", or "Table 4, Window"."""
        return f"Table {self.number}, {self.name}" if self.name else f"Table {self.number}"

    def company(self, person_id: int | None) -> str:
        """Who sits with a person who sits there: "with Ana Cruz, Jo Park and 2 more"; "" where nobody does."""
        names = [name for number, name in self.named.items() if number != person_id]
        more = self.more - (person_id not in self.named)
        if more > 0:
            names.append(f"{more} more" if names else f"{more} {'other' if more == 1 else 'others'}")
        if not names:
            return ""
        return f"with {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else f"with {names[0]}"


def tables_of(db: Session, convening: Convening) -> dict[int, dict[int, SeenTable]]:
    """Session → person → the table at which they sit; nobody where no tables are laid. One query."""
    rows = db.execute(
        sa.select(
            col(TablePlace.session_id),
            col(SessionTable.id),
            col(SessionTable.number),
            col(SessionTable.name),
            col(Person.id),
            col(Person.name),
            col(Registration.listed),
        )
        .join(SessionTable, col(SessionTable.id) == TablePlace.table_id)
        .join(AgendaSession, col(AgendaSession.id) == TablePlace.session_id)
        .join(Person, col(Person.id) == TablePlace.person_id)
        .join(
            Registration,
            sa.and_(
                col(Registration.person_id) == TablePlace.person_id,
                col(Registration.convening_id) == AgendaSession.convening_id,
                col(Registration.state) == RegistrationState.SUBMITTED,
            ),
        )
        .where(col(AgendaSession.convening_id) == convening.key)
        .order_by(col(Person.sort_name), col(Person.name), col(Person.id))
    ).all()
    named: dict[int, dict[int, str]] = {}
    more: dict[int, int] = {}
    for _, table, _, _, person, name, listed in rows:
        if listed and convening.roster_shown:
            named.setdefault(table, {})[person] = name
        else:
            more[table] = more.get(table, 0) + 1
    tables: dict[Any, SeenTable] = {}
    found: dict[int, dict[int, SeenTable]] = {}
    for session, table, number, name, person, _, _ in rows:
        if table not in tables:
            tables[table] = SeenTable(number, name, named.get(table, {}), more.get(table, 0))
        found.setdefault(session, {})[person] = tables[table]
    return found
