"""On what terms one registers for a convening, for organizers: when, approval, notices, and what is chosen."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, col, select

from app import clock
from app.models import AgendaSession, Convening, Role
from app.people.audit import Refused
from app.registration import conditions, lodging, purging, questions, terms, travel
from app.registration.choices import limit_choice, places_of
from app.routes import typed
from app.routes.door import ConveningHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE

router = APIRouter(prefix=HERE + "/terms")
TERMS = [Depends(Needs("registration.terms"))]
Part = Literal["opening", "places", "notices", "afterwards", ""]


class TermsFields(BaseModel):
    """As sent, all of it text; only the fields of `part` are read."""

    part: Part = ""
    opens_at: str = ""
    closes_at: str = ""
    needs_approval: str = ""
    hours_to_accept: str = ""
    records_notice: str = ""
    photo_notice: str = ""
    minors_notice: str = ""
    roster_shown: str = ""
    purge_days: str = ""


@router.get("", dependencies=TERMS)
def terms_page(request: Request, db: Db, convening: ConveningHere) -> Response:
    return show_terms(request, db, convening)


@router.post("", dependencies=TERMS)
def set_terms(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, fields: Annotated[TermsFields, Form()]
) -> Response:
    """Set one part of the terms, and leave the others."""
    now = conditions.conditions_of(convening)
    try:
        if fields.part == "opening":
            opens = travel.read_moment(fields.opens_at, convening.zone, "opens_at")
            closes = travel.read_moment(fields.closes_at, convening.zone, "closes_at")
            terms.set_opening(db, convening, opens_at=opens, closes_at=closes, by=viewer)
        elif fields.part == "places":
            hours = _number(fields.hours_to_accept, "hours_to_accept")
            now = replace(now, needs_approval=bool(fields.needs_approval), hours_to_accept=hours)
        elif fields.part == "notices":
            now = replace(now, **{name: getattr(fields, name) for name in conditions.SUGGESTED})
        elif fields.part == "afterwards":
            days = _number(fields.purge_days, "purge_days")
            now = replace(now, roster_shown=bool(fields.roster_shown), purge_days=days)
        conditions.set_conditions(db, convening, now, by=viewer)
    except Refused as refused:
        return show_terms(request, db, convening, fields.part, fields.model_dump(), refused)
    return see_other(f"{convening.path}/registration/terms#{fields.part or 'opening'}", flash="Saved.")


@router.post("/choices", dependencies=TERMS)
def set_limit(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    session: Annotated[str, Form()] = "",
    cap: Annotated[str, Form()] = "",
) -> Response:
    """How many can choose one session; an empty field is no limit."""
    field = f"cap-{session}"
    try:
        number = typed.number_or_none(session, "")
        chosen = db.get(AgendaSession, number) if number is not None else None
        if chosen is None or chosen.convening_id != convening.key or not chosen.choice_group:
            raise Refused("This session is not one that people choose. Look again.")
        limit_choice(db, chosen, cap=_number(cap, field) if cap.strip() else None, by=viewer)
    except Refused as refused:
        return show_terms(request, db, convening, "choices", {field: cap}, refused)
    return see_other(f"{convening.path}/registration/terms#choices", flash="Saved.")


@router.get("/preview", dependencies=TERMS)
def preview(request: Request, db: Db, convening: ConveningHere, role: Annotated[str, Query()] = "") -> Response:
    """The questions as somebody in a role is asked them."""
    roles = roles_of(db, convening)
    chosen = int(role) if role.isascii() and role.isdecimal() and len(role) < 12 else None
    context = {
        "convening": convening,
        "roles": [(one.key, one.name) for one in roles],
        "role": chosen or "",
        "questions": questions.questions_for(db, convening, chosen),
    }
    return page(request, "registration/questions_preview.html", context)


def show_terms(
    request: Request,
    db: Session,
    convening: Convening,
    part: str = "",
    kept: Mapping[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    """The page; `kept` is what was typed into its part where a mistake is to be said."""
    asked, away = questions.questions_of(db, convening), questions.questions_of(db, convening, archived=True)
    sessions = _choices(db, convening)
    context = {
        "convening": convening,
        "form": {**_written(convening), **(kept or {})},
        "part": part,
        "errors": dict(typed.errors(refused)) if refused else {},
        "closed": terms.closed_because(convening),
        "opens": terms.opens_at(convening),
        "closes": terms.closes_at(convening),
        "zone_said": clock.place(convening.zone),
        "purge_on": purging.purge_due_on(convening),
        "suggested": not any(getattr(convening, name) for name in conditions.SUGGESTED),
        "questions": asked,
        "questions_away": away,
        "answers": questions.answers_to(db, [one.key for one in [*asked, *away]]),
        "roles": [(one.key, one.plural) for one in roles_of(db, convening)],
        "blocks": lodging.blocks_of(db, convening),
        "blocks_away": lodging.blocks_of(db, convening, archived=True),
        "nights": lodging.nights_taken(db, convening),
        "sessions": sessions,
        "places": places_of(db, [number for number, _, _ in sessions]),
    }
    return page(request, "registration/terms.html", context, status=422 if refused else 200)


def roles_of(db: Session, convening: Convening) -> list[Role]:
    """The cohort's roles, in their order."""
    here = select(Role).where(Role.cohort_id == convening.cohort_id)
    return list(db.exec(here.order_by(col(Role.position), col(Role.id))))


def _written(convening: Convening) -> dict[str, Any]:
    now = conditions.conditions_of(convening)
    notices = {name: getattr(now, name) for name in conditions.SUGGESTED}
    return {
        "opens_at": travel.write_moment(convening.registration_opens_at, convening.zone),
        "closes_at": travel.write_moment(convening.registration_closes_at, convening.zone),
        "needs_approval": now.needs_approval,
        "hours_to_accept": now.hours_to_accept,
        "roster_shown": now.roster_shown,
        "purge_days": now.purge_days,
        **(notices if any(notices.values()) else conditions.SUGGESTED),
    }


def _choices(db: Session, convening: Convening) -> list[tuple[int, str, str]]:
    """The (id, title, group) of the sessions that people choose, by group and time."""
    rows = db.exec(
        select(AgendaSession)
        .where(
            AgendaSession.convening_id == convening.key,
            AgendaSession.choice_group != "",
            col(AgendaSession.cancelled_at).is_(None),
            col(AgendaSession.archived_at).is_(None),
        )
        .order_by(AgendaSession.choice_group, col(AgendaSession.starts_at), col(AgendaSession.id))
    )
    return [(session.key, session.title, session.choice_group) for session in rows]


def _number(text: str, field: str) -> int:
    if not text.strip().isascii() or not text.strip().isdecimal() or len(text.strip()) > 5:
        raise Refused("This is a number, such as 48.", field)
    return int(text)
