"""What pages show is made harmless first, and pictured small: pictures are drawn anew, papers looked through."""

import shutil
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from app.files import paper_page
from app.files.apart import CROWDED, Crowded, TooMuch, program_of, run_apart
from app.files.kinds import PDF, PICTURES, WEBP, Arrival, Kind, NotNow, Unacceptable
from app.files.looking import name_for
from app.files.pictures import drawn_anew, preview_of

_TROUBLES = {
    paper_page.PROGRAMS: "This PDF holds programs (JavaScript, or a form that runs one). Print it to a new PDF, and "
    "hand that in.",
    paper_page.STARTS: "This PDF starts something else when it is opened. Print it to a new PDF, and hand that in.",
    paper_page.CARRIES: "This PDF carries other files inside. Print it to a new PDF, and hand them in beside it.",
    paper_page.LOCKED: "This PDF is locked with a password. Save it without one, and try again.",
    paper_page.DAMAGED: "This PDF is damaged or was cut off on its way. Print it to a new PDF, and hand that in.",
}
_TANGLED = "This PDF could not be looked through in time. Print it to a new PDF, and hand that in."


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that pages may show, and a small picture of it; width and height are pixels of the picture, or of the
    first page's."""

    file: Arrival
    preview: Arrival | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def make_ready(arrival: Arrival) -> Ready:
    """Look at what an examined file shows; raises Unacceptable. Takes up to a second, a large paper a few."""
    if arrival.kind in PICTURES:
        return _picture(arrival)
    if arrival.kind is PDF:
        return _paper(arrival)
    return Ready(arrival)


def _picture(arrival: Arrival) -> Ready:
    file, kind, picture = drawn_anew(arrival.file, arrival.kind)
    kept = _arrived(file, name_for(arrival.name, kind), kind)
    return Ready(kept, _arrived(preview_of(picture), "preview.webp", WEBP), picture.width, picture.height)


def _paper(arrival: Arrival) -> Ready:
    with TemporaryDirectory() as folder:
        paper, picture = Path(folder, "paper.pdf"), Path(folder, "page.webp")
        with paper.open("wb") as copy:
            arrival.file.seek(0)
            shutil.copyfileobj(arrival.file, copy)
        try:
            found = run_apart(program_of("paper_page"), str(paper), str(picture))
        except Crowded as error:
            raise NotNow(CROWDED) from error
        except TooMuch as error:
            raise Unacceptable(_TANGLED) from error
        if "trouble" in found:
            raise Unacceptable(_TROUBLES[found["trouble"]])
        preview = BytesIO(picture.read_bytes()) if "width" in found else None
    return Ready(
        arrival,
        _arrived(preview, "preview.webp", WEBP) if preview else None,
        found.get("width"),
        found.get("height"),
        found["pages"],
    )


def _arrived(file: BytesIO, name: str, kind: Kind) -> Arrival:
    content = file.getbuffer()
    return Arrival(file, name, kind, len(content), sha256(content).hexdigest())
