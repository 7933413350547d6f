"""What a registration says beyond who comes: needs, travel and lodging, the organizers' own questions, choices."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, Relationship

from app.models.agenda import AgendaSession
from app.models.base import Json, Row, word
from app.models.convenings import Convening
from app.models.registration import Registration
from app.models.sealed import Sealed


class PrivateNeeds(Row, table=True):
    """Dietary and access needs, and whom to call in an emergency: encrypted, and never in the audit log (rule 12).

    `answered` says that food and access were answered, be it with "nothing": the row may also hold an emergency
    contact alone. With `name_to_caterer` the person allows that the caterer is told whose diet it is.
    """

    __tablename__ = "private_needs"

    registration_id: int = Field(foreign_key="registration.id", unique=True)
    dietary: str = Field(default="", sa_type=Sealed)
    access: str = Field(default="", sa_type=Sealed)
    emergency_name: str = Field(default="", sa_type=Sealed)
    emergency_phone: str = Field(default="", sa_type=Sealed)
    name_to_caterer: bool = False
    answered: bool = False

    registration: Registration = Relationship(back_populates="needs")


class LodgingBlock(Row, table=True):
    """Rooms held at a hotel for a convening, from a night to a night (both included)."""

    __tablename__ = "lodging_block"

    convening_id: int = Field(foreign_key="convening.id", index=True)
    name: str = Field(max_length=300)
    address: str = Field(default="", max_length=500)
    rooms: int = 0
    from_on: date
    until_on: date
    note: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    convening: Convening = Relationship()


class Payer(StrEnum):
    LAB = "lab"
    CITY = "city"
    SELF = "self"


class Travel(Row, table=True):
    """How a registered person comes, goes and stays. `is_local` needs neither; nights are both included."""

    __tablename__ = "travel"
    __table_args__ = (CheckConstraint("first_night IS NULL OR last_night >= first_night", name="nights_in_order"),)

    registration_id: int = Field(foreign_key="registration.id", unique=True)
    is_local: bool = False
    arrives_at: datetime | None = None
    arrives_by: str = Field(default="", max_length=200)
    leaves_at: datetime | None = None
    leaves_by: str = Field(default="", max_length=200)
    first_night: date | None = None
    last_night: date | None = None
    block_id: int | None = Field(default=None, foreign_key="lodging_block.id")
    shares_with: str = Field(default="", max_length=300)
    payer: Payer | None = Field(default=None, sa_type=word(Payer))

    registration: Registration = Relationship(back_populates="travel")
    block: LodgingBlock | None = Relationship()


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes or no"
    DATE = "date"
    FILE = "file"


class RegistrationQuestion(Row, table=True):
    """A question of the organizers' own. `role_ids` are the roles that are asked; empty is everybody."""

    __tablename__ = "registration_question"

    convening_id: int = Field(foreign_key="convening.id", index=True)
    position: int = 0
    text: str = Field(max_length=300)
    help: str = Field(default="", max_length=500)
    kind: QuestionKind = Field(default=QuestionKind.TEXT, sa_type=word(QuestionKind))
    options: list[str] = Field(default_factory=list, sa_type=Json)
    role_ids: list[int] = Field(default_factory=list, sa_type=Json)
    required: bool = False
    archived_at: datetime | None = None

    convening: Convening = Relationship()


class RegistrationAnswer(Row, table=True):
    """What a person answered: text (a date as 2017-11-14, yes or no as "yes", "no"), or a kept file."""

    __tablename__ = "registration_answer"
    __table_args__ = (UniqueConstraint("registration_id", "question_id"),)

    registration_id: int = Field(foreign_key="registration.id", index=True)
    question_id: int = Field(foreign_key="registration_question.id", index=True)
    text: str = ""
    digest: str | None = Field(default=None, max_length=64, index=True)
    file_name: str = Field(default="", max_length=300)

    registration: Registration = Relationship(back_populates="answers")
    question: RegistrationQuestion = Relationship()


class ChoicePlaces(Row, table=True):
    """The places of a session that people choose among parallel ones; no `cap` is no limit.

    The count is changed only by an UPDATE that compares it with the cap in the same statement.
    """

    __tablename__ = "choice_places"
    __table_args__ = (CheckConstraint("taken >= 0", name="count"),)

    session_id: int = Field(foreign_key="session.id", unique=True)
    cap: int | None = None
    taken: int = 0

    session: AgendaSession = Relationship()


class SessionChoice(Row, table=True):
    """The session that a person chose of those of a choice group. Whoever changes their mind gives it up, and it stays
    on record: calendars count by it (rule 16)."""

    __tablename__ = "session_choice"
    __table_args__ = (
        Index(
            "uq_session_choice_standing",
            "registration_id",
            "choice_group",
            unique=True,
            sqlite_where=text("given_up_at IS NULL"),
            postgresql_where=text("given_up_at IS NULL"),
        ),
    )

    registration_id: int = Field(foreign_key="registration.id", index=True)
    session_id: int = Field(foreign_key="session.id", index=True)
    choice_group: str = Field(max_length=120)
    given_up_at: datetime | None = None

    registration: Registration = Relationship(back_populates="choices")
    session: AgendaSession = Relationship()

    @property
    def stands(self) -> bool:
        return self.given_up_at is None
