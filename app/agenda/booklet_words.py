"""What a booklet tells that no other page does: the network of the house, whom to call, how things are done there."""

from dataclasses import dataclass

from sqlmodel import Session

from app.models import Convening
from app.people.audit import Refused, verb
from app.people.prose import as_written
from app.people.viewer import Viewer

LONGEST = 120
LONGEST_TEXT = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletWords:
    """`contacts` and `booklet_note` are Markdown. Network and password are printed for people of the cohort only."""

    wifi_network: str = ""
    wifi_password: str = ""
    contacts: str = ""
    booklet_note: str = ""


FIELDS = tuple(BookletWords.__dataclass_fields__)


@verb
def tell_in_booklet(db: Session, convening: Convening, words: BookletWords, *, by: Viewer) -> Convening:
    """Say what the printed booklet tells. What is on paper already stays as it is."""
    network, password = words.wifi_network.strip(), words.wifi_password.strip()
    for name, value in (("wifi_network", network), ("wifi_password", password)):
        if len(value) > LONGEST:
            raise Refused(f"That is longer than {LONGEST} characters.", name)
    if password and not network:
        raise Refused("Say which network this password is for.", "wifi_network")
    convening.contacts = as_written(words.contacts, longest=LONGEST_TEXT, field="contacts")
    convening.booklet_note = as_written(words.booklet_note, longest=LONGEST_TEXT, field="booklet_note")
    convening.wifi_network, convening.wifi_password = network, password
    return convening
