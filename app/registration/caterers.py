"""Caterers, who are no people on record: each is named by an organizer and gets a private link to the meal counts.

Names of those who allow it are shown by explicit grant alone (`with_names`), and each such look is on record.
"""

from sqlmodel import Session, col, select

from app import clock
from app.models import Convening, LinkPurpose, PrivateLink
from app.people.audit import Refused, verb
from app.people.names import checked_name
from app.people.private_links import new_link
from app.people.viewer import Viewer


def links_of(db: Session, convening: Convening) -> list[PrivateLink]:
    """The caterers' links of a convening that are good now, the oldest first."""
    return list(
        db.exec(
            select(PrivateLink)
            .where(
                PrivateLink.convening_id == convening.key,
                PrivateLink.purpose == LinkPurpose.CATERER,
                col(PrivateLink.revoked_at).is_(None),
            )
            .order_by(col(PrivateLink.id))
        )
    )


@verb
def give_counts(
    db: Session, convening: Convening, *, holder: str, with_names: bool, secret: bytes, by: Viewer
) -> PrivateLink:
    """Give a named caterer a link; a second click with the same name and grant finds the first one's."""
    holder = checked_name(holder, field="holder")
    _hold(db, convening)
    known = next((link for link in links_of(db, convening) if link.holder == holder), None)
    if known is not None and known.with_names == with_names:
        return known
    if known is not None:
        raise Refused(f"{holder} has a link. Revoke it first, to give one that shows otherwise.", field="holder")
    return new_link(db, LinkPurpose.CATERER, convening, secret, holder=holder, with_names=with_names)


@verb
def renew_counts(db: Session, link: PrivateLink, *, secret: bytes, by: Viewer) -> PrivateLink:
    """Give the caterer a new link and revoke the old one, wherever it has been passed on to."""
    _hold(db, link.convening)
    db.refresh(link, ["revoked_at"])
    if link.revoked_at is not None:
        raise Refused(f"{link.holder}’s link was renewed or revoked already.")
    link.revoked_at = clock.now()
    return new_link(db, LinkPurpose.CATERER, link.convening, secret, holder=link.holder, with_names=link.with_names)


@verb
def withdraw_counts(db: Session, link: PrivateLink, *, by: Viewer) -> None:
    """Revoke a caterer's link: it opens nothing from now on."""
    if link.revoked_at is None:
        link.revoked_at = clock.now()


def _hold(db: Session, convening: Convening) -> None:
    """Of two clicks at once each sees what the other did."""
    db.exec(select(Convening.id).where(Convening.id == convening.key).with_for_update(key_share=True)).one()
