"""What a session's form shows: what is stored or typed, whom that reaches, and whether its parts fill its time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from app import clock
from app.agenda.grounds import details_ground, placement_ground
from app.agenda.seeing import CLOSED_SESSION
from app.gatherings.details import Details, covered, day_of, details_of, is_hidden
from app.models import LEFT, AgendaSession, Convening, EngagementState, Registration
from app.models.base import new_uid
from app.people.audiences import Attendee, counted, people_of
from app.people.audit import Refused
from app.people.cohorts import roles_of
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.session_choices import Choices, choices
from app.routes.session_form import SessionFields, read_details


@dataclass(frozen=True, slots=True)
class Whom:
    """The people whom a typed rule takes in on the session's day, in words and by name. `away` have said that they
    stay away; `problem` is what cannot be read yet."""

    said: str = ""
    people: tuple[Attendee, ...] = ()
    away: frozenset[int] = frozenset()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """Whether the parts fill the session's time, in words; `fits` is no where they take more than there is."""

    said: str
    fits: bool


def form_context(
    db: Session,
    convening: Convening,
    viewer: Viewer,
    session: AgendaSession | None,
    fields: SessionFields | None,
) -> dict[str, Any]:
    """All that the form of a session (None: of a new one) shows, of what was typed or else of what is stored.

    The queries do not grow with the convening's sessions or people.
    """
    offered = choices(db, convening)
    details = details_of(session) if session else None
    if fields is None:
        assert session is not None, "a new session's form begins with fields"
        assert details is not None
        fields = written(session, details, offered)
    hidden = session is not None and is_hidden(db, session, viewer)
    venue = convening.venue
    stages = list(offered.stages)
    if session is not None and session.serves and session.serves.archived_at is not None:
        stages.append((session.serves.key, session.serves.name))
    return {
        "convening": convening,
        "session": session,
        "title": name_of(session, hidden=hidden) if session else "New session",
        "hidden": hidden,
        "form": fields,
        "offered": offered,
        "stages": [] if hidden else stages,
        "rooms": [room for room in venue.rooms if room.archived_at is None] if venue else [],
        "states": [state.value for state in EngagementState],
        "whom": Whom() if hidden else whom(db, convening, session, fields, offered),
        "sum": None if hidden else parts_sum(fields),
        "groups": groups_in_use(db, convening),
        "uid": fields.uid or new_uid(),
        **(_grounds(session, fields, hidden) if session else {}),
    }


def whom(
    db: Session, convening: Convening, session: AgendaSession | None, fields: SessionFields, offered: Choices
) -> Whom:
    """Whom the typed audience takes in, on the typed day or else on the session's."""
    try:
        before = details_of(session) if session else None
        rule = read_details(_audience_alone(fields), offered, before).audience
        day = typed.day_or_none(fields.day or "", "day")
    except Refused as refused:
        return Whom(problem=refused.sentence)
    on: date = day or (day_of(session) if session else None) or convening.starts_on
    people = tuple(people_of(db, rule, on, cohort_id=convening.cohort_id))
    staying = select(Registration.person_id).where(
        Registration.convening_id == convening.key, col(Registration.state).in_(LEFT)
    )
    away = frozenset(db.exec(staying)) & {one.person_id for one in people}
    if not people:
        return Whom("Nobody yet.")
    many = "1 person" if len(people) == 1 else f"{len(people)} people"
    said = f"{many}: {counted(people, roles_of(db, convening.cohort_id))}."
    if away:
        said += f" {len(away)} of them {'has' if len(away) == 1 else 'have'} said that they cannot come."
    return Whom(said, people, away)


def parts_sum(fields: SessionFields) -> Sum | None:
    """The minutes of the parts against the session's, as typed; None where no part has any yet."""
    lengths = [int(one) for one in fields.item_minutes or [] if one.strip().isdecimal() and len(one.strip()) < 6]
    whole = (fields.minutes or "").strip()
    if not lengths or not whole.isdecimal() or len(whole) > 5:
        return None
    together, there_are = sum(lengths), int(whole)
    if together > there_are:
        return Sum(f"The parts take {together} minutes, {together - there_are} more than the session has.", fits=False)
    if together < there_are:
        left = there_are - together
        rest = f"{left} {'is' if left == 1 else 'are'} left over"
        return Sum(f"The parts take {together} of {there_are} minutes; {rest}.", fits=True)
    return Sum(f"The parts take all {there_are} minutes.", fits=True)


