"""Where an organizer works on a draft: the workbench with its grid, and beside it the form of one session."""

from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session, select

from app import clock
from app.agenda.desk import Desk, set_up_desk
from app.agenda.draft import DraftSession
from app.agenda.history import offer
from app.agenda.published import latest_number
from app.agenda.seeing import programme_day
from app.models import AgendaSession, Convening
from app.people.audit import Refused
from app.people.cohorts import roles_of
from app.people.viewer import Viewer
from app.routes.door import ConveningHere, Db, Needs, NotHere, ViewerHere
from app.routes.draft_blocks import blocks_of, findings_of
from app.routes.draft_view import SCALES, View, view_of
from app.routes.pages import page, partial, render, see_other, wants_fragment
from app.routes.session_editor import form_context
from app.routes.session_editor import name_of as name_of
from app.routes.session_form import SessionFields
from app.routes.typed import errors as said_errors

HERE = "/{cohort}/convenings/{convening}"
ONE = HERE + "/sessions/{session:int}"
DRAFT = [Depends(Needs("agenda.draft"))]
ALL_DAYS = "all"
NO_SUCH_NUMBER = 2**31 - 1
"""The largest that a column of ids holds on both databases."""


def agenda_session_here(request: Request, db: Db, convening: ConveningHere) -> AgendaSession:
    """The session of that convening that the address names, put away or not; raises NotHere."""
    number = min(int(request.path_params["session"]), NO_SUCH_NUMBER)
    here = select(AgendaSession).where(AgendaSession.id == number, AgendaSession.convening_id == convening.key)
    session = db.exec(here).first()
    if session is None:
        raise NotHere("This convening has no such session.")
    return session


SessionHere = Annotated[AgendaSession, Depends(agenda_session_here)]


@dataclass(frozen=True, slots=True)
class Workbench:
    """The request, what it is about, and how it is answered: a page, a fragment, or 303."""

    request: Request
    db: Session
    convening: Convening
    viewer: Viewer

    @property
    def here(self) -> str:
        """The address of the convening."""
        return self.convening.path

    @property
    def address(self) -> str:
        """The address of the convening's draft."""
        return f"{self.here}/agenda/draft"

    def desk(self) -> Desk:
        return set_up_desk(self.db, self.convening, self.viewer)

    def show(self) -> Response:
        """The page with the grid of a day (or ALL_DAYS), or of it the workbench or the searched tray alone."""
        view = view_of(self.request)
        context = self._workbench(self.desk(), view)
        context["latest"] = latest_number(self.db, self.convening)
        part = "tray" if "tray" in self.request.query_params else "workbench"
        block = part if wants_fragment(self.request) else None
        answer = page(self.request, "agenda/draft.html", context, block=block)
        answer.headers["cache-control"] = "private, no-store"  # the Back button draws the draft as it is now
        if {"scale", "turned"} & self.request.query_params.keys():
            view.remember(answer)
        return answer

    def edit(
        self,
        session: AgendaSession | None,
        fields: SessionFields | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """The form of a session (None: of a new one), with what was typed and what is wrong with it."""
        fragment = wants_fragment(self.request)
        context = {
            **form_context(self.db, self.convening, self.viewer, session, fields),
            "errors": said_errors(refused) if refused else {},
            "saved": False,
            "fragment": fragment,
            "redrawn": fragment and self.request.url.path.endswith("/typed"),
            "at": self.address,
        }
        block = "editor" if fragment else None
        return page(self.request, "agenda/editor.html", context, block=block, status=422 if refused else 200)

    def done(
        self,
        happened: str,
        session: AgendaSession | None = None,
        *,
        desk: Desk | None = None,
        panel: str = "",
    ) -> Response:
        """The answer to a change: to htmx the workbench anew, and the panel's parts that are otherwise or, without any,
        the panel closed if it asked; to others 303 to the draft."""
        if not wants_fragment(self.request):
            return see_other(self._back_to(session), flash=happened)
        workbench = self.drawn(happened, desk=desk)
        # What was typed is kept: the panel closes, so that the findings beside the grid are in view again.
        closed = partial("panel", "")
        return HTMLResponse(workbench + (panel or closed if "panel" in self.request.query_params else ""))

    def drawn(self, happened: str = "", *, desk: Desk | None = None) -> str:
        """The workbench's fragment for the day that the browser shows."""
        context = self._workbench(desk or self.desk(), view_of(self.request), happened=happened)
        return render(self.request, "agenda/draft.html", context, block="workbench")

    def _back_to(self, session: AgendaSession | None) -> str:
        """The draft, with the session in view."""
        if session is None:
            return self.address
        day = f"day={programme_day(session.starts_at, self.convening.zone)}" if session.starts_at else ""
        if session.archived_at is not None:
            return f"{self.address}?{day}" if day else self.address
        return f"{self.address}?{day}#s{session.key}" if day else f"{self.address}#tray"

    def _workbench(self, desk: Desk, view: View, *, happened: str = "") -> dict[str, Any]:
        chosen = _chosen_day(view.day, desk, self.convening.zone)
        return {
            "convening": self.convening,
            "desk": desk,
            "grids": desk.grids(chosen),
            "drawn": blocks_of(desk, self.address, view.lens),
            "roles": [(one.key, one.plural) for one in roles_of(self.db, self.convening.cohort_id)],
            "cities": _cities(desk),
            "looked_for": _looked_for(desk, view),
            "finding": findings_of(self.here, self.address),
            "day": chosen,
            "view": view,
            "scales": SCALES,
            "tray": _found(desk, view.tray),
            "at": self.address,
            "happened": happened,
            "steps": offer(self.db, self.convening, self.viewer),
        }


def workbench_here(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere) -> Workbench:
    """The workbench of the convening that the address names, for whoever asks."""
    return Workbench(request, db, convening, viewer)


WorkbenchHere = Annotated[Workbench, Depends(workbench_here)]


def said_time(session: AgendaSession) -> str:
    """When a session is, for a sentence: "on Tue 14 Nov, 09:00–10:15", or "in the tray"."""
    if session.starts_at is None or session.ends_at is None:
        return "in the tray"
    start, end = clock.local(session.starts_at, session.zone), clock.local(session.ends_at, session.zone)
    return f"on {clock.said_day(start)}, {start:%H:%M}{clock.NARROW}{end:%H:%M}"


def _cities(desk: Desk) -> list[tuple[int, str]]:
    """The cities that have people on the draft, by name."""
    seated = {number for seating in desk.draft.crowd.seatings.values() for number in seating.by_city}
    return sorted(((number, desk.draft.cities[number]) for number in seated), key=itemgetter(1))


def _looked_for(desk: Desk, view: View) -> str:
    """The person whose sessions stand out, in words; roles and cities are named by the menu."""
    if view.lens is None or view.lens.kind != "person" or view.lens.id not in desk.draft.crowd.place:
        return ""
    person = desk.draft.crowd.people[desk.draft.crowd.place[view.lens.id]]
    return f"{person.name} ({person.office})" if person.office else person.name


def _found(desk: Desk, words: str) -> list[DraftSession]:
    """What waits in the tray, or of it what the words are found in."""
    wanted = words.casefold().split()
    return [one for one in desk.draft.tray if all(word in desk.titles[one.id].casefold() for word in wanted)]


def _chosen_day(typed: str, desk: Desk, zone: str) -> date | None:
    """The day of a tab; None for all of them. Without a choice: today while the convening is on, else the first."""
    if typed == ALL_DAYS:
        return None
    for day in desk.days:
        if day.isoformat() == typed:
            return day
    today = clock.today(zone)
    return today if today in desk.days else desk.days[0]
