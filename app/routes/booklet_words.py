"""What the printed booklet of a convening tells besides its agenda."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from app.agenda.booklet_words import FIELDS, BookletWords, tell_in_booklet
from app.models import Convening
from app.people.audit import Refused
from app.routes import typed
from app.routes.convening_forms import HERE
from app.routes.door import ConveningHere, Db, Needs, ViewerHere
from app.routes.pages import page, see_other

router = APIRouter(prefix=f"{HERE}/booklet", dependencies=[Depends(Needs("convening.change"))])
Text = Annotated[str, Form()]


@router.get("")
def booklet(request: Request, convening: ConveningHere) -> Response:
    return _form(request, convening)


@router.post("")
def tell(
    request: Request,
    db: Db,
    convening: ConveningHere,
    viewer: ViewerHere,
    wifi_network: Text = "",
    wifi_password: Text = "",
    contacts: Text = "",
    booklet_note: Text = "",
) -> Response:
    words = BookletWords(
        wifi_network=wifi_network, wifi_password=wifi_password, contacts=contacts, booklet_note=booklet_note
    )
    try:
        tell_in_booklet(db, convening, words, by=viewer)
    except Refused as refused:
        return _form(request, convening, words, refused)
    return see_other(f"{convening.path}/booklet", flash="Saved. The next booklet says it.")


def _form(
    request: Request, convening: Convening, words: BookletWords | None = None, refused: Refused | None = None
) -> Response:
    context = {
        "convening": convening,
        "form": words or BookletWords(**{name: getattr(convening, name) for name in FIELDS}),
        "errors": typed.errors(refused) if refused else {},
    }
    return page(request, "agenda/booklet.html", context, status=422 if refused else 200)