def groups_in_use(db: Session, convening: Convening) -> Mapping[str, Sequence[str]]:
    """The choice groups of a convening with what one picks from in each: "Financing strategies, Wed 15 Nov, 10:30"."""
    rows = db.exec(
        select(AgendaSession)
        .where(
            AgendaSession.convening_id == convening.key,
            AgendaSession.choice_group != "",
            col(AgendaSession.archived_at).is_(None),
        )
        .order_by(col(AgendaSession.choice_group), col(AgendaSession.starts_at), col(AgendaSession.id))
    )
    groups: dict[str, list[str]] = {}
    for row in rows:
        start = clock.local(row.starts_at, row.zone) if row.starts_at else None
        when = f"{clock.said_day(start)}, {start:%H:%M}" if start else "in the tray"
        groups.setdefault(row.choice_group, []).append(f"{name_of(row)}, {when}")
    return groups


def name_of(session: AgendaSession, *, hidden: bool | None = None) -> str:
    """What a sentence may call a session; unless said otherwise, one that excludes the lab is hidden (rule 13)."""
    hides = session.excludes_lab if hidden is None else hidden
    return session.cover_title or CLOSED_SESSION if hides else session.title


def written(session: AgendaSession, details: Details, offered: Choices) -> SessionFields:
    """A stored session as the form's fields."""
    rule = details.audience
    wall = clock.local(session.starts_at, session.zone) if session.starts_at else None
    return SessionFields(
        title=details.title,
        cover_title=details.cover_title,
        purpose=details.purpose,
        format=details.format,
        track=details.track,
        language=details.language,
        openness=details.openness,
        excludes_lab="yes" if details.excludes_lab else "",
        protected="yes" if details.protected else "",
        protection_note=details.protection_note,
        everyone="yes" if rule.everyone else "",
        roles=_texts(rule.role_ids),
        cities=_texts(rule.city_ids),
        people=_labels(rule.person_ids, offered),
        but_roles=_texts(rule.but_role_ids),
        but_cities=_texts(rule.but_city_ids),
        but_people=_labels(rule.but_person_ids, offered),
        presenter=[offered.labels.get(one.person_id, "") for one in details.presenters],
        part=[one.part for one in details.presenters],
        state=[one.state.value for one in details.presenters],
        choice_group=details.choice_group,
        host_city=str(details.host_city_id or ""),
        join_url=details.join_url,
        internal_notes=details.internal_notes,
        fixed="yes" if details.fixed else "",
        serves=str(details.serves_id or ""),
        item_title=[one.title for one in details.items],
        item_city=[str(one.city_id or "") for one in details.items],
        item_minutes=[str(one.minutes) for one in details.items],
        day=wall.date().isoformat() if wall else "",
        start=f"{wall:%H:%M}" if wall else "",
        minutes=str(session.minutes),
        room=[f"{one.room_id}:{one.setup_id}" if one.setup_id else str(one.room_id) for one in session.places],
        room_city=[str(one.city_id or "") for one in session.places],
    )


def _grounds(session: AgendaSession, fields: SessionFields, hidden: bool) -> dict[str, str]:
    """What the form was filled from: what was sent along with what is typed, else what stands."""
    details = details_of(session)
    return {
        "placement_seen": fields.seen or placement_ground(session),
        "details_seen": fields.details_seen or details_ground(covered(details) if hidden else details),
    }


def _audience_alone(fields: SessionFields) -> SessionFields:
    """The fields of the audience, so that what else was typed cannot be in the way of reading them."""
    names = ("everyone", "roles", "cities", "people", "but_roles", "but_cities", "but_people")
    return SessionFields(title="", **{name: getattr(fields, name) for name in names})


def _texts(ids: frozenset[int]) -> list[str]:
    return [str(number) for number in sorted(ids)]


def _labels(ids: frozenset[int], offered: Choices) -> list[str]:
    return sorted(offered.labels[number] for number in ids if number in offered.labels)
