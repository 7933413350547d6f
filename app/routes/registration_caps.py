"""The caps of all cities: a change is looked at before it is made."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.models import Delegation
from app.registration import caps
from app.registration.caps import MOST, Caps
from app.routes.door import ConveningHere, Db, Needs, SettingsHere, ViewerHere
from app.routes.pages import page, see_other
from app.routes.registration_desk import HERE, write_to

router = APIRouter(prefix=HERE)
BOARD = [Depends(Needs("registration.board"))]
ALL = ".all"


async def typed_caps(request: Request) -> FormData:
    """What was posted, as it was typed: a pair of fields for each city, by its slug."""
    return await request.form()


@router.get("/caps", dependencies=BOARD)
def look_at_caps(request: Request, db: Db, convening: ConveningHere) -> Response:
    """The caps as they are; with caps in the address, what those would do."""
    delegations = caps.delegations_by_city(db, convening)
    wanted, default, errors = _read(request.query_params, delegations)
    typed = {**_as_they_are(delegations), **_as_typed(request.query_params, delegations)}
    context = {
        "convening": convening,
        "delegations": delegations,
        "typed": typed,
        "errors": errors,
        "default": None if default == Caps(convening.delegation_cap, convening.sponsored_cap) else default,
        "asked": bool(request.query_params) and not errors,
        "effects": [] if errors else caps.effects(db, convening, wanted),
    }
    return page(request, "registration/caps.html", context, status=422 if errors else 200)


@router.post("/caps", dependencies=BOARD)
def change_caps(
    db: Db,
    settings: SettingsHere,
    convening: ConveningHere,
    viewer: ViewerHere,
    typed: Annotated[FormData, Depends(typed_caps)],
) -> Response:
    posted = {name: str(value) for name, value in typed.items()}
    wanted, default, errors = _read(posted, caps.delegations_by_city(db, convening))
    if errors:
        return see_other(f"{convening.path}/registration/caps", flash="A cap is a number of places, such as 10.")
    promoted = caps.change_caps(db, convening, wanted, default=default, by=viewer)
    write_to(db, settings, promoted, by=viewer)
    up = f" A place goes to {len(promoted)} who waited; each has a letter." if promoted else ""
    return see_other(f"{convening.path}/registration/board", flash=f"The caps are set.{up}")


def _as_they_are(delegations: Mapping[str, Delegation]) -> dict[str, str]:
    typed = {}
    for slug, delegation in delegations.items():
        typed[f"own-{slug}"] = str(delegation.cap)
        typed[f"sponsored-{slug}"] = str(delegation.sponsored_cap)
    return typed


def _as_typed(typed: Mapping[str, str], delegations: Mapping[str, Delegation]) -> dict[str, str]:
    """The fields of the page as they were typed; whatever else stands in the address is left out."""
    return {name: typed[name] for slug in (ALL, *delegations) for name in _names(slug) if name in typed}


def _read(
    typed: Mapping[str, str], delegations: Mapping[str, Delegation]
) -> tuple[dict[str, Caps], Caps | None, dict[str, str]]:
    """The caps of the cities by slug, those for all cities where they are given, and the mistakes by field."""
    errors: dict[str, str] = {}
    default = None
    if any(typed.get(name, "").strip() for name in _names(ALL)):
        default = _pair(typed, ALL, "All cities", None, errors)
    wanted: dict[str, Caps] = {}
    for slug, delegation in delegations.items():
        now = Caps(delegation.cap, delegation.sponsored_cap)
        said = default or _pair(typed, slug, delegation.city.name, now, errors)
        if said is not None:
            wanted[slug] = said
    return wanted, default, errors


def _pair(typed: Mapping[str, str], slug: str, who: str, now: Caps | None, errors: dict[str, str]) -> Caps | None:
    numbers = []
    for name, as_it_is in zip(_names(slug), (now.own, now.sponsored) if now else ("", ""), strict=True):
        text = typed.get(name, str(as_it_is)).strip()
        if text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST:
            numbers.append(int(text))
        else:
            errors[name] = f"{who}: a cap is a number of places, such as 10."
    return Caps(*numbers) if len(numbers) == 2 else None


def _names(slug: str) -> tuple[str, str]:
    """The fields of a city's caps. No city has the slug of ALL: theirs have no dot."""
    return f"own-{slug}", f"sponsored-{slug}"
