"""Whether a kept file is named by anything on record."""

from collections.abc import Iterable

from sqlalchemy import exists, or_
from sqlmodel import Session, SQLModel, select

NAMING = ("digest", "preview", "photo", "plan")
"""The columns of all tables that name a kept file."""


def unnamed(db: Session, digests: Iterable[str]) -> tuple[str, ...]:
    """Those of these digests that no row names."""
    return tuple(one for one in dict.fromkeys(digests) if one and not _is_named(db, one))


def _is_named(db: Session, digest: str) -> bool:
    named = [
        exists().where(table.c[name] == digest)
        for table in SQLModel.metadata.sorted_tables
        for name in NAMING
        if name in table.c
    ]
    return bool(db.scalar(select(or_(*named))))
