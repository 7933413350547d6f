"""Photos of people: cut square around the middle, drawn anew, and small enough for a page of many."""

from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from app.files.kinds import JPEG, PICTURES, Arrival, Unacceptable
from app.files.pictures import drawn_anew

SIDE = 600
"""Pixels: 50 millimetres at 300 an inch."""

NO_PICTURE = "A photo is a picture: JPEG, PNG or WebP. Choose one, and try again."


def as_face(arrival: Arrival) -> Arrival:
    """An examined file as a face: a JPEG of SIDE by SIDE, of which only pixels are left. Raises Unacceptable."""
    if arrival.kind not in PICTURES:
        raise Unacceptable(NO_PICTURE)
    _file, _kind, picture = drawn_anew(arrival.file, arrival.kind)
    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    square = ImageOps.fit(picture.convert("RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    square.info.clear()
    out = BytesIO()
    square.save(out, "JPEG", quality=85, optimize=True)
    content = out.getbuffer()
    return Arrival(out, "photo.jpg", JPEG, len(content), sha256(content).hexdigest())
