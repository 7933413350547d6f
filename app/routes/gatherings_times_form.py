"""The forms of finding a time: what is typed, as strings, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import Session

from app import clock
from app.gatherings.arranging import KINDS
from app.gatherings.hours import FURTHEST
from app.gatherings.poll_groups import groups_of
from app.gatherings.polls import Wanted
from app.models import Cohort, SessionFormat, TimePoll
from app.people.audiences import Rule
from app.people.audit import Refused
from app.people.names import checked_zone
from app.routes import audience_fields, typed
from app.routes.gatherings_form import (
    KIND_NAMES,
    OPENNESS_NAMES,
    WhomForm,
    chosen_kind,
    chosen_openness,
    wall,
    whole_minutes,
)
from app.routes.pages import page

USUAL = time(8), time(19)
A_WEEK = timedelta(days=7)
ANSWERS_WITHIN = timedelta(days=10)


class PollForm(WhomForm):
    """What a time is looked for, and whom for."""

    title: str = ""
    purpose: str = ""
    format: str = SessionFormat.ROLE_ALIKE
    openness: str = "closed"
    minutes: str = "60"
    zone: str = ""
    join_url: str = ""
    answer_by: str = ""
    group: str = ""

    def whom(self, db: Session, cohort: Cohort) -> Rule:
        """Those of the working group that was chosen; else as the fields say. Raises Refused for nobody."""
        if not self.group:
            return self.rule(db, cohort)
        members = next((one.members for one in groups_of(db, cohort) if str(one.group_id) == self.group), None)
        if members is None:
            raise Refused("Choose one of the working groups.", "group")
        return Rule(person_ids=members)


@dataclass(frozen=True, slots=True)
class Range:
    """Where times are looked for: days and hours of the poll's zone; `week` is the first day of what is drawn."""

    first: date
    last: date
    earliest: time
    latest: time
    week: date

    @property
    def week_before(self) -> date | None:
        return self.week - A_WEEK if self.week > self.first else None

    @property
    def week_after(self) -> date | None:
        return self.week + A_WEEK if self.week + A_WEEK <= self.last else None

    @property
    def query(self) -> str:
        return f"first={self.first}&last={self.last}&earliest={self.earliest:%H:%M}&latest={self.latest:%H:%M}"


def blank(cohort: Cohort, kind: SessionFormat = SessionFormat.ROLE_ALIKE) -> PollForm:
    return PollForm(format=kind, zone=cohort.zone, answer_by=str(clock.today(cohort.zone) + ANSWERS_WITHIN))


def filled(poll: TimePoll) -> PollForm:
    """A stored poll as its form shows it; whom it is for has a form of its own."""
    return PollForm(
        title=poll.title,
        purpose=poll.purpose,
        format=poll.format,
        openness=poll.openness,
        minutes=str(poll.minutes),
        zone=poll.zone,
        join_url=poll.join_url,
        answer_by=str(poll.answer_by or ""),
    )


def show(
    request: Request,
    db: Session,
    cohort: Cohort,
    form: PollForm,
    *,
    errors: Mapping[str, str] | None = None,
    poll: TimePoll | None = None,
) -> Response:
    """The form; with errors it keeps what was typed and answers 422."""
    context = {
        "form": form,
        "errors": errors or {},
        "poll": poll,
        "kinds": [(str(kind), KIND_NAMES[kind]) for kind in KINDS],
        "opennesses": [(str(one), words) for one, words in OPENNESS_NAMES.items()],
        "whom": audience_fields.audience_choices(db, cohort),
        "groups": [(str(one.group_id), one.name) for one in groups_of(db, cohort)],
    }
    return page(request, "gatherings/times_form.html", context, status=422 if errors else 200)


def read_wanted(form: PollForm) -> Wanted:
    """What the form says. Raises Refused at the field."""
    return Wanted(
        title=form.title,
        purpose=form.purpose,
        format=chosen_kind(form.format),
        openness=chosen_openness(form.openness),
        minutes=whole_minutes(form.minutes),
        zone=checked_zone(form.zone.strip()),
        join_url=form.join_url.strip(),
        answer_by=typed.day_or_none(form.answer_by, "answer_by"),
    )


def usual_range(poll: TimePoll) -> Range:
    """Two weeks of working days: from the Monday after the answers are due, or after next week."""
    today = clock.today(poll.zone)
    after = max(poll.answer_by or today + A_WEEK, today)
    monday = after + timedelta(days=7 - after.weekday())
    return Range(monday, monday + timedelta(days=11), *USUAL, week=monday)


def read_range(poll: TimePoll, query: Mapping[str, str]) -> Range:
    """What the address says, on top of what is usual. Raises Refused at the field that cannot be read."""
    usual = usual_range(poll)
    first = typed.day_or_none(query.get("first", ""), "first") or usual.first
    last = typed.day_or_none(query.get("last", ""), "last") or max(usual.last, first)
    if last < first:
        raise Refused("The last day comes before the first.", "last")
    if (last - first).days >= FURTHEST:
        raise Refused(f"Look at {FURTHEST} days at most at a time.", "last")
    earliest = wall(query["earliest"], "earliest") if query.get("earliest") else usual.earliest
    latest = wall(query["latest"], "latest") if query.get("latest") else usual.latest
    span = (latest.hour - earliest.hour) * 60 + latest.minute - earliest.minute
    if span < poll.minutes:
        raise Refused(f"{poll.minutes} minutes have to fit between the earliest and the latest hour.", "latest")
    week = typed.day_or_none(query.get("week", ""), "week") or first
    week = min(max(week, first), last)
    return Range(first, last, earliest, latest, week)


def read_starts(poll: TimePoll, chosen: list[str], day: str, start: str) -> list[datetime]:
    """The times that were ticked, as instants, and the one that was typed. Raises Refused at the field."""
    starts = []
    for one in chosen:
        try:
            moment = datetime.fromisoformat(one)
        except ValueError as error:
            raise Refused("Choose the times from the list.", "starts") from error
        if moment.tzinfo is None:
            raise Refused("Choose the times from the list.", "starts")
        starts.append(moment.astimezone(UTC))
    if day.strip() or start.strip():
        starts.append(clock.at(typed.day(day, "day"), wall(start, "start"), poll.zone))
    return starts
