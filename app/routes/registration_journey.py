"""A journey as a form has it: its pieces, read on the convening's clocks, and written as on record."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session

from app.models import Convening, Payer, Travel
from app.people.audit import Refused
from app.registration import travel
from app.registration.travel import TravelDetails, read_moment, write_moment
from app.routes import typed
from app.routes.pieces import says, texts_mark

PIECES: dict[str, tuple[str, ...]] = {
    "local": ("is_local",),
    "arrival": ("arrives_at", "arrives_by"),
    "departure": ("leaves_at", "leaves_by"),
    "nights": ("first_night", "last_night", "block_id"),
    "sharing": ("shares_with",),
    "payer": ("payer",),
}
"""Each piece of the form with its fields."""


def pieces_said(texts: Mapping[str, str], asks: Mapping[str, str]) -> list[str]:
    """The pieces that are to be kept."""
    return [piece for piece, fields in PIECES.items() if says(piece, fields, texts, asks)]


def fields_of(pieces: Iterable[str]) -> list[str]:
    return [field for piece in pieces for field in PIECES[piece]]


def marks_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Piece → its mark, of a form that holds these texts."""
    return {piece: texts_mark(piece, fields, texts) for piece, fields in PIECES.items()}


def read_journey(
    db: Session, convening: Convening, texts: Mapping[str, str], on_record: Travel | None, only: Iterable[str]
) -> tuple[TravelDetails, dict[str, str]]:
    """The journey with the fields of `only` as typed, the others as on record, and the mistakes by field."""
    only, errors = list(only), dict[str, str]()

    def read(name: str, reader: Any, *more: str) -> Any:
        try:
            return reader(texts.get(name, ""), *more, name) if name in only else None
        except Refused as refused:
            errors[name] = refused.sentence
            return None

    payer = texts.get("payer", "")
    details = TravelDetails(
        is_local=texts.get("is_local") == "yes",
        arrives_at=read("arrives_at", read_moment, convening.zone),
        arrives_by=texts.get("arrives_by", ""),
        leaves_at=read("leaves_at", read_moment, convening.zone),
        leaves_by=texts.get("leaves_by", ""),
        first_night=read("first_night", typed.day_or_none),
        last_night=read("last_night", typed.day_or_none),
        block_id=read("block_id", typed.number_or_none),
        shares_with=texts.get("shares_with", ""),
        payer=Payer(payer) if payer in list(Payer) else None,
    )
    details = travel.with_changes(on_record, details, only)
    return details, errors or travel.travel_errors(db, convening, details)


def written(convening: Convening, on_record: Travel | None) -> dict[str, str]:
    """A journey on record as the form has it."""
    details, zone = travel.as_written(on_record), convening.zone
    return {
        "is_local": "yes" if details.is_local else "",
        "arrives_at": write_moment(details.arrives_at, zone),
        "arrives_by": details.arrives_by,
        "leaves_at": write_moment(details.leaves_at, zone),
        "leaves_by": details.leaves_by,
        "first_night": details.first_night.isoformat() if details.first_night else "",
        "last_night": details.last_night.isoformat() if details.last_night else "",
        "block_id": str(details.block_id or ""),
        "shares_with": details.shares_with,
        "payer": details.payer.value if details.payer else "",
    }
