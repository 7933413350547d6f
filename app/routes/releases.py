"""Releases of an agenda: looking one over, publishing it, reading one as it was, what has changed (rule 15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.agenda import published
from app.agenda.changes import Changed, Kind, by_day, kinds_in
from app.agenda.desk import set_up_desk
from app.agenda.findings import standing_in_the_way
from app.agenda.impact import impact_of
from app.agenda.notices import Notice, Notices
from app.agenda.releases import (
    Moved,
    changed_between,
    preview,
    publish_release,
    releases_of,
)
from app.mailing import posted
from app.mailing.agenda_letters import PRIVATELY, agenda_released, letters_key, release_letter
from app.models import AgendaRelease, Convening
from app.people.audiences import roll
from app.people.audit import Refused
from app.people.policy import may
from app.people.viewer import Viewer
from app.routes import typed
from app.routes.agenda import HERE, READ, agenda_context
from app.routes.door import ConveningHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.settings import Settings

PUBLISH = [Depends(Needs("agenda.publish"))]
RELEASES = HERE + "/agenda/releases"
MOST_WORDS = 2000
MOST_SHOWN = 300
"""Changed sessions on one page; the others are reached by the kinds."""

router = APIRouter()
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Listed:
    """Changes as a page lists them: by day, of one kind or of all, with how many there are of each."""

    days: list[tuple[Any, list[Changed]]]
    kinds: dict[Kind, int]
    kind: Kind | None
    count: int
    more: int


@router.get(RELEASES, dependencies=READ)
def releases(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    kind: str = "",
    letter: int | None = None,
) -> Response:
    """All releases; organizers also see what the next one would change and set in motion, and what stands in its way.

    `kind` narrows the changes; `letter` is the number of a person whose letter is shown.
    """
    return _list(request, db, convening, viewer, settings, kind=kind, letter=letter)


@router.post(RELEASES, dependencies=PUBLISH)
def publish(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    note: Text = "",
    reason: Text = "",
    seen: Text = "",
    number: Annotated[int | None, Form()] = None,
    telling: Text = "concerned",
) -> Response:
    """Publish the draft as the next release, and write to those concerned unless `telling` is "nobody".

    `number` and `seen` name what was looked over: a second click finds the release there, and a draft that has moved
    on is shown again.
    """

    def tell(release: AgendaRelease, told: Sequence[Notice], notices: Notices) -> None:
        agenda_released(db, release, told, notices, settings=settings)

    note, reason = note[:MOST_WORDS], reason[:MOST_WORDS]
    quietly = telling == "nobody"
    try:
        release = publish_release(
            db, convening, note=note, reason=reason, seen=seen, tell=None if quietly else tell, by=viewer
        )
    except Refused as refused:
        there = published.release_numbered(db, convening, number) if number else None
        if there is not None:
            return see_other(
                f"{_address(convening)}/{there.number}/letters",
                flash=f"Release {there.number} was published already; nobody is told twice.",
            )
        form = {"note": note, "reason": reason, "quietly": quietly}
        return _list(request, db, convening, viewer, settings, form=form, refused=refused)
    return see_other(f"{_address(convening)}/{release.number}/letters", flash=f"Release {release.number} is published.")


@router.get(RELEASES + "/comparison", dependencies=READ)
def comparison(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    before: Annotated[int | None, Query(alias="from")] = None,
    after: Annotated[int | None, Query(alias="to")] = None,
    kind: str = "",
) -> Response:
    """What differs between any two releases, as far as the viewer sees both; the last two unless said otherwise."""
    latest = published.latest_number(db, convening)
    if latest is None:
        raise NotHere(f"The agenda of {convening.title} is not published yet.")
    first = _known(db, convening, before if before is not None else max(1, latest - 1))
    second = _known(db, convening, after if after is not None else latest)
    context = {
        "convening": convening,
        "first": first,
        "second": second,
        "releases": releases_of(db, convening),
        "listed": _listed(changed_between(db, convening, first, second, viewer), convening, kind),
    }
    return page(request, "agenda/comparison.html", context)


@router.get(RELEASES + "/{number:int}", dependencies=READ)
def release(request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, number: int) -> Response:
    """A release as it was, to whoever may see it."""
    seen = published.agenda(db, convening, viewer, number=_known(db, convening, number))
    context = agenda_context(db, convening, viewer, seen)
    return page(request, "agenda/published.html", {**context, "chips": {}, "as_of": number})


@router.get(RELEASES + "/{number:int}/changes", dependencies=READ)
def changes(
    request: Request, db: Db, convening: ConveningHere, viewer: ViewerHere, number: int, kind: str = ""
) -> Response:
    """What has changed since a release, as far as the viewer sees both: where printed codes lead."""
    context = {
        "convening": convening,
        "number": _known(db, convening, number),
        "latest": published.latest_number(db, convening),
        "listed": _listed(changed_between(db, convening, number, None, viewer), convening, kind),
    }
    return page(request, "agenda/changes.html", context)


@router.get(RELEASES + "/{number:int}/letters", dependencies=PUBLISH)
def letters(request: Request, db: Db, convening: ConveningHere, number: int) -> Response:
    """What a release sent to whom, what failed, and who could not be told."""
    release = published.release_numbered(db, convening, _known(db, convening, number))
    assert release is not None
    written = posted.posted(db, letters_key(release))
    people = roll(
        db, release.created_at.date(), convening.cohort_id, {one.person_id for one in written if one.person_id}
    )
    context = {
        "convening": convening,
        "release": release,
        "published_by": release.published_by.name if release.published_by else "",
        "letters": [one for one in written if one.purpose != PRIVATELY],
        "kept_back": [one for one in written if one.purpose == PRIVATELY],
        "offices": {one.person_id: one.office for one in people},
        "fates": {fate: sum(1 for one in written if one.fate is fate) for fate in posted.Fate},
        "untold": [one for one in release.untold if one["name"]],
        "untold_kept_back": sum(1 for one in release.untold if not one["name"]),
    }
    return page(request, "agenda/release_letters.html", context)


@router.post(RELEASES + "/{number:int}/letters/attempts", dependencies=PUBLISH)
def send_again(db: Db, convening: ConveningHere, number: int) -> Response:
    """Try again what failed of a release's letters."""
    release = published.release_numbered(db, convening, _known(db, convening, number))
    assert release is not None
    count = posted.try_again(db, letters_key(release))
    flash = f"{count} {'letter is' if count == 1 else 'letters are'} sent again." if count else "No letter has failed."
    return see_other(f"{_address(convening)}/{number}/letters", flash=flash)


