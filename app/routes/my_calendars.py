"""One's own calendar addresses: how to subscribe, what each holds, who fetched it, options, renewal, withdrawal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated
from urllib.parse import quote

import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.calendars import feeds
from app.calendars.answers import said_program
from app.calendars.circles import Circle, circles_of
from app.calendars.documents import COLORS
from app.calendars.feeds import ALARMS, Options
from app.calendars.subscribed import Subscribed, subscribed
from app.models import Feed, FeedScope
from app.people.audit import Refused
from app.people.viewer import Office, Viewer
from app.routes import typed
from app.routes.door import Db, Needs, NotHere, SettingsHere, ViewerHere, own_record
from app.routes.invitations import wanted_part
from app.routes.pages import page, see_other
from app.settings import Settings

router = APIRouter()
OWN = [Depends(Needs("own.read"))]
OWN_CHANGE = [Depends(Needs("own.change"))]
Text = Annotated[str, Form()]
HERE = "/me/calendar"
NEXT = 10
KINDS = {FeedScope.ROLE: "Roles", FeedScope.CITY: "Cities", FeedScope.CONVENING: "Convenings"}
SAID_ALARMS = {0: "When it begins", 60: "1 hour before", 120: "2 hours before", 1440: "1 day before"}
SAID_COLORS = {
    "crimson": "Crimson",
    "darkorange": "Orange",
    "goldenrod": "Gold",
    "seagreen": "Green",
    "teal": "Teal",
    "steelblue": "Blue",
    "slateblue": "Violet blue",
    "purple": "Purple",
    "slategray": "Grey",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A calendar of the viewer's: its page and what it is called there."""

    name: str
    path: str
    is_here: bool


@router.get(HERE, dependencies=OWN)
def mine(request: Request, db: Db, viewer: ViewerHere, settings: SettingsHere) -> Response:
    """One's own calendar: how to subscribe, with the address itself; what it holds, and who fetched it last."""
    person = own_record(db, viewer)
    feed = feeds.feed_of(db, person.key) if not viewer.acting else None
    return _page(request, db, viewer, settings, feed)


@router.post(f"{HERE}/feeds", dependencies=OWN_CHANGE)
def make_address(request: Request, db: Db, viewer: ViewerHere, settings: SettingsHere, circle: Text = "") -> Response:
    """Give a calendar an address: one's own, or (`circle`: "role 3") that of a role, a city or a convening."""
    person = own_record(db, viewer)
    scope, number = _circle_in(circle)
    try:
        feed = feeds.create_feed(db, person, secret=settings.secret, by=viewer, scope=scope, scope_id=number)
    except Refused as refused:
        if refused.field is None:
            raise
        return _page(request, db, viewer, settings, feeds.feed_of(db, person.key), typed.errors(refused))
    return see_other(_path(feed), flash="This calendar has an address.")


@router.get(f"{HERE}/feeds/{{number:int}}", dependencies=OWN)
def one(request: Request, db: Db, viewer: ViewerHere, settings: SettingsHere, number: int) -> Response:
    """A calendar of a role, a city or a convening, as one's own."""
    return _page(request, db, viewer, settings, _feed(db, viewer, number))


@router.post(f"{HERE}/feeds/{{number:int}}/options", dependencies=OWN_CHANGE)
def choose(
    request: Request,
    db: Db,
    viewer: ViewerHere,
    settings: SettingsHere,
    number: int,
    travel: Text = "",
    holds: Text = "",
    dues: Text = "",
    without_cancelled: Text = "",
    alarm: Text = "",
    color: Text = "",
) -> Response:
    """Have a calendar hold and show what its owner wants."""
    feed = _feed(db, viewer, number)
    options = Options(
        with_travel=bool(travel),
        with_holds=bool(holds),
        with_dues=bool(dues),
        hides_cancelled=bool(without_cancelled),
        alarm_minutes=(int(alarm) if alarm.isdecimal() and len(alarm) < 6 else -1) if alarm else None,
        color=color,
    )
    try:
        feeds.change_feed(db, feed, options, by=viewer)
    except Refused as refused:
        if refused.field is None:
            raise
        return _page(request, db, viewer, settings, feed, typed.errors(refused), options)
    return see_other(f"{_path(feed)}#options", flash="Saved. Your programs show it when they next look.")


@router.post(f"{HERE}/feeds/{{number:int}}/renewal", dependencies=OWN_CHANGE)
def renew_address(db: Db, viewer: ViewerHere, settings: SettingsHere, number: int) -> Response:
    new = feeds.renew_feed(db, _feed(db, viewer, number), secret=settings.secret, by=viewer)
    return see_other(_path(new), flash="The calendar has a new address; the old one is gone. Subscribe again.")


@router.post(f"{HERE}/feeds/{{number:int}}/withdrawal", dependencies=OWN_CHANGE)
def withdraw_address(db: Db, viewer: ViewerHere, number: int) -> Response:
    feeds.revoke_feed(db, _feed(db, viewer, number), by=viewer)
    return see_other(HERE, flash="The address is gone. Calendars that had it will say so.")


