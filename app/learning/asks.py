"""What each city wants to learn, in the words of its last released update."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import City, Update, UpdateCycle, UpdateVersion
from app.updates.content import Content
from app.updates.tombstones import Redaction


@dataclass(frozen=True, slots=True)
class CityAsk:
    """A city's ask: `body` is Markdown, `cycle_slug` leads to the update it stands in."""

    city: str
    city_slug: str
    cycle: str
    cycle_slug: str
    body: str
    redaction: Redaction | None
    author: str
    office: str


def asks_of(db: Session, cohort_id: int) -> list[CityAsk]:
    """The latest ask of each city of the cohort, by city; one query. Drafts have no part in it (rule 5)."""
    ranked = (
        select(
            col(UpdateVersion.id).label("version_id"),
            func.row_number()
            .over(
                partition_by=col(Update.city_id),
                order_by=(col(UpdateCycle.period_ends_on).desc(), col(UpdateVersion.number).desc()),
            )
            .label("place"),
        )
        .join(Update, col(Update.id) == UpdateVersion.update_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(UpdateCycle.cohort_id == cohort_id)
        .subquery()
    )
    rows = db.exec(
        select(UpdateVersion, City, UpdateCycle)
        .join(ranked, ranked.c.version_id == UpdateVersion.id)
        .join(Update, col(Update.id) == UpdateVersion.update_id)
        .join(City, col(City.id) == Update.city_id)
        .join(UpdateCycle, col(UpdateCycle.id) == Update.cycle_id)
        .where(ranked.c.place == 1)
        .order_by(col(City.name), col(City.id))
    )
    asks = []
    for version, city, cycle in rows:
        ask = Content.model_validate(version.content).ask
        if ask and (ask.body or ask.redaction):
            asks.append(
                CityAsk(
                    city=city.name,
                    city_slug=city.slug,
                    cycle=cycle.title,
                    cycle_slug=cycle.slug,
                    body=ask.body,
                    redaction=ask.redaction,
                    author=version.author,
                    office=version.office,
                )
            )
    return asks
