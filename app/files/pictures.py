"""Pictures made anew: turned upright, made no larger than a page shows, and without what a camera wrote into them.

What comes out is drawn pixel by pixel from what came in, so that nothing else in the file (a place on the map, a
script behind the picture) comes out with it.
"""

from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.files.kinds import GIF, JPEG, PNG, WEBP, Kind, Unacceptable

MOST_PIXELS = 60_000_000
"""A picture of more is not opened: in memory it has four bytes for each. Cameras of telephones make up to fifty."""

LONGEST_SIDE = 2600
PREVIEW_SIDE = 720
"""Pixels: a printed page's width at 300 an inch; a telephone's width at twice its pixels."""

LARGEST_PROFILE = 64 << 10
_FORMATS = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP", GIF: "GIF"}
Image.MAX_IMAGE_PIXELS = 4 * MOST_PIXELS  # Pillow's own refusal comes after ours, which says how large it is

TOO_LARGE = (
    "This picture is {} × {} pixels, which is more than can be opened here. Make it smaller, "
    "for example 4,000 pixels wide, and try again."
)
CUT_OFF = "This picture is damaged or was cut off on its way. Open it, save it anew, and try again."


def drawn_anew(file: BinaryIO, kind: Kind) -> tuple[BytesIO, Kind, Image.Image]:
    """A picture as it is kept, its kind, and it itself; raises Unacceptable. A GIF becomes a PNG of its first frame."""
    file.seek(0)
    try:
        with Image.open(file, formats=[_FORMATS[kind]]) as opened:
            _refuse_huge(opened.size)
            if kind is JPEG:
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            profile = opened.info.get("icc_profile") if opened.mode in ("RGB", "RGBA") else None
            picture: Image.Image = ImageOps.exif_transpose(opened)
            has_alpha = "A" in picture.getbands() or "transparency" in picture.info
            picture = picture.convert("RGBA" if has_alpha and kind is not JPEG else "RGB")
    except Unacceptable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unacceptable(TOO_LARGE.format("tens of thousands", "more")) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError) as error:
        raise Unacceptable(CUT_OFF) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    picture.info.clear()
    if not isinstance(profile, bytes) or len(profile) > LARGEST_PROFILE:
        profile = None
    kept = PNG if kind is GIF else kind
    return _written(picture, kept, profile), kept, picture


def preview_of(picture: Image.Image) -> BytesIO:
    """A small WebP of a picture."""
    small = picture.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE * 2), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "WEBP", quality=80, method=3)
    return out


def _written(picture: Image.Image, kind: Kind, profile: bytes | None) -> BytesIO:
    out = BytesIO()
    if kind is JPEG:
        picture.save(out, "JPEG", quality=90, optimize=True, progressive=True, icc_profile=profile)
    elif kind is WEBP:
        picture.save(out, "WEBP", quality=90, method=3, icc_profile=profile)
    else:
        picture.save(out, "PNG", icc_profile=profile)
    return out


def _refuse_huge(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise Unacceptable(TOO_LARGE.format(f"{size[0]:,}", f"{size[1]:,}"))