def _page(
    request: Request,
    db: Session,
    viewer: Viewer,
    settings: Settings,
    feed: Feed | None,
    errors: Mapping[str, str] | None = None,
    options: Options | None = None,
) -> Response:
    found = subscribed(db, feed, viewer, settings.address) if feed else None
    circles = [] if viewer.acting else circles_of(db, viewer)
    context: dict[str, object] = {
        "feed": feed,
        "found": found,
        "tabs": _tabs(db, viewer, feed, circles),
        "choices": _choices(circles),
        "links": _links(feed, _name(found), settings) if feed else None,
        "fetched_by": said_program(feed.fetched_by) if feed and feed.fetched_at else "",
        "upcoming": found.contents.upcoming(NEXT) if found else [],
        "form": options or (Options(**{name: getattr(feed, name) for name in asdict(Options())}) if feed else None),
        "alarms": [(number, SAID_ALARMS.get(number, f"{number} minutes before")) for number in ALARMS],
        "colors": [(name, SAID_COLORS[name]) for name in COLORS],
        "public": [(o.cohort_name, f"{settings.address}/{o.cohort_slug}/public.ics") for o in _one_a_cohort(viewer)],
        "is_local": settings.is_local,
        "invitations": wanted_part(db, viewer, settings),
        "errors": errors or {},
    }
    response = page(request, "calendars/mine.html", context, status=422 if errors else 200)
    response.headers["cache-control"] = "no-store"
    return response


def _tabs(db: Session, viewer: Viewer, here: Feed | None, circles: list[Circle]) -> list[Tab]:
    """One's own calendar first, then each other that has an address and is still the viewer's to have."""
    if viewer.acting or viewer.person_id is None:
        return []
    names = {(circle.scope, circle.id): circle.name for circle in circles}
    newest = feeds.feed_of(db, viewer.person_id)
    own = Tab("Your own", HERE, here is None or here == newest)
    others = []
    for feed in feeds.feeds_of(db, viewer.person_id):
        name = names.get((feed.scope, feed.scope_id or 0), "")
        if feed.scope is FeedScope.PERSON and feed != newest:
            name = "Your own, at an older address"  # of a record that was merged with this one
        if name:
            others.append(Tab(name, f"{HERE}/feeds/{feed.key}", here == feed))
    return [own, *others]


def _choices(circles: list[Circle]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What there is to choose from, by kind; with the cohort's name where there are several."""
    several = len({circle.cohort.key for circle in circles}) > 1
    return [
        (
            kind,
            [
                (f"{scope} {one.id}", f"{one.name}, {one.cohort.name}" if several else one.name)
                for one in circles
                if one.scope is scope
            ],
        )
        for scope, kind in KINDS.items()
        if any(one.scope is scope for one in circles)
    ]


def _circle_in(text: str) -> tuple[FeedScope, int | None]:
    """ "role 3" → (ROLE, 3); "" is one's own. What is none of these is nobody's, and refused by the verb."""
    scope, _, number = text.partition(" ")
    if not text:
        return FeedScope.PERSON, None
    known = scope in {kind.value for kind in KINDS} and number.isdecimal() and len(number) < 10
    return (FeedScope(scope), int(number)) if known else (FeedScope.ROLE, None)


def _feed(db: Session, viewer: Viewer, number: int) -> Feed:
    """The viewer's own calendar address of that number that is good now."""
    feed = db.get(Feed, number)
    if feed is None or viewer.acting or feed.person_id != viewer.person_id or feed.revoked_at is not None:
        raise NotHere("You have no calendar address of that number. It may have been renewed or taken back.")
    return feed


def _path(feed: Feed) -> str:
    return HERE if feed.scope is FeedScope.PERSON else f"{HERE}/feeds/{feed.key}"


def _name(found: Subscribed | None) -> str:
    return found.contents.name if found else "Plenary"


def _one_a_cohort(viewer: Viewer) -> list[Office]:
    return list({office.cohort_id: office for office in viewer.offices}.values())


def _links(feed: Feed, name: str, settings: Settings) -> dict[str, str]:
    """The feed's address, and what each kind of program wants to be given of it."""
    address = f"{settings.address}/feeds/{feeds.token_of(feed, settings.secret)}.ics"
    webcal = "webcal://" + address.split("://", 1)[1]
    outlook = f"url={quote(address, safe='')}&name={quote(name, safe='')}"
    return {
        "address": address,
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        "outlook": f"https://outlook.office.com/calendar/0/addfromweb?{outlook}",
        "outlook_home": f"https://outlook.live.com/calendar/0/addfromweb?{outlook}",
        "code": segno.make(webcal, error="m").svg_data_uri(scale=4, border=2, dark="#1c2230", light="#ffffff"),
    }
