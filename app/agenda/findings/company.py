"""Who is together with whom: closed sessions (rule 13), and members of one public body."""

from collections.abc import Iterator

from app.agenda.crowd import Seating
from app.agenda.draft import Draft, DraftSession
from app.agenda.findings.finding import NOBODY, Finding, Gravity, Kind
from app.models import Openness


def must_not_be_there(session: DraftSession, seating: Seating) -> Iterator[Finding]:
    """Rule 13: whoever is in a closed session that says it is without them.

    One that excludes the lab is without organizers and lab staff, by invitation or by a part in it; any closed one is
    without those whom its audience excepts, even where they have a part. Who speaks in a closed session without
    being of its audience was asked in, and may be there.
    """
    if session.openness is not Openness.CLOSED:
        return
    lab = session.bound & seating.lab if session.excludes_lab else NOBODY
    people = lab | session.engaged & seating.left_out(session.rule)
    if people:
        key = f"13:{Kind.CLOSED}:{session.id}"
        yield Finding(13, Kind.CLOSED, Gravity.MUST_FIX, key, (session.id,), people, None, session.span)


def of_one_body(draft: Draft, session: DraftSession) -> Iterator[Finding]:
    """So many members of a board or council in one session that the law may call it a meeting.

    Of sessions to choose from, only those with a part in one are sure to be there.
    """
    there = session.engaged if session.choice_group else session.bound
    for body in draft.bodies:
        members = there & body.members
        if members.bit_count() >= body.flag_at:
            key = f"0:{Kind.BODY}:{body.id}:{session.id}"
            ids = (session.id,)
            yield Finding(0, Kind.BODY, Gravity.NOTE, key, ids, members, None, session.span, about=body.id)
