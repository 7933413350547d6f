"""The organizers' lists on paper: who sleeps where, and the sheet on which people sign that they have come."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from enum import StrEnum
from itertools import groupby

from app import clock
from app.models import Convening, RegistrationState
from app.printing.typesetting import code, templates, zone_of
from app.registration.everybody import Listed
from app.registration.rooming import Rooming

SHEET = "registration-sheets.css"
SPARE = 3
"""Empty lines at the end of a sign-in sheet, for who comes unannounced."""


def rooming_sheet(convening: Convening, listed: Rooming, *, release: int | None, live: str) -> str:
    """The rooming list as an HTML document for the press; `live` is the whole URL of the list as it stands then.

    `release` is the number of the agenda's newest release, of which all that is printed speaks (rule 15).
    """
    moments = [trip.at for trip in (*listed.arrivals, *listed.departures)]
    return _set(
        "rooming", convening, release, live, listed=listed, zones=zone_of(moments or [clock.now()], convening.zone)
    )


class LiesOn(StrEnum):
    """Where a sign-in sheet lies: on the organizers' desk with all names, or on a table where everybody reads it, with
    the names of those who agreed to be on the list of participants."""

    DESK = "desk"
    TABLE = "table"


def sign_in_sheet(convening: Convening, people: Iterable[Listed], *, on: LiesOn, release: int | None, live: str) -> str:
    """Who has a place, by city and seat, as an HTML document for the press: a space to sign on each day. Whose name the
    table may not say finds an empty line among their city's."""
    coming = [one for one in people if one.state is RegistrationState.SUBMITTED]
    named = {one.person_id for one in coming if one.listed or on is LiesOn.DESK}
    days = (convening.ends_on - convening.starts_on).days + 1
    return _set(
        "sign_in",
        convening,
        release,
        live,
        cities=[
            (city or "Lab and guests", [one for one in group if one.person_id in named], _unnamed(group, named))
            for city, group in ((city, list(found)) for city, found in groupby(coming, key=lambda one: one.city))
        ],
        for_all=on is LiesOn.TABLE,
        days=[convening.starts_on + timedelta(days=number) for number in range(min(days, 3))],
        spare=SPARE,
    )


def _unnamed(group: Iterable[Listed], named: Collection[int]) -> int:
    return sum(one.person_id not in named for one in group)


def _set(name: str, convening: Convening, release: int | None, live: str, **more: object) -> str:
    template = templates().get_template(f"printing/{name}.html")
    return template.render(convening=convening, release=release, live=live, code=code(live), now=clock.now(), **more)
