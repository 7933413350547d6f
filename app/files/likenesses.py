"""Pictures of one kind, drawn anew as JPEG: the face of somebody, cut square, and the plan of a house."""

from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from app.files.kinds import JPEG, PICTURES, Arrival, Unacceptable
from app.files.pictures import drawn_anew

SIDE = 600
"""Pixels of a face: 50 millimetres at 300 an inch."""

NO_PICTURE = "This has to be a picture: JPEG, PNG or WebP. Choose one, and try again."


def as_face(arrival: Arrival) -> Arrival:
    """An examined file as a face of SIDE by SIDE, of which only pixels are left. Raises Unacceptable."""
    square = ImageOps.fit(_flat(arrival), (SIDE, SIDE), Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    return _jpeg(square, "photo.jpg", 85)


def as_plan(arrival: Arrival) -> Arrival:
    """An examined file as the plan of a house, no larger than a printed page shows. Raises Unacceptable."""
    return _jpeg(_flat(arrival), "plan.jpg", 90)


def _flat(arrival: Arrival) -> Image.Image:
    """Its picture on white paper."""
    if arrival.kind not in PICTURES:
        raise Unacceptable(NO_PICTURE)
    _file, _kind, picture = drawn_anew(arrival.file, arrival.kind)
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _jpeg(picture: Image.Image, name: str, quality: int) -> Arrival:
    picture.info.clear()
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    content = out.getbuffer()
    return Arrival(out, name, JPEG, len(content), sha256(content).hexdigest())
