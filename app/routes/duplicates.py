"""People who may be on record twice, and the merger that makes two records one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app import clock
from app.models import Cohort, Person
from app.people import directory, duplicates, references
from app.people.audit import Refused
from app.people.viewer import offices_of
from app.registration import merging
from app.registration.settling import meetings
from app.routes import typed
from app.routes.door import CohortHere, Db, Needs, NotHere, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import write_to

router = APIRouter()
CHANGE = [Depends(Needs("people.change"))]
Text = Annotated[str, Form()]


@router.get("/{cohort}/people/duplicates", dependencies=CHANGE)
def list_duplicates(request: Request, db: Db, cohort: CohortHere) -> Response:
    """Who looks like somebody else of the cohort, and why."""
    return page(
        request,
        "people/duplicates.html",
        {
            "pairs": duplicates.duplicates_of(db, cohort.key),
            "apart": duplicates.told_apart(db, cohort.key),
        },
    )


@router.post("/{cohort}/people/{person_id}/distinction", dependencies=CHANGE)
def tell_apart(db: Db, cohort: CohortHere, viewer: ViewerHere, person_id: int, other: Text = "") -> Response:
    """These are two people: they are not shown as likely duplicates any more."""
    one, second = _person_here(db, cohort, person_id), _second(db, cohort, other)
    duplicates.tell_apart(db, one, second, by=viewer)
    return see_other(f"/{cohort.slug}/people/duplicates", flash=f"{one.name} and {second.name} are two people.")


@router.post("/{cohort}/people/{person_id}/distinction/undo", dependencies=CHANGE)
def take_telling_back(db: Db, cohort: CohortHere, viewer: ViewerHere, person_id: int, other: Text = "") -> Response:
    """They may be one after all."""
    one, second = _person_here(db, cohort, person_id), _second(db, cohort, other)
    duplicates.take_telling_back(db, one, second, by=viewer)
    said = f"{one.name} and {second.name} may be one person again."
    return see_other(f"/{cohort.slug}/people/duplicates", flash=said)


@router.get("/{cohort}/people/{person_id}/merger", dependencies=CHANGE)
def merger(
    request: Request, db: Db, cohort: CohortHere, viewer: ViewerHere, person_id: int, other: str = ""
) -> Response:
    """Both records side by side, with what will move; without another one, the choice of it."""
    keep = _person_here(db, cohort, person_id)
    if not other:
        return _choice(request, db, cohort, keep)
    try:
        gone = _other_here(db, cohort, other)
    except Refused as refused:
        return _choice(request, db, cohort, keep, refused)
    return _comparison(request, db, cohort, viewer, keep, gone, None)


@router.post("/{cohort}/people/{person_id}/merger", dependencies=CHANGE)
def merge(
    request: Request,
    db: Db,
    cohort: CohortHere,
    viewer: ViewerHere,
    settings: SettingsHere,
    person_id: int,
    other: Text = "",
    take_name: Text = "",
    take_email: Text = "",
    take_organization: Text = "",
    take_zone: Text = "",
    take_photo: Text = "",
) -> Response:
    """Let the other record go into this one; `take_name=name` and so on take over what the other one says."""
    keep = _person_here(db, cohort, person_id)
    gone = _merged_before(db, keep, other)
    if gone is not None:
        return see_other(f"/{cohort.slug}/people/{keep.key}", flash=f"{keep.name} is one record already.")
    try:
        gone = _other_here(db, cohort, other)
    except Refused as refused:
        return _choice(request, db, cohort, keep, refused)
    try:
        done = merging.merge_people(
            db, keep=keep, gone=gone, taken={take_name, take_email, take_organization, take_zone, take_photo}, by=viewer
        )
    except Refused as refused:
        return _comparison(request, db, cohort, viewer, keep, gone, refused)
    write_to(db, settings, done.let_in, by=viewer)
    let_in = f" {len(done.let_in)} moved up from the waiting list." if done.let_in else ""
    return see_other(f"/{cohort.slug}/people/{keep.key}", flash=f"{keep.name} is one record now.{let_in}")


def _person_here(db: Db, cohort: Cohort, person_id: int) -> Person:
    found = directory.person_with_tenures(db, cohort.key, person_id)
    if found is None:
        raise NotHere(f"{cohort.name} has nobody at this address.")
    return found[0]


def _second(db: Db, cohort: Cohort, other: str) -> Person:
    try:
        return _other_here(db, cohort, other)
    except Refused as refused:
        raise NotHere(f"{cohort.name} has no such record.") from refused


def _other_here(db: Db, cohort: Cohort, other: str) -> Person:
    """The other record, which this cohort has to know too; raises Refused for none."""
    number = typed.number_or_none(other, "other")
    found = directory.person_with_tenures(db, cohort.key, number) if number is not None else None
    if found is None:
        raise Refused("Choose the other record of this person.", field="other")
    return found[0]


def _merged_before(db: Db, keep: Person, other: str) -> Person | None:
    """The other record where it has gone into this one already: a second click."""
    gone = db.get(Person, int(other)) if other.isascii() and other.isdigit() and len(other) <= 12 else None
    return gone if gone is not None and gone.merged_into_id == keep.key else None


def _choice(request: Request, db: Db, cohort: Cohort, keep: Person, refused: Refused | None = None) -> Response:
    others = [one for one in duplicates.people_here(db, cohort.key) if one.id != keep.key]
    context = {
        "person": keep,
        "others": [(one.id, f"{one.name} ({one.email})" if one.email else one.name) for one in others],
        "errors": typed.errors(refused) if refused else {},
    }
    return page(request, "people/merger_choice.html", context, status=422 if refused else 200)


def _comparison(
    request: Request, db: Db, cohort: Cohort, viewer: ViewerHere, keep: Person, gone: Person, refused: Refused | None
) -> Response:
    hindrance = refused
    if hindrance is None:
        try:
            merging.check_may_merge(db, keep, gone, viewer)
        except Refused as found:
            hindrance = found
    context = {
        "keep": keep,
        "gone": gone,
        "offices_kept": _offices(db, cohort, keep),
        "offices_gone": _offices(db, cohort, gone),
        "differing": _differing(keep, gone),
        "kept_has": references.what_names(db, keep.key),
        "moves": references.what_names(db, gone.key),
        "meetings": meetings(db, keep, gone),
        "hindrance": hindrance.sentence if hindrance else "",
    }
    return page(request, "people/merger.html", context, status=422 if refused else 200)


def _offices(db: Db, cohort: Cohort, person: Person) -> list[str]:
    today = clock.today(cohort.zone)
    return [office.said for office in offices_of(db, person.key, today) if office.cohort_id == cohort.key]


WORDS = {"name": "Name", "email": "E-mail", "organization": "Organization", "zone": "Time zone", "photo": "Photo"}


def _differing(keep: Person, gone: Person) -> list[tuple[str, str, str, str]]:
    """(field, its name, kept record's, other's) where both say something, and not the same."""
    pairs = ((field, word, getattr(keep, field), getattr(gone, field)) for field, word in WORDS.items())
    return [(field, word, mine, theirs) for field, word, mine, theirs in pairs if mine and theirs and mine != theirs]
