"""Dates, times and lengths as other programs write them. What could mean two things is not guessed."""

import re
from datetime import date, datetime, time, timedelta

from app import clock

LONGEST = timedelta(days=8)

CLOCK = re.compile(r"(-)?(\d{1,3}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$")
ISO_LENGTH = re.compile(r"(-)?P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$")
WORDS = re.compile(r"(?:(\d{1,3})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,4})\s*(?:m|min|mins|minutes?)?)?$")
WALL = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2})(?:\.\d+)?)?\s*(am|pm|a\.m\.|p\.m\.)?$", re.I)
WALL_DIGITS = re.compile(r"(\d{2})(\d{2})$")
NUMERIC_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})$")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})$", re.I)
MONTH_DAY = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$", re.I)
WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.I)


def length_of(value: object) -> timedelta | None:
    """A length: "00:45", "1:30", "1:30:00", "90", 90 (minutes), "1 h 30", "PT1H30M". None when it is none of these.

    Negative lengths are returned as such, for the caller to refuse; those above eight days are None.
    """
    length = _length(value)
    return length if length is not None and abs(length) <= LONGEST else None


def _length(value: object) -> timedelta | None:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, time):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(minutes=value) if abs(value) <= 20_000 else None
    text = str(value).strip().lower() if value is not None else ""
    if match := CLOCK.match(text):
        sign, hours, minutes, seconds = match.groups()
        length = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
        return -length if sign else length
    if match := ISO_LENGTH.match(text.upper()):
        sign, *parts = match.groups()
        weeks, days, hours_, minutes_, seconds_ = (int(part or 0) for part in parts)
        length = timedelta(weeks=weeks, days=days, hours=hours_, minutes=minutes_, seconds=seconds_)
        return (-length if sign else length) if any(part is not None for part in parts) else None
    if re.fullmatch(r"-\d{1,4}", text):
        return timedelta(minutes=int(text))
    if re.fullmatch(r"\d{1,4}\.0+", text):
        return timedelta(minutes=float(text))
    if text and (match := WORDS.match(text)):
        return timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
    return None


def wall_of(value: object) -> timedelta | None:
    """A wall time as the time since midnight: "09:30", "0930", "9.30", "1:30 pm", "24:15" (after midnight)."""
    if isinstance(value, datetime):
        value = value.time()
    if isinstance(value, time):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, timedelta):
        return value if timedelta(0) <= value < timedelta(hours=48) else None
    text = str(value).strip() if value is not None else ""
    if match := WALL_DIGITS.match(text):
        return _wall(int(match[1]), int(match[2]), 0)
    match = WALL.match(text)
    if match is None or (match[2] is None and match[4] is None):
        return None
    hours, half = int(match[1]), (match[4] or "").lower()
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.startswith("p") else 0)
    return _wall(hours, int(match[2] or 0), int(match[3] or 0))


def _wall(hours: int, minutes: int, seconds: int) -> timedelta | None:
    if hours > 47 or minutes > 59 or seconds > 59:
        return None
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def instant_of(value: object) -> datetime | None:
    """An ISO 8601 date and time; naive where the text has no offset. None for anything else, a bare date too.

    "Z" says which instant it is and not where; it becomes the zone UTC, and only "+00:00" an offset.
    """
    text = str(value).strip() if value is not None else ""
    if len(text) < 12 or not text[:4].isdigit():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=clock.zone("UTC")) if text[-1] in "Zz" else moment


def date_of(value: object, day_first: bool | None = None) -> date | None:
    """A date: ISO, "14 Nov 2017", "Tuesday, November 14, 2017", "14.11.2017".

    For "11/04/2017" `day_first` decides; while it is None, only a date that has one reading is read.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = WEEKDAY.sub("", " ".join(str(value).split()) if value is not None else "", count=1)
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text[:10]) and (len(text) == 10 or instant_of(text)):
            return date.fromisoformat(text[:10])
        if match := DAY_MONTH.match(text):
            return date(int(match[3]), _month(match[2]), int(match[1]))
        if match := MONTH_DAY.match(text):
            return date(int(match[3]), _month(match[1]), int(match[2]))
        if match := NUMERIC_DATE.match(text):
            return _numeric(match, day_first)
    except ValueError:
        return None
    return None


def day_first_of(values: list[object]) -> bool | None:
    """Whether the dates of a column put the day first, as far as any of them proves it; None when none does.

    True and False both proved is a contradiction, and None too.
    """
    proofs: set[bool] = set()
    for value in values:
        match = NUMERIC_DATE.match(str(value).strip()) if isinstance(value, str) else None
        if match is None or match[2] == ".":
            continue
        first, second = int(match[1]), int(match[3])
        if first > 12 >= second:
            proofs.add(True)
        elif second > 12 >= first:
            proofs.add(False)
    return proofs.pop() if len(proofs) == 1 else None


def is_ambiguous(value: object) -> bool:
    """Whether a date reads as two different days."""
    match = NUMERIC_DATE.match(str(value).strip()) if isinstance(value, str) else None
    return match is not None and match[2] != "." and match[1] != match[3] and max(int(match[1]), int(match[3])) <= 12


def _numeric(match: re.Match[str], day_first: bool | None) -> date:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year = year + 2000 if year < 100 else year
    if match[2] == "." or first > 12 or day_first:
        return date(year, second, first)
    if second > 12 or day_first is False or first == second:
        return date(year, first, second)
    raise ValueError("two readings")


def _month(name: str) -> int:
    return MONTHS.index(name[:3].lower()) + 1