def _known(db: Session, convening: Convening, number: int) -> int:
    latest = published.latest_number(db, convening)
    if latest is None or not 1 <= number <= latest:
        raise NotHere(f"{convening.title} has no release {number}.")
    return number


def _listed(changed: list[Changed], convening: Convening, kind: str) -> Listed:
    chosen = Kind(kind) if kind in list(Kind) else None
    shown = [one for one in changed if chosen is None or any(change.kind is chosen for change in one.changes)]
    days = by_day(shown[:MOST_SHOWN], convening.zone)
    return Listed(days, kinds_in(changed), chosen, len(changed), max(0, len(shown) - MOST_SHOWN))


def _address(convening: Convening) -> str:
    return f"{convening.path}/agenda/releases"


def _list(
    request: Request,
    db: Session,
    convening: Convening,
    viewer: Viewer,
    settings: Settings,
    *,
    kind: str = "",
    letter: int | None = None,
    form: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    context: dict[str, Any] = {
        "convening": convening,
        "releases": releases_of(db, convening),
        "form": form or {"note": "", "reason": "", "quietly": False},
        "errors": typed.errors(refused) if refused else {},
        "next": None,
    }
    if may(viewer, "agenda.publish", cohort_id=convening.cohort_id):
        context |= _review(db, convening, viewer, settings, kind, letter, context["form"]["note"])
    status = 200 if refused is None else 409 if isinstance(refused, Moved) else 422
    return page(request, "agenda/releases.html", context, status=status)


def _review(
    db: Session, convening: Convening, viewer: Viewer, settings: Settings, kind: str, letter: int | None, note: str
) -> dict[str, Any]:
    """What an organizer looks over before the next release."""
    desk = set_up_desk(db, convening, viewer)
    blocking = {one.key for one in standing_in_the_way(desk.draft, list(desk.found))}
    coming = preview(db, convening, desk.draft, viewer)
    notices = Notices(db, convening, coming.before, coming.after, looker=viewer)
    impact = impact_of(db, convening, notices, viewer)
    reader = letter if letter is not None else impact.someone()
    shown = notices.to(reader) if reader is not None else None
    return {
        "next": coming,
        "listed": _listed(coming.changed, convening, kind),
        "in_the_way": [one for one in desk.shown if one.finding.key in blocking],
        "blocking": len(blocking),
        "impact": impact,
        "reader": shown,
        "letter_chosen": letter is not None,
        "letter": release_letter(convening, coming.number, note, shown, base=settings.address)
        if shown is not None and shown.parts
        else None,
    }
