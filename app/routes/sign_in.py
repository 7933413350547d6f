"""Signing in by a one-time link, the demonstration's short way, signing out, acting for a principal."""

from ipaddress import ip_address
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.mailing import letters
from app.people import sign_in
from app.people.audit import Refused
from app.routes.door import Db, Needs, NotHere, SettingsHere, ViewerHere, cookie_name
from app.routes.pages import page, see_other
from app.settings import Settings, is_loopback
from app.updates.approval_links import forget_browsers

router = APIRouter()
DemoKind = Literal["organizer", "facilitator", "mayor", "superintendent", "member", "staff", "assistant"]
EVERYBODY = [Depends(Needs("public.read"))]
SIGNED_IN = [Depends(Needs("own.change"))]


@router.get("/sign-in", dependencies=EVERYBODY)
def ask(request: Request, settings: SettingsHere, next: str = "/") -> Response:
    context = {"next": _inside(next), "demo": demo_here(request, settings), "email": "", "errors": {}}
    return page(request, "sign_in/ask.html", context)


@router.post("/sign-in", dependencies=EVERYBODY)
def send(
    request: Request,
    db: Db,
    settings: SettingsHere,
    email: Annotated[str, Form(max_length=320)] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Mail a link to whoever has the address. The answer is the same when nobody has it."""
    if "@" not in email:
        context = {
            "next": _inside(next),
            "demo": demo_here(request, settings),
            "email": email,
            "errors": {"email": "An e-mail address has an @ in it, such as name@city.gov."},
        }
        return page(request, "sign_in/ask.html", context, status=422)
    made = sign_in.make_link(db, email, minutes=settings.sign_in_minutes)
    letter_folder = None
    if made is not None:
        person, token = made
        letters.sign_in_link(db, person, f"{settings.address}/sign-in/{token}", settings.sign_in_minutes)
    if demo_here(request, settings) and settings.smtp_url is None:
        letter_folder = settings.data_dir / "mail"
    return page(
        request,
        "sign_in/sent.html",
        {"email": email.strip(), "minutes": settings.sign_in_minutes, "letter_path": letter_folder},
    )


@router.get("/sign-in/{token}", dependencies=EVERYBODY)
def confirm(request: Request, db: Db, token: str) -> Response:
    """The link opens a page with a button: mail scanners open links too, and must not use them up."""
    if sign_in.usable_link(db, token) is None:
        return page(request, "sign_in/gone.html", status=410)
    return page(request, "sign_in/confirm.html", {"token": token})


@router.post("/sign-in/{token}", dependencies=EVERYBODY)
def use(request: Request, db: Db, settings: SettingsHere, token: str) -> Response:
    try:
        key = sign_in.use_link(db, token, browser=_browser(request), days=settings.session_days)
    except Refused:
        return page(request, "sign_in/gone.html", status=410)
    return _welcome(request, settings, key, "/")


@router.post("/demo/sign-in", dependencies=EVERYBODY)
def demo(
    request: Request,
    db: Db,
    settings: SettingsHere,
    kind: Annotated[DemoKind, Form(alias="as")],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in as a fictional person of the kind; exists with PLENARY_DEMO=1 on a loopback address only."""
    if not demo_here(request, settings):
        raise NotHere()
    person = sign_in.sample_person(db, kind)
    if person is None:
        raise Refused(f"There is no {kind} in the database yet. `bin/plenary seed` loads the sample cohort.")
    key = sign_in.begin(db, person.key, browser=_browser(request), days=1, demo=True)
    return _welcome(request, settings, key, _inside(next))


@router.post("/sign-out", dependencies=SIGNED_IN)
def sign_out(db: Db, settings: SettingsHere, viewer: ViewerHere) -> Response:
    assert viewer.sign_in_id is not None
    assert viewer.actor_id is not None
    sign_in.end(db, viewer.sign_in_id, of=viewer.actor_id)
    answer = see_other("/", flash="You are signed out.")
    answer.headers["Clear-Site-Data"] = '"storage"'  # what the door and the desk kept for a lost network
    answer.delete_cookie(cookie_name(settings), secure=_https(settings), httponly=True, samesite="lax")
    return answer


@router.post("/me/sign-ins/end", dependencies=SIGNED_IN)
def sign_out_everywhere(db: Db, settings: SettingsHere, viewer: ViewerHere) -> Response:
    assert viewer.actor_id is not None
    sign_in.end_everywhere(db, viewer.actor_id)
    forget_browsers(db, viewer.actor_id)
    answer = see_other("/", flash="You are signed out in every browser.")
    answer.headers["Clear-Site-Data"] = '"storage"'
    answer.delete_cookie(cookie_name(settings), secure=_https(settings), httponly=True, samesite="lax")
    return answer


@router.post("/me/sign-ins/{number}/end", dependencies=SIGNED_IN)
def end_one(db: Db, viewer: ViewerHere, number: int) -> Response:
    assert viewer.actor_id is not None
    sign_in.end(db, number, of=viewer.actor_id)
    return see_other("/me", flash="That browser is signed out.")


@router.post("/me/acting", dependencies=SIGNED_IN)
def act(db: Db, viewer: ViewerHere, principal: Annotated[int | None, Form()] = None) -> Response:
    """Take a principal's place; without `principal`, one's own again."""
    assert viewer.sign_in_id is not None
    assert viewer.actor_id is not None
    sign_in.act_for(db, viewer.sign_in_id, person_id=viewer.actor_id, principal_id=principal)
    names = dict(viewer.principals)
    return see_other("/", flash=f"You act for {names[principal]} now." if principal else "You are yourself again.")


def demo_here(request: Request, settings: Settings) -> bool:
    """Demo sign-in: asked for, served on loopback, and called by a loopback name (against DNS rebinding)."""
    name = request.url.hostname or ""
    caller = request.client.host if request.client else ""
    return settings.demo_sign_in and is_loopback(name) and _is_near(caller)


def _is_near(caller: str) -> bool:
    try:
        return ip_address(caller).is_loopback
    except ValueError:
        return False


def _welcome(request: Request, settings: Settings, key: str, address: str) -> Response:
    answer = see_other(address)
    answer.set_cookie(
        cookie_name(settings),
        key,
        max_age=settings.session_days * 86400,
        httponly=True,
        samesite="lax",
        secure=_https(settings),
        path="/",
    )
    return answer


def _https(settings: Settings) -> bool:
    return settings.address.startswith("https:")


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _inside(address: str) -> str:
    """The address if it is one of ours, else the home page: a link may not send people elsewhere."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"
