"""What the library has of a session, on the session's own page."""

from typing import Any

from sqlmodel import Session

from app.learning.shelf import of_session
from app.models import Cohort
from app.people.policy import may
from app.people.viewer import Viewer


def session_part(db: Session, cohort: Cohort, session_id: int, viewer: Viewer, *, whole: bool) -> dict[str, Any]:
    """What `library/of_session.html` draws; nothing where the viewer knows only that the session is (rule 13)."""
    if not whole:
        return {"shelved": [], "adds": None}
    adds = session_id if may(viewer, "library.change", cohort_id=cohort.key) else None
    return {"shelved": of_session(db, cohort, session_id, viewer), "adds": adds}
