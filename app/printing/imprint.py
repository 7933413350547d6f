"""What each page says at its foot: the release and its time, that it may change, and a code to what has changed since
(rule 15); the zone in which its times are (rule 14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from html import escape

from app import clock
from app.models import Convening
from app.printing.typesetting import code, zone_of

OPEN = "Subject to change."


@dataclass(frozen=True, slots=True)
class Imprint:
    """`stamp` is set bold and first, `more` beside it, `below` under it; `address` is the whole URL that `code`, the
    `src` of an image, opens, and `leads_to` says what that is. `release` is the agenda's that it was made from."""

    stamp: str
    more: str
    below: str
    address: str
    leads_to: str
    code: str
    release: int | None

    @property
    def said(self) -> str:
        """ "Release 5", as HTML, for what is too small to say more."""
        return f'<span class="stamp">{escape(self.stamp)}</span>'

    @property
    def markup(self) -> str:
        """Release, time and code as HTML, for what is too small for a page's foot."""
        leads_to = escape(f"Code that opens {self.leads_to}: {self.address}")
        return (
            f'<div class="small-imprint"><img src="{escape(self.code)}" alt="{leads_to}">'
            f"<p><strong>{escape(self.stamp)}</strong>{escape(self.more)}</p></div>"
        )


def of_release(
    convening: Convening,
    number: int,
    at: datetime,
    *,
    site: str,
    now: datetime,
    moments: Iterable[datetime] = (),
    anchor: str = "",
    newest: int | None = None,
    zone: str = "",
) -> Imprint:
    """Of what is made from a release of the agenda: `at` is when it was published, `site` the program's address,
    `moments` are those whose zone is said (else noon of the first day), `anchor` a part of the page of changes.
    `newest` is the release that holds now, where it may be another, `zone` its times, if not the convening's."""
    superseded = f"Superseded by release {newest}." if newest not in (None, number) else ""
    address = f"{site}{convening.path}/agenda/releases/{number}/changes{anchor}"
    return Imprint(
        stamp=f"Release {number}",
        more=f", {clock.said_moment(at, zone or convening.zone)}. {superseded or _open(convening, now)}".rstrip(),
        below=f"All times {zones(convening, moments, zone)}. What has changed since this print: scan the code.",
        address=address,
        leads_to=f"what has changed since release {number}",
        code=code(address),
        release=number,
    )


def of_list(
    convening: Convening,
    live: str,
    *,
    now: datetime,
    release: int | None,
    what: str = "The list as it stands now",
    moments: Iterable[datetime] | None = None,
    more: str = "",
) -> Imprint:
    """Of a list that changes without a release. `live` is the whole URL of it as it stands now; `moments` (None where
    it says no time of day) are those whose zone is said; `more` a sentence of its own."""
    after = f", after release {release} of the agenda" if release else ""
    said = f"All times {zones(convening, moments)}. " if moments is not None else ""
    return Imprint(
        stamp=f"As of {clock.said_moment(now, convening.zone)}",
        more=" ".join(filter(None, (f"{after}.", _open(convening, now), more))),
        below=f"{said}{what}: scan the code.",
        address=live,
        leads_to=f"{what[0].lower()}{what[1:]}",
        code=code(live),
        release=release,
    )


def zones(convening: Convening, moments: Iterable[datetime] = (), zone: str = "") -> str:
    """The venue's zone (or another) in words: "EST, the time of New York"; both where clocks change in between."""
    zone = zone or convening.zone
    return zone_of(list(moments) or [clock.at(convening.starts_on, time(12), zone)], zone)


def _open(convening: Convening, now: datetime) -> str:
    """That it may change, while it may."""
    return OPEN if clock.local(now, convening.zone).date() <= convening.ends_on else ""
