"""What stands beside an update's text while it is written: its numbers, files and comments; approval by link."""

from datetime import date, datetime

from sqlmodel import Field, Relationship

from app.models.base import Row
from app.models.people import Person
from app.models.updates import Update, UpdateSection


class UpdateFigure(Row, table=True):
    """A number of a section, as it is said ("74 percent") and, where it is one, as it is counted with.

    `carried_from_id` is the same number in the update before, so that the old stands beside the new.
    """

    __tablename__ = "update_figure"

    update_id: int = Field(foreign_key="update.id", index=True)
    section_id: int = Field(foreign_key="update_section.id")
    label: str = Field(max_length=300)
    said: str = Field(default="", max_length=60)
    number: float | None = None
    unit: str = Field(default="", max_length=60)
    measured_on: date | None = None
    source: str = Field(default="", max_length=300)
    stage_id: int | None = Field(default=None, foreign_key="measure_stage.id")
    carried_from_id: int | None = Field(default=None, foreign_key="update_figure.id")
    position: int = 0
    archived_at: datetime | None = None

    update: Update = Relationship()
    section: UpdateSection = Relationship()


class UpdateFile(Row, table=True):
    """A picture, paper or sheet of an update. Kept by its digest (SHA-256, hexadecimal), as it is shown: a picture
    without what its camera wrote into it.

    `preview` is the digest of a small WebP picture of it (the first page of a PDF); widths and heights are pixels.
    Never deleted: another version (`replaces_id`) archives the one before; `quarantined_at` hides it at once (rule 20).
    """

    __tablename__ = "update_file"

    update_id: int = Field(foreign_key="update.id", index=True)
    section_id: int | None = Field(default=None, foreign_key="update_section.id")
    name: str = Field(max_length=255)
    media_type: str = Field(max_length=120)
    size: int
    digest: str = Field(max_length=64, index=True)
    preview: str = Field(default="", max_length=64)
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    caption: str = Field(default="", max_length=500)
    alternative: str = Field(default="", max_length=500)
    position: int = 0
    by_id: int | None = Field(default=None, foreign_key="person.id")
    replaces_id: int | None = Field(default=None, foreign_key="update_file.id")
    quarantined_at: datetime | None = None
    quarantined_by_id: int | None = Field(default=None, foreign_key="person.id")
    quarantine_reason: str = Field(default="", max_length=500)
    archived_at: datetime | None = None

    update: Update = Relationship()
    section: UpdateSection | None = Relationship()
    by: Person | None = Relationship(sa_relationship_kwargs={"foreign_keys": "UpdateFile.by_id"})


class Upload(Row, table=True):
    """A large file that arrives in pieces: `received` bytes of `size` are on disk, under `ticket`, until it is whole or
    `expires_at` has passed. Only who began it goes on with it."""

    __tablename__ = "upload"

    ticket: str = Field(max_length=64, unique=True)
    update_id: int = Field(foreign_key="update.id", index=True)
    section_id: int | None = Field(default=None, foreign_key="update_section.id")
    replaces_id: int | None = Field(default=None, foreign_key="update_file.id")
    person_id: int = Field(foreign_key="person.id")
    name: str = Field(max_length=255)
    size: int
    received: int = 0
    expires_at: datetime
    finished_at: datetime | None = None


class UpdateComment(Row, table=True):
    """What one of the city's people says to the others about a section, or about the whole (`section_id` None)."""

    __tablename__ = "update_comment"

    update_id: int = Field(foreign_key="update.id", index=True)
    section_id: int | None = Field(default=None, foreign_key="update_section.id")
    by_id: int = Field(foreign_key="person.id")
    text: str
    settled_at: datetime | None = None
    settled_by_id: int | None = Field(default=None, foreign_key="person.id")
    archived_at: datetime | None = None

    by: Person = Relationship(sa_relationship_kwargs={"foreign_keys": "UpdateComment.by_id"})


class ApprovalLink(Row, table=True):
    """A one-time address by which one approver approves or sends back without signing in (rule 5).

    Only the token's hash is kept. In a browser that is not known as the approver's, a number of six digits goes to
    their own address first: whoever has the letter alone cannot approve. `browser_hash` is the browser that gave it.
    """

    __tablename__ = "approval_link"

    update_id: int = Field(foreign_key="update.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    expires_at: datetime
    code_hash: str = Field(default="", max_length=64)
    code_expires_at: datetime | None = None
    code_tries: int = 0
    codes_sent: int = 0
    browser_hash: str = Field(default="", max_length=64)
    opened_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    update: Update = Relationship()
    person: Person = Relationship()
