"""The numbers on the desk: those of this update, and those of the last one that wait to be said anew."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from app.models import SectionKind, Update, UpdateFigure
from app.people.audit import Refused
from app.people.viewer import Viewer
from app.updates.figures import (
    Counted,
    add_figure,
    carriable,
    carry_figure,
    change_figure,
    counted_in,
    figures_of,
    remove_figure,
)
from app.updates.numbers import Before, released_figures
from app.updates.pieces import is_news, stamp
from app.updates.sections import asked_of


@dataclass(frozen=True, slots=True)
class DeskFigure:
    """A number in the form, under a key that stays as often as it is saved. `number` and `unit` are empty where they
    are read from what is said; `before` is what readers have of it from last time."""

    key: str
    label: str
    said: str
    number: str
    unit: str
    measured_on: str
    source: str
    stage_id: int | None
    before: Before | None
    id: int | None

    @property
    def stamp(self) -> str:
        """What stands in the form."""
        said = (self.label, self.said, self.number, self.unit, self.measured_on, self.source, self.stage_id)
        return stamp(*said)


def desk_figures(db: Session, update: Update) -> dict[int, list[DeskFigure]]:
    """The numbers of each section of numbers, by the section's number; what was carried keeps its place among them.

    A number of last time stands in the section of the same address, else in the first that asks for numbers.
    """
    asked = [part for part in asked_of(db, update) if part.kind is SectionKind.NUMBER]
    if not asked:
        return {}
    mine, earlier = figures_of(db, update), carriable(db, update)
    before = released_figures(db, {one.key for one in earlier} | {one.carried_from_id or 0 for one in mine} - {0})
    found: dict[int, list[DeskFigure]] = {part.key: [] for part in asked}
    by_slug = {part.slug: part.key for part in asked}
    carried = {one.carried_from_id for one in mine}
    for one in earlier:
        if one.key not in carried:
            place = by_slug.get(one.section.slug, asked[0].key)
            found[place].append(_waiting(one, before.get(one.key)))
    for one in mine:
        found.setdefault(one.section_id, []).append(_standing(one, before.get(one.carried_from_id or 0)))
    return found


def save_figures(
    db: Session,
    update: Update,
    figures: Mapping[str, Counted],
    was: Mapping[str, str],
    taken: int | None,
    troubles: dict[str, str],
    *,
    by: Viewer,
) -> dict[str, str]:
    """Save what the form says of numbers, by their keys on the desk; what could not be saved goes to `troubles`.

    Returns the stamps of what stands now of them.
    """
    if not figures and taken is None:
        return {}
    there = {one.key: one for placed in desk_figures(db, update).values() for one in placed}
    sections = {part.slug: part for part in asked_of(db, update) if part.kind is SectionKind.NUMBER}
    mine = {one.key: one for one in figures_of(db, update)}
    earlier = {one.key: one for one in carriable(db, update)}
    for key, counted in figures.items():
        kind, number = key[:1], key[1:]
        try:
            if key in there and not _is_news(was.get(f"counted-{key}"), counted, there[key]):
                continue
            if key.startswith("new."):
                slug = key.removeprefix("new.")
                if slug in sections and not counted.is_empty:
                    add_figure(db, update, sections[slug], counted, by=by)
            elif kind == "c" and number.isdecimal() and int(number) in earlier and sections:
                before = earlier[int(number)]
                section = sections.get(before.section.slug) or next(iter(sections.values()))
                carry_figure(db, update, section, before, counted, by=by)
            elif key.isdecimal() and int(key) in mine and int(key) != taken:
                change_figure(db, mine[int(key)], counted, by=by)
        except Refused as refused:
            troubles[f"{refused.field or 'said'}-{key}"] = refused.sentence
    if taken in mine:
        remove_figure(db, mine[taken], by=by)
    now = {one.key: one.stamp for placed in desk_figures(db, update).values() for one in placed}
    return {f"counted-{key}": now[key] for key in figures if key in now}


def _is_news(was: str | None, counted: Counted, there: DeskFigure) -> bool:
    number = "" if counted.number is None else f"{counted.number:g}"
    typed = stamp(
        counted.label, counted.said, number, counted.unit, counted.measured_on, counted.source, counted.stage_id
    )
    says = " ".join(part for part in (there.label, there.said) if part)
    return is_news(was, typed=typed, stored=there.stamp, says=says, field="said")


def _waiting(one: UpdateFigure, before: Before | None) -> DeskFigure:
    """One of last time that nobody has said anew."""
    return DeskFigure(f"c{one.key}", one.label, "", "", "", "", one.source, one.stage_id, before, None)


def _standing(one: UpdateFigure, before: Before | None) -> DeskFigure:
    read, unit = counted_in(one.said)
    return DeskFigure(
        key=f"c{one.carried_from_id}" if one.carried_from_id else str(one.key),
        label=one.label,
        said=one.said,
        number="" if one.number is None or one.number == read else f"{one.number:g}",
        unit="" if one.unit == unit else one.unit,
        measured_on=one.measured_on.isoformat() if one.measured_on else "",
        source=one.source,
        stage_id=one.stage_id,
        before=before,
        id=one.key,
    )
