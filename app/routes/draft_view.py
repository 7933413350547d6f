"""How one looks at the draft's grid: which day, how fine, and whether it is turned. Remembered in a cookie."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.responses import Response

from app.agenda.lenses import DraftLens
from app.routes.pages import A_YEAR, wants_fragment

COOKIE = "plenary-draft"
SCALES = (5, 15, 30)
TURNED = "turned"


@dataclass(frozen=True, slots=True)
class View:
    """`day` as the address has it ("" where nothing was chosen), `tray` the words that the tray is searched for, `lens`
    whose sessions stand out;
    `scale` is how many minutes a line stands for and a drag snaps to; `turned`: time runs across, and rooms down."""

    day: str = ""
    tray: str = ""
    lens: DraftLens | None = None
    scale: int = SCALES[0]
    turned: bool = False

    def remember(self, response: Response) -> None:
        """Have the browser keep the scale and the turn for the next time."""
        kept = f"{self.scale}{'-' + TURNED if self.turned else ''}"
        response.set_cookie(COOKIE, kept, max_age=A_YEAR, httponly=True, samesite="lax")


def view_of(request: Request) -> View:
    """What the address asks for, over what is remembered. Of a fragment it is the address that the browser shows."""
    asked: dict[str, str] = dict(request.query_params)
    if wants_fragment(request):
        asked = dict(parse_qsl(urlsplit(request.headers.get("hx-current-url", "")).query)) | asked
    scale, _, turned = request.cookies.get(COOKIE, "").partition("-")
    return View(
        day=asked.get("day", ""),
        tray=asked.get("tray", ""),
        lens=DraftLens.read(asked.get("lens", "")),
        scale=_scale(asked.get("scale", scale)),
        turned=asked["turned"] == "yes" if "turned" in asked else turned == TURNED,
    )


def _scale(typed: str) -> int:
    return next((scale for scale in SCALES if str(scale) == typed), SCALES[0])
