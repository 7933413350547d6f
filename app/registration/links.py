"""Where a person registers without an account: the address of their private link, without the host."""

from app.models import Convening, PrivateLink
from app.people import private_links


def link_address(convening: Convening, link: PrivateLink, secret: bytes) -> str:
    """The path of the page that a registration link opens."""
    return f"{convening.path}/registration/by-link/{private_links.token_of(link, secret)}"
