"""Pages that stay readable without a network, once they were opened: the server says which, the device keeps them.

js/door-worker.js, the one service worker, keeps an answer that carries the first header below, and no other: nothing
unreleased ever does (rule 5). The header says whose it is, so that a device gives nobody another person's pages;
js/shell.js empties the shelf as soon as it sees another reader or none, and signing out clears the device. The second
says how the updates of the cohort stand: once that is another, js/reading.js asks anew for whatever the device keeps,
so that what was corrected, taken out or hidden is not read on it for longer (rule 6).
"""

from starlette.responses import Response

from app.people.viewer import Viewer

HEADER = "x-plenary-offline"
STANDING = "x-plenary-standing"


def offline(response: Response, viewer: Viewer, standing: str) -> Response:
    """Let the reader's device keep this page; `standing` is that of the cohort's updates (released.py: standing_of)."""
    response.headers[HEADER] = reader_key(viewer)
    response.headers[STANDING] = standing
    return response


def reader_key(viewer: Viewer) -> str:
    """Whose pages these are, for the device: who is signed in, and in whose place; "" for strangers."""
    return f"{viewer.actor_id}-{viewer.person_id}" if viewer.is_signed_in else ""
