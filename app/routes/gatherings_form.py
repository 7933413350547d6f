"""The form of a gathering: what is typed, as strings, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlmodel import Session, col, select

from app import clock
from app.gatherings.arranging import KINDS
from app.gatherings.details import Details, Presenter, details_of
from app.gatherings.groups import rule_from_today
from app.gatherings.reach import Reach, count
from app.models import AgendaSession, Cohort, EngagementState, Openness, Person, SessionFormat, WorkingGroup
from app.people.audiences import Rule, rule_of
from app.people.audit import Refused
from app.people.cities import cities_of
from app.people.names import checked_zone
from app.routes import audience_fields, typed
from app.routes.audience_fields import people_in_lines, person_line, read_audience
from app.routes.pages import page

KIND_NAMES = {
    SessionFormat.WEBINAR: "Webinar",
    SessionFormat.CALL: "Call",
    SessionFormat.WORKING_GROUP: "Working group",
    SessionFormat.ROLE_ALIKE: "Peer session",
}
OPENNESS_NAMES = {
    Openness.CLOSED: "Closed: only those it is for know of it",
    Openness.COHORT: "Cohort: everyone in the cohort may know and come",
    Openness.PUBLIC: "Public: anyone may know and come",
    Openness.PRESS: "Press: public, and the press is welcome",
}
BACK = "back"
"""What `sure` says of somebody who has seen what would happen, and goes on typing."""

USUAL_MINUTES = {SessionFormat.WEBINAR: 75, SessionFormat.WORKING_GROUP: 90}


class WhomForm(BaseModel):
    """The fields that say whom it is for."""

    everyone: str = ""
    roles: list[str] = []
    cities: list[str] = []
    people: str = ""
    group: str = ""

    def rule(self, db: Session, cohort: Cohort, before: Rule | None = None) -> Rule:
        """Whom it is for; the members from today on where it is a working group's meeting."""
        group = self.group_meant(db, cohort)
        if group is not None:
            return rule_from_today(group)
        return read_audience(
            db,
            cohort,
            everyone=self.everyone,
            roles=self.roles,
            cities=self.cities,
            people=self.people,
            before=before,
        )

    def group_meant(self, db: Session, cohort: Cohort) -> WorkingGroup | None:
        """The working group that was chosen, if one was."""
        number = typed.number_or_none(self.group, "group")
        group = db.get(WorkingGroup, number) if number and number < 2**31 else None
        if number and (group is None or group.cohort_id != cohort.key or group.archived_at is not None):
            raise Refused("Choose one of the working groups.", "group")
        return group


def group_choices(db: Session, cohort: Cohort) -> list[tuple[str, str]]:
    """The working groups that a gathering can be a meeting of."""
    query = select(WorkingGroup).where(WorkingGroup.cohort_id == cohort.key, col(WorkingGroup.archived_at).is_(None))
    return [(str(one.key), one.name) for one in db.exec(query.order_by(col(WorkingGroup.name)))]


class GatheringForm(WhomForm):
    format: str = SessionFormat.WEBINAR
    title: str = ""
    purpose: str = ""
    day: str = ""
    start: str = ""
    minutes: str = ""
    zone: str = ""
    openness: str = Openness.COHORT
    excludes_lab: str = ""
    cover_title: str = ""
    host_city: str = ""
    join_url: str = ""
    presenters: str = ""
    reach: str = Reach.ONE
    sure: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """When something takes place: an instant (UTC), a length, and the zone it is meant in."""

    starts_at: datetime
    minutes: int
    zone: str


def blank(cohort: Cohort, kind: SessionFormat) -> GatheringForm:
    """A new gathering's form: everyone, at noon of the cohort's zone."""
    minutes = USUAL_MINUTES.get(kind, 60)
    return GatheringForm(format=kind, start="12:00", minutes=str(minutes), zone=cohort.zone, everyone="yes")


def filled(db: Session, gathering: AgendaSession) -> GatheringForm:
    """A stored gathering as its form shows it."""
    assert gathering.starts_at is not None, "a gathering has a time from the start"
    local = clock.local(gathering.starts_at, gathering.zone)
    details = details_of(gathering)
    return GatheringForm(
        format=gathering.format,
        title=gathering.title,
        purpose=gathering.purpose,
        day=f"{local:%Y-%m-%d}",
        start=f"{local:%H:%M}",
        minutes=str(gathering.minutes),
        zone=gathering.zone,
        openness=gathering.openness,
        excludes_lab="yes" if gathering.excludes_lab else "",
        cover_title=gathering.cover_title,
        host_city=str(gathering.host_city_id or ""),
        join_url=gathering.join_url,
        group=str(gathering.group_id or "") if gathering.series_id is None else "",
        presenters="\n".join(_presenter_line(one.person, one.part) for one in gathering.engagements),
        **audience_fields.audience_values(db, details.audience),
    )


