"""How long, and when, as meeting services write it: "1h 2m 3s", "46 mins", "00:46:12", "9/19/2017 1:02:11 PM"."""

import re
from datetime import date, datetime, time, timedelta

from app.exchange.workbooks import Cell

PART = re.compile(
    r"(\d{1,6}(?:[.,]\d{1,3})?)\s*(hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|days?|d)\b\.?,?\s*(?:and\s+)?",
    re.IGNORECASE | re.ASCII,
)
PARTS = re.compile(rf"(?:{PART.pattern})+", re.IGNORECASE | re.ASCII)
NUMBER = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?", re.ASCII)
COLONS = re.compile(r"(\d{1,4}):([0-5]?\d)(?::([0-5]?\d))?", re.ASCII)
ISO = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,5})(?:\.\d+)?S)?", re.ASCII)
SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
MOST = timedelta(days=2)

DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d.%m.%Y", "%b %d, %Y", "%d %b %Y", "%B %d, %Y")
CLOCKS = ("%I:%M:%S %p", "%H:%M:%S", "%I:%M %p", "%H:%M")
FORMATS = (*(f"{day} {clock}" for day in DAYS for clock in CLOCKS), *CLOCKS)


def read_minutes(value: Cell, *, unit: float) -> timedelta:
    """A length; a bare number counts `unit` seconds. Raises ValueError with a sentence for what is none."""
    if isinstance(value, timedelta):
        length = value
    elif isinstance(value, time):
        length = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value) * unit
        length = timedelta(seconds=seconds) if 0 <= seconds <= MOST.total_seconds() else timedelta(-1)
    else:
        length = _written(str(value).strip(), unit)
    if not timedelta() <= length <= MOST:
        raise ValueError(f"“{_cut(value)}” is no length of a meeting.")
    return length


def read_moment(value: Cell) -> datetime:
    """A moment on the list's own clock; raises ValueError with a sentence for what is none."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, time):
        return datetime.combine(date(2000, 1, 1), value)
    text = " ".join(str(value).replace("\u202f", " ").split()).replace(", ", " ", 1) if value is not None else ""
    text = re.sub(r"\s*(?:[A-Z]{2,4}T|UTC|GMT)(?:[+-]\d+)?$", "", text)
    for pattern in (text, str(value)):
        try:
            return datetime.fromisoformat(pattern).replace(tzinfo=None)
        except ValueError:
            pass
        for one in FORMATS:
            try:
                return datetime.strptime(pattern, one)  # noqa: DTZ007  # two on one clock are compared, and no more
            except ValueError:
                continue
    raise ValueError(f"“{_cut(value)}” is no time that can be read.")


def _written(text: str, unit: float) -> timedelta:
    if NUMBER.fullmatch(text):
        return timedelta(seconds=float(text.replace(",", ".")) * unit)
    if found := COLONS.fullmatch(text):
        return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3] or 0))
    if (found := ISO.fullmatch(text)) and text != "PT":
        return timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0), seconds=int(found[3] or 0))
    if PARTS.fullmatch(text):
        return timedelta(seconds=sum(float(n.replace(",", ".")) * SECONDS[u[0].lower()] for n, u in PART.findall(text)))
    raise ValueError(f"“{_cut(text)}” is no length that can be read.")


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
