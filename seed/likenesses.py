"""The sample's drawn faces and the plan of its venue: plainly drawings, of people who do not exist."""

from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from app.files import Arrival, as_face, as_plan, examine
from seed.pictures import BLUE, GREEN, INK, PAPER, QUIET, RED, RULE, SAND, Sheet

SIDE = 600
SKINS = ("#F2D3B8", "#E0AE86", "#C68B5F", "#9A6240", "#6F4530", "#4B2F22")
HAIRS = ("#1C1A19", "#3A2A20", "#6B4427", "#8C8C8C", "#D8D3C8", "#A4572B")
GROUNDS = ("#DCE3EA", "#EFE6D3", "#E4E0EA", "#DDE8DF", "#F0DED9")
CLOTHES = (RED, BLUE, GREEN, INK, QUIET, "#693A78")


@cache
def face(key: str) -> Arrival:
    """Somebody of that key: the same drawing each time."""
    dice = Random(f"face of {key}")  # noqa: S311  # a drawing, no secret
    skin, hair, ground, cloth = (dice.choice(some) for some in (SKINS, HAIRS, GROUNDS, CLOTHES))
    image = Image.new("RGB", (SIDE, SIDE), ground)
    draw = ImageDraw.Draw(image)
    long, glasses = dice.random() < 0.5, dice.random() < 0.35
    if long:
        draw.rounded_rectangle((165, 120, 435, 470), 130, fill=hair)
    draw.rounded_rectangle((95, 440, 505, 760), 150, fill=cloth)
    draw.rectangle((258, 370, 342, 460), fill=skin)
    draw.ellipse((190, 130, 410, 415), fill=skin)
    draw.pieslice((178, 105, 422, 375), 180 + dice.randint(-8, 8), 360, fill=hair)
    draw.ellipse((205, 195, 395, 330), fill=skin)
    for across in (258, 342):
        draw.ellipse((across - 11, 262, across + 11, 284), fill=INK)
        if glasses:
            draw.ellipse((across - 32, 240, across + 32, 304), outline=INK, width=7)
    if glasses:
        draw.line((290, 270, 310, 270), fill=INK, width=7)
    draw.arc((265, 310, 335, 360), 20, 160, fill=INK, width=7)
    return as_face(_handed_in(image, f"{key}.png"))


@cache
def plan() -> Arrival:
    """The venue: two houses across a yard, their rooms, and the street between."""
    sheet = Sheet()
    sheet.words(60, 80, "Appian Way", QUIET, 34)
    sheet.box(0, 100, 1200, 54, RULE)
    for left, wide, name in ((60, 500, "Gutman"), (660, 480, "Longfellow")):
        sheet.box(left, 190, wide, 500, INK, 10)
        sheet.box(left + 6, 196, wide - 12, 488, PAPER, 8)
        sheet.words(left + 26, 244, name, INK, 38)
    rooms = (
        (90, 270, 210, 180, "GCC", SAND),
        (320, 270, 210, 180, "Lift", RULE),
        (90, 470, 440, 190, "Team Rooms 1 to 6", "#DDE8DF"),
        (690, 270, 260, 180, "Askwith Hall", SAND),
        (970, 270, 140, 180, "Eliot-", SAND),
        (690, 470, 130, 190, "Class A", "#DCE3EA"),
        (840, 470, 130, 190, "Class B", "#DCE3EA"),
        (990, 470, 120, 190, "Class C", "#DCE3EA"),
    )
    for left, top, wide, high, name, color in rooms:
        sheet.box(left, top, wide, high, color, 6)
        sheet.words(left + wide / 2, top + high / 2 + 10, name, INK, 30, "ms")
    sheet.words(1040, 408, "Lyman", INK, 30, "ms")
    sheet.words(610, 440, "Yard", QUIET, 30, "ms")
    for across in (310, 900):
        sheet.shape(((across - 18, 172), (across + 18, 172), (across, 200)), RED)
    return as_plan(_handed_in(sheet.image.reduce(2), "plan.png"))


def _handed_in(image: Image.Image, name: str) -> Arrival:
    out = BytesIO()
    image.save(out, "PNG", compress_level=0)
    return examine(out, name, megabytes=8)
