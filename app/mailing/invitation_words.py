"""What is written in invitations. Times stand in the gathering's zone, the reader's beside it (rule 14); a subject is
read on locked screens, and names nothing that is closed (rule 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app import clock
from app.calendars.documents import Entry
from app.calendars.offers import Offer
from app.people.viewer import Viewer

MOST_DATES = 12
OPENINGS = {
    "new": "you are invited to:",
    "changed": "what you are invited to has changed. It is now:",
    "dates off": "this is called off:",
    "off": "this is called off:",
}
SUBJECTS = {"new": "Invitation: ", "changed": "Changed: ", "dates off": "Called off: ", "off": "Called off: "}
WHY = "Invitations come to you by mail because you asked for them. To end that, open “Your calendar” in Plenary."


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str


def invitation_words(
    step: str, offer: Offer, entries: Sequence[Entry], viewer: Viewer, link: str, *, by_mail: bool
) -> Words:
    """The letter about one gathering or series; `entries` are those that it brings, `link` the page to answer on."""
    is_off = step in ("off", "dates off")
    first = entries[0]
    lines = [f"- {first.title}" if not is_off else ""]
    if step == "dates off":
        lines = [f"- {one.title}: {_span(one, viewer)}{_reason(one)}" for one in entries]
    elif is_off:
        lines = [f"- {first.title}: {_span(first, viewer)}{_reason(first)}"]
    else:
        lines = [f"- {first.title}", *(f"- {line}" for line in _when(offer, first, viewer))]
        lines += [f"- Where: {first.location}"] if first.location else []
        lines += [f"- Join: {first.join_url}"] if first.join_url else []
    parts = [OPENINGS[step], "\n".join(lines)]
    if not is_off:
        parts += [first.description] if step == "new" and first.description else []
        how = (
            "Answer with the buttons of your mail or calendar program, or here:"
            if by_mail
            else "Will you come? Answer here:"
        )
        parts.append(f"{how}\n\n{link}")
    parts.append(WHY)
    when = "" if offer.rhythm and step != "dates off" else f", {_day(first)}"
    return Words(f"{SUBJECTS[step]}{_named(first)}{when}", "\n\n".join(parts) + "\n")


def batch_words(lines: Sequence[tuple[Offer, str]], viewer: Viewer) -> Words:
    """The letter about many at once, each with the page to answer on."""
    said = []
    for offer, link in lines:
        first = offer.entries[0]
        said.append(f"{first.title}\n{'; '.join(_when(offer, first, viewer))}\n{link}")
    parts = [
        f"you are invited to {len(lines)} gatherings. The file with this letter brings them all into your calendar; "
        "under each stands where you say whether you will come.",
        *said,
        "What changes in one of them comes in a letter of its own.",
        WHY,
    ]
    return Words(f"{len(lines)} invitations", "\n\n".join(parts) + "\n")


def withdrawn_words(title: str) -> Words:
    """The letter to one who is not invited any more."""
    what = title or "something that you were invited to"
    text = f"you are not expected any more at:\n\n- {what}\n\nIf that surprises you, ask the organizers.\n\n{WHY}\n"
    return Words("An invitation is taken back", text)


def _when(offer: Offer, first: Entry, viewer: Viewer) -> list[str]:
    """When it is; of a series its rhythm and its next dates."""
    dates = [one for one in offer.dates if not one.is_cancelled]
    if not offer.rhythm:
        return [_span(first, viewer)]
    more = len(dates) - MOST_DATES
    said = [clock.said_span(one.starts_at, one.ends_at, one.zone, _also(viewer)) for one in dates[:MOST_DATES]]
    return [f"{offer.rhythm[:1].upper()}{offer.rhythm[1:]}:", *said, *([f"and {more} more"] if more > 0 else [])]


def _span(entry: Entry, viewer: Viewer) -> str:
    assert isinstance(entry.starts, datetime)
    assert isinstance(entry.ends, datetime)
    return clock.said_span(entry.starts, entry.ends, entry.zone, _also(viewer))


def _also(viewer: Viewer) -> tuple[str, str] | None:
    return (viewer.zone, viewer.place) if viewer.zone else None


def _day(entry: Entry) -> str:
    assert isinstance(entry.starts, datetime)
    return f"{clock.said_day(clock.local(entry.starts, entry.zone))}, {clock.said_time(entry.starts, entry.zone)}"


def _named(entry: Entry) -> str:
    return "a closed session" if entry.is_private else entry.title


def _reason(entry: Entry) -> str:
    reason = entry.description.split("\n\n")[0] if entry.description else ""
    return f"\n{reason}" if reason else ""