def show(
    request: Request,
    db: Session,
    cohort: Cohort,
    form: GatheringForm,
    *,
    errors: Mapping[str, str] | None = None,
    gathering: AgendaSession | None = None,
) -> Response:
    """The form; with errors it keeps what was typed and answers 422."""
    cities = cities_of(db, cohort.key)
    groups = group_choices(db, cohort) if gathering is None or gathering.series_id is None else []
    context = {
        "form": form,
        "errors": errors or {},
        "gathering": gathering,
        "reaches": reaches(gathering) if gathering else [],
        "kinds": [(str(kind), KIND_NAMES[kind]) for kind in KINDS],
        "opennesses": [(str(one), words) for one, words in OPENNESS_NAMES.items()],
        "hosts": [(str(city.key), city.name) for city in cities],
        "whom": audience_fields.audience_choices(db, cohort) | {"groups": groups},
    }
    return page(request, "gatherings/form.html", context, status=422 if errors else 200)


def reaches(gathering: AgendaSession, *, in_words: bool = True) -> list[tuple[str, str]]:
    """How far a change of one date of a series can reach, with how many dates to come."""
    if gathering.series is None or gathering.starts_at is None:
        return []
    number = count(gathering)
    day = clock.said_day(clock.local(gathering.starts_at, gathering.zone))
    return [
        (Reach.ONE, f"This one alone: {day}"),
        (Reach.FOLLOWING, f"This and those after it: {_dates(number.following)} to come"),
        (Reach.ALL, f"All: {_dates(number.all)} to come{', and in words those that have been' if in_words else ''}"),
    ]


def _dates(number: int) -> str:
    return "1 date" if number == 1 else f"{number} dates"


def read_details(db: Session, cohort: Cohort, form: GatheringForm, before: AgendaSession | None = None) -> Details:
    """What the form says of a gathering; what it has no field for stays as it was. Raises Refused at the field."""
    old = details_of(before) if before else None
    states = {(one.person_id, one.part): one.state for one in old.presenters} if old else {}
    presenters = []
    for person, part in people_in_lines(db, form.presenters, "presenters"):
        part = part or "speaker"
        state = states.get((person.key, part), EngagementState.INVITED)
        presenters.append(Presenter(person.key, part, state))
    hosts = {str(city.key): city.key for city in cities_of(db, cohort.key)}
    return replace(
        old or Details(title="", audience=Rule()),
        title=form.title,
        audience=_audience(db, cohort, form, before),
        cover_title=form.cover_title,
        purpose=form.purpose.strip(),
        format=chosen_kind(form.format),
        openness=chosen_openness(form.openness),
        excludes_lab=bool(form.excludes_lab),
        host_city_id=hosts.get(form.host_city),
        join_url=form.join_url.strip(),
        presenters=tuple(presenters),
    )


def _audience(db: Session, cohort: Cohort, form: GatheringForm, before: AgendaSession | None) -> Rule:
    """Whom it is for; what is a working group's meeting and stays one follows the group by itself."""
    old = rule_of(before.audience) if before else None
    if before is not None and old is not None and before.group_id and form.group == str(before.group_id):
        return old
    return form.rule(db, cohort, old)


def read_time(form: GatheringForm, zone: str = "") -> Time:
    """When it is to take place, in `zone` where one stands already. Raises Refused at the field."""
    zone = zone or checked_zone(form.zone.strip())
    starts_at = clock.at(typed.day(form.day, "day"), wall(form.start, "start"), zone)
    return Time(starts_at.astimezone(UTC), whole_minutes(form.minutes), zone)


def wall(text: str, field: str) -> time:
    """The wall time that was typed; raises Refused for none."""
    try:
        found = time.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused("A time looks like 13:30.", field) from error
    return found.replace(second=0, microsecond=0, tzinfo=None)


def whole_minutes(text: str) -> int:
    """The minutes that were typed; raises Refused for what is no number."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise Refused("Say how many minutes it lasts, such as 60.", "minutes")
    return int(text)


def chosen_kind(text: str) -> SessionFormat:
    """The kind that was chosen; raises Refused for one that is no gathering."""
    found = next((kind for kind in KINDS if kind == text), None)
    if found is None:
        raise Refused("Choose what kind of gathering it is.", "format")
    return found


def chosen_openness(text: str) -> Openness:
    """The openness that was chosen; raises Refused for a word that is none."""
    try:
        return Openness(text)
    except ValueError as error:
        raise Refused("Choose who may know of it.", "openness") from error


def _presenter_line(person: Person, part: str) -> str:
    return person_line(person) if part == "speaker" else f"{person_line(person)}, {part}"
