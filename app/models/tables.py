"""Tables at which the people of a session sit, such as lunch at cross-city tables."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Relationship

from app.models.base import FOR_GOOD, Row
from app.models.people import Person


class SessionTable(Row, table=True):
    """A table of a session, with its places."""

    __tablename__ = "session_table"
    __table_args__ = (UniqueConstraint("session_id", "number"), FOR_GOOD)

    session_id: int = Field(foreign_key="session.id")
    number: int
    name: str = Field(default="", max_length=120)
    places: int = 8

    seated: list["TablePlace"] = Relationship(
        back_populates="table", sa_relationship_kwargs={"order_by": "TablePlace.id"}
    )

    @property
    def title(self) -> str:
        """ "Table 4", or "Table 4, Window"."""
        return f"Table {self.number}, {self.name}" if self.name else f"Table {self.number}"


class TablePlace(Row, table=True):
    """Who sits at it. Nobody sits at two tables of one session. Whom an organizer has placed `by_hand` stays there when
    the others are mixed anew."""

    __tablename__ = "table_place"
    __table_args__ = (UniqueConstraint("session_id", "person_id"), FOR_GOOD)

    session_id: int = Field(foreign_key="session.id")
    table_id: int = Field(foreign_key="session_table.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    by_hand: bool = False

    table: SessionTable = Relationship(back_populates="seated")
    person: Person = Relationship()
