"""A facilitators' call that is prepared, run and kept: what its tests have in common."""

from dataclasses import dataclass, replace

from sqlmodel import Session, select

from app.database import Database
from app.gatherings.actions import Promise, promise
from app.gatherings.calls import Call, call_of
from app.gatherings.listing import gathering_of
from app.gatherings.notes import Saved, write_notes
from app.gatherings.points import Said, put_point
from app.models import AgendaSession, CallAction, CallPoint
from app.people.audiences import Rule
from tests.gatherings.meeting import Meeting, meet, utc


@dataclass(frozen=True)
class Calling:
    """The monthly facilitator call of the stage, with its dates by month: `on(db, 10)` is that of 12 October 2017."""

    meeting: Meeting
    series_id: int

    def on(self, db: Session, month: int) -> AgendaSession:
        found = db.exec(select(AgendaSession).where(AgendaSession.series_id == self.series_id)).all()
        return next(one for one in found if one.occurrence_at and one.occurrence_at.month == month)

    def call(self, db: Session, month: int, who: str) -> Call | None:
        """The call as somebody of the stage sees it; None where it is not for them."""
        db.flush()
        viewer, session = self.meeting.viewer(db, who), self.on(db, month)
        seen = gathering_of(db, self.meeting.stage.cohort, session.key, viewer)
        return call_of(db, seen, viewer) if seen else None

    def points(self, db: Session, month: int, who: str = "salem facilitator") -> list[str]:
        call = self.call(db, month, who)
        return [one.title for one in call.points if one.stands] if call else []

    def actions(self, db: Session, month: int, who: str = "salem facilitator") -> list[str]:
        call = self.call(db, month, who)
        return [one.text for one in call.actions] if call else []

    def put(self, db: Session, month: int, title: str, who: str = "salem facilitator", **said: object) -> CallPoint:
        by = self.meeting.viewer(db, who)
        return put_point(db, self.on(db, month), Said(title, **said), by=by)  # type: ignore[arg-type]  # as a test says it

    def write(
        self,
        db: Session,
        month: int,
        text: str,
        who: str = "salem facilitator",
        *,
        upon: str = "",
        confidential: bool = False,
    ) -> Saved:
        by = self.meeting.viewer(db, who)
        return write_notes(db, self.on(db, month), text=text, upon=upon, confidential=confidential, by=by)

    def promise(self, db: Session, month: int, text: str, who: str = "salem facilitator", **said: object) -> CallAction:
        by = self.meeting.viewer(db, who)
        return promise(db, self.on(db, month), Promise(text, **said), by=by)  # type: ignore[arg-type]  # as a test says it


def calling(database: Database, **said: object) -> Calling:
    """The stage with its monthly call; in the sample it is for facilitators and organizers, as here."""
    met = meet(database)
    meeting = replace(met, stage=replace(met.stage, people=dict(met.stage.people)))
    with database.write() as db:
        roles = meeting.of_role(db, "facilitator").role_ids | meeting.of_role(db, "organizer").role_ids
        series = meeting.calls(db, **{"audience": Rule(role_ids=roles), **said})
    return Calling(meeting, series.key)


BEFORE_OCTOBER = utc(2017, 10, 1, 15)
AFTER_OCTOBER = utc(2017, 10, 13, 15)
AFTER_NOVEMBER = utc(2017, 11, 10, 15)
