"""What an update said before: each section's saves for its city's people, and two released versions for all readers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.people.policy import may
from app.routes.door import Db, Needs, NotHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.updates_door import UpdateHere, note_look
from app.routes.updates_form import number_in
from app.routes.updates_writing import WRITABLE
from app.updates.history import A_PAGE, changed_parts, past_of, restore_section
from app.updates.looks import Looked
from app.updates.reading import is_own_city, readable_update
from app.updates.sections import asked_of
from app.updates.writing import text_of

router = APIRouter()
HISTORY = "/{cohort}/updates/{cycle}/{city}/history"


@router.get(HISTORY, dependencies=[Depends(Needs("update.read"))])
def history(
    request: Request,
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    section: str = "",
    each: str = "",
    page_number: str = "",
    before: str = "",
    after: str = "",
) -> Response:
    """The versions against each other; for the city's own people also what each section of the draft has been."""
    reading = readable_update(db, here.update, viewer)
    own = is_own_city(db, here.update, viewer)
    if reading is None:
        raise NotHere(f"{here.city.name}’s update is not released yet: there is nothing to compare.")
    versions = reading.versions
    sections = asked_of(db, here.update) if own else []
    chosen = next((one for one in sections if one.slug == section), sections[0] if sections else None)
    past = past_of(db, text_of(db, here.update, chosen), each=each == "yes") if chosen else []
    if own:
        note_look(request, db, here.update, viewer, Looked.HISTORY)
    start = min((number_in(page_number) or 1) - 1, len(past) // A_PAGE) * A_PAGE if past else 0
    newer = _chosen(after, [one.number for one in versions], -1)
    older = _chosen(before, [one.number for one in versions], -2)
    changes = []
    if older is not None and newer is not None and older != newer:
        two = [readable_update(db, here.update, viewer, number) for number in (older, newer)]
        assert two[0] is not None, "a number of the list of versions"
        assert two[1] is not None, "a number of the list of versions"
        changes = changed_parts(two[0].content, two[1].content)
    context = here.shown() | {
        "own": own,
        "versions": versions,
        "older": older,
        "newer": newer,
        "changes": changes,
        "sections": sections,
        "chosen": chosen,
        "past": past[start : start + A_PAGE],
        "earlier": start // A_PAGE + 2 if start + A_PAGE < len(past) else None,
        "each": each == "yes",
        "may_restore": own
        and here.update.state in WRITABLE
        and may(viewer, "update.write", cohort_id=here.cohort.key, city_id=here.city.key),
    }
    return page(request, "updates/history.html", context)


@router.post(HISTORY + "/restorations", dependencies=[Depends(Needs("update.write"))])
def restore(
    db: Db,
    here: UpdateHere,
    viewer: ViewerHere,
    section: Annotated[str, Form(max_length=80)] = "",
    number: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Bring one section back to what it was; the draft's other sections stay as they are."""
    chosen = next((one for one in asked_of(db, here.update) if one.slug == section), None)
    if chosen is None:
        raise NotHere("This update has no such section.")
    restore_section(db, here.update, chosen, number=number_in(number) or 0, by=viewer)
    return see_other(
        f"{here.place}/history?section={chosen.slug}",
        flash=f"“{chosen.title}” says again what it said then. What it said until now stands here too.",
    )


def _chosen(typed: str, numbers: list[int], otherwise: int) -> int | None:
    """The version that the address names; else the last (-1) or the one before it (-2), where there is one."""
    named = number_in(typed)
    if named in numbers:
        return named
    return numbers[otherwise] if len(numbers) >= -otherwise else None
