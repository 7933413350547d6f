"""Every page can be used by everybody: axe finds nothing by day and by night, on a phone and on a desk.

The pages are those that a person reaches by following links, one of each kind of address.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Page

from app.main import rooms
from tests.forks import HOUSE
from tests.journeys.conftest import DESK, PHONE, Opens

AXE = HOUSE / "node_modules" / "axe-core" / "axe.min.js"
FILES = (".pdf", ".ics", ".json", ".xml", ".csv", ".xlsx", ".docx", ".pptx", ".png", ".jpg", ".webp")
ROUTES = sorted(
    {
        route.path
        for router in rooms()
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    },
    key=lambda path: [("{" in part, part) for part in path.split("/")],
)
MATCHERS = [(path, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$")) for path in ROUTES]

MADE_BY_ORGANIZERS = {
    f"/{{cohort}}/convenings/{{convening}}/{page}"
    for page in ("print", "print/{document}", "sessions/{session:int}/tables", "booklet", "venue")
} | {"/me"}
"""What goes on paper, and where what stands on it is told: the desk, tables, words, the plan, the photo."""


def kind_of(address: str) -> str | None:
    """The route that answers an address; None for files and for what is not ours."""
    path = urlsplit(address).path
    if path.endswith(FILES):
        return None
    return next((route for route, matcher in MATCHERS if matcher.match(path)), None)


def each_kind_of_page(page: Page) -> Iterator[str]:
    """Follow links from where the page is; yields the address of the first page of each kind, with it open."""
    seen: set[str] = set()
    waiting = [page.url]
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 500, f"{address} answered {answer.status}"
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        waiting += page.eval_on_selector_all("a[href^='/']", "links => links.map(link => link.href)")
        yield address


ALL_RULES = "axe.run({resultTypes: ['violations']})"
COLOURS = "axe.run({resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']})"


def troubles(page: Page, sizes: tuple[tuple[int, int], ...]) -> list[str]:
    """What axe finds on the open page at each size, and at night what depends on colour; and what is wider than it."""
    page.evaluate(AXE.read_text("utf-8"))
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = []
    for size in sizes:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if page.evaluate("document.documentElement.scrollWidth") > size[0]:
            found.append(f"wider than {size[0]} px")
        found += [f"{size[0]} px: {one}" for one in violations(page, ALL_RULES)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + [f"at night: {one}" for one in violations(page, COLOURS)]


def violations(page: Page, run: str) -> list[str]:
    return [
        f"{one['id']} ({one['help']}) at {node['target'][0]}: {node['html'][:200]}"
        for one in page.evaluate(f"async () => (await {run}).violations")
        for node in one["nodes"][:3]
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("kind", "sizes", "least"),
    [(None, (PHONE, DESK), 2), ("mayor", (PHONE,), 12), ("facilitator", (DESK,), 12), ("organizer", (PHONE, DESK), 20)],
    ids=["anybody", "mayor on a phone", "facilitator on a desk", "organizer"],
)
def test_axe_finds_nothing_on_any_page_that_a_person_reaches(
    opens: Opens, kind: str | None, sizes: tuple[tuple[int, int], ...], least: int
) -> None:
    page = opens(kind, bypass_csp=True)  # axe measures by styles that our policy refuses
    found = {urlsplit(address).path: troubles(page, sizes) for address in each_kind_of_page(page)}
    assert {address: trouble for address, trouble in found.items() if trouble} == {}
    assert len(found) >= least, f"only {sorted(found)} were reached"
    if kind == "organizer":
        assert MADE_BY_ORGANIZERS - {kind_of(address) for address in found} == set()


def test_the_whole_shell_can_be_walked_by_keyboard(opens: Opens) -> None:
    page = opens("organizer")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("details.viewer > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".viewer-menu").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".viewer-menu").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_targets_on_a_phone_are_large_enough(opens: Opens) -> None:
    """Buttons, fields and the bar at the foot are at least 44 px high."""
    page = opens("organizer", PHONE)
    for address in ("/", "/by-all-means/people", "/me", "/by-all-means/cities/oakland"):
        page.goto(address)
        small = page.eval_on_selector_all(
            "button, .button, .phone-bar a, summary, select, input:not([type=hidden]), textarea",
            """targets => targets.filter(one => one.offsetParent !== null && one.getBoundingClientRect().height < 44)
                .map(one => one.outerHTML.slice(0, 120))""",
        )
        assert small == [], address


def test_a_page_works_without_scripts(opens: Opens) -> None:
    page = opens("organizer", java_script_enabled=False)
    page.goto("/by-all-means/people")
    page.get_by_label("Name or office").fill("villasenor")
    page.get_by_role("button", name="Find").click()
    assert page.locator("tbody tr").count() == 1
    assert Path(urlsplit(page.url).path).name == "people"
