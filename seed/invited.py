"""Who has said what to the sample's next call and meeting: some come, one cannot, some have not said."""

from sqlmodel import Session, col, select

from app import clock
from app.gatherings.answers import people_of_session
from app.gatherings.invitations import answer_invitation, held_invitation, target_of
from app.models import AgendaSession, Participation, SessionFormat
from app.people.audit import verb
from app.people.viewer import Viewer, viewer_of

FORMATS = (SessionFormat.CALL, SessionFormat.WORKING_GROUP)
SAID = (Participation.ACCEPTED, None, Participation.ACCEPTED, Participation.DECLINED, None, Participation.TENTATIVE)
COMMENT = "I am on a plane then. Jun has our numbers."


@verb
def load_invited(db: Session, *, secret: bytes, by: Viewer) -> None:
    """Answers of those invited, by themselves, to the next gathering of each of these formats."""
    for format_ in FORMATS:
        session = db.exec(
            select(AgendaSession)
            .where(
                AgendaSession.format == format_,
                col(AgendaSession.convening_id).is_(None),
                col(AgendaSession.archived_at).is_(None),
                col(AgendaSession.cancelled_at).is_(None),
                col(AgendaSession.starts_at) > clock.now(),
            )
            .order_by(col(AgendaSession.starts_at))
        ).first()
        if session is None:
            continue
        target, occurrence_at = target_of(session)
        for place, person in enumerate(people_of_session(db, session)):
            said = SAID[place % len(SAID)]
            if said is not None:
                held = held_invitation(db, target, person.person_id, secret)
                who = viewer_of(db, person.person_id)
                comment = COMMENT if said is Participation.DECLINED else ""
                answer_invitation(db, held, said, comment=comment, occurrence_at=occurrence_at, by=who)
