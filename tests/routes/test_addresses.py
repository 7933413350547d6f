"""Addresses are made of names: none of them may be a word that leads to another page."""

import re

import pytest
from fastapi import FastAPI

from app.agenda import convenings
from app.gatherings import groups, series
from app.people import cities, founding
from app.updates import cycles

NAMED = {
    "cohort": founding.RESERVED,
    "convening": convenings.RESERVED,
    "cycle": cycles.RESERVED,
    "city": cities.RESERVED,
    "group": groups.RESERVED,
    "slug": series.RESERVED,
}
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")


def words_beside(app: FastAPI, parameter: str) -> set[str]:
    """The words that stand in an address where in another one this name stands."""
    paths = [re.sub(r":\w+}", "}", getattr(route, "path", "")).split("/") for route in app.routes]
    before = {tuple(path[:place]) for path in paths for place, part in enumerate(path) if part == f"{{{parameter}}}"}
    found = {
        path[len(start)]
        for path in paths
        for start in before
        if len(path) > len(start) and tuple(path[: len(start)]) == start
    }
    return {word for word in found if SLUG.fullmatch(word)}


@pytest.mark.parametrize("parameter", NAMED)
def test_no_name_takes_the_place_of_a_page(app: FastAPI, parameter: str) -> None:
    assert words_beside(app, parameter) - NAMED[parameter] == set()
