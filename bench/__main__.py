"""Serving, measured against bare Starlette in the same run: the published agenda, a released update, feeds, and
a session moved on the draft; the update book, a large booklet and personal agendas beside WeasyPrint by itself;
calendars beside icalendar; the engine of findings alone; and registrations, beside the same written by hand in SQL.

    bin/bench                   all of it
    bin/bench prints engine     some: sample, prints, engine, registrations

Ratios are medians over rounds in which the two take turns, so that a busy machine weighs on both alike.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from bench.agenda_engine import SESSIONS, engine
from bench.book import book
from bench.feeds import EVENTS, hours, written
from bench.moves import Waits, asked, moves
from bench.press import Made
from bench.prints import DOCUMENTS, large, served, set_beside
from bench.registrations import registrations
from bench.schedule import frab_of_442
from bench.servers import HOUSE, Row, children_of, compared, free_port, memory_of, plenary, yardstick


def main() -> None:
    """All of it, or the parts that are named."""
    parts: dict[str, Callable[[Path], None]] = {
        "sample": print_sample,
        "prints": print_prints,
        "engine": lambda _folder: print_engine(),
        "registrations": lambda _folder: print_registrations(),
    }
    wanted = sys.argv[1:] or list(parts)
    if unknown := [one for one in wanted if one not in parts]:
        sys.exit(f"The bench has no part “{unknown[0]}”. It has: {', '.join(parts)}")
    if shutil.which("wrk") is None:
        sys.exit("The bench asks with wrk. Install it with: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name:
        for one in wanted:
            parts[one](Path(name))


def print_sample(folder: Path) -> None:
    """The program on the sample cohort, with a schedule of 442 sessions beside it."""
    data = folder / "data"
    loading = prepare(folder, data)
    port = free_port()
    with plenary(data, port) as (process, seconds):
        time.sleep(2)
        print(f"loading of the sample   {loading:6.2f} s    (aim: under 4)")
        print(f"start to first answer   {seconds:6.2f} s    (aim: under 4)")
        print(f"memory at rest          {memory_of(process):6.0f} MB   (aim: under 160)")
        workers = sum(memory_of(child) for child in children_of(process))
        print(f"its worker              {workers:6.0f} MB")
        print_rows(measured(folder, f"http://127.0.0.1:{port}"))
        print_moves(folder, f"http://127.0.0.1:{port}")
    print_made("the update book", book(data), aim=1.5)
    print_feeds(data)


def print_rows(rows: Iterable[Row]) -> None:
    print(f"\n{'one worker, requests a second':44} {'plenary':>8} {'bare':>8} {'ratio':>6} {'aim':>5}")
    for row in rows:
        print(f"{row.what:44} {row.ours:8.0f} {row.bare:8.0f} {row.ratio:6.2f} {row.aim:5.2f}", flush=True)


def print_prints(folder: Path) -> None:
    """A large convening on paper: made beside WeasyPrint alone, asked for again, and what its worker holds."""
    with large(folder / "large") as (database, settings, laid):
        for slug, what, rounds in DOCUMENTS:
            print_made(what, set_beside(database, settings, laid, slug, rounds=rounds), aim=1.15)
        found = served(folder, database, settings, laid)
        print_rows(found.rows)
        print(f"\nits worker at rest      {found.resting:6.0f} MB")
        print(f"at the most             {found.peak:6.0f} MB   (aim: under 600)")
        print(f"both by the clock       {found.seconds:6.1f} s    {found.pages / found.seconds:.1f} pages a second")


def print_made(what: str, made: Made, *, aim: float) -> None:
    print(f"\n{what}: {made.pages} pages, {made.pictures} pictures, {made.kilobytes:.0f} kB, processor time")
    print(f"the worker's job        {made.ours:6.2f} s    {made.pages_a_second:.1f} pages a second")
    print(f"WeasyPrint by itself    {made.alone:6.2f} s")
    print(f"ratio                   {made.ratio:6.2f}      (aim: under {aim})", flush=True)


def print_moves(folder: Path, address: str) -> None:
    """One session moved, on 27 and on 442, beside a bare server that is asked for the same bytes in the same way."""
    head = "a session moved on the draft, milliseconds"
    print(f"\n{head:44} {'p50':>8} {'p95':>8} {'bare 50':>8} {'bare 95':>8} {'kB':>6}")
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as browser:
        browser.post("/demo/sign-in", data={"as": "organizer"}).raise_for_status()
        medians = {}
        for sessions, convening in ((27, sample_convening(browser)), (442, "large")):
            draft = f"/by-all-means/convenings/{convening}/agenda/draft"
            ours = moves(browser, draft)
            medians[sessions] = ours.median
            bare = bare_waits(folder, ours.answer)
            size = len(ours.answer) / 1000
            what = f"{sessions} sessions (aim: p95 under 60)"
            print(
                f"{what:44} {ours.median:8.1f} {ours.p95:8.1f} {bare.median:8.1f} {bare.p95:8.1f} {size:6.0f}",
                flush=True,
            )
        print(f"442 beside 27           {medians[442] / medians[27]:6.2f}      (aim: under 3)")
        page = browser.get("/by-all-means/convenings/large/agenda/draft?day=all")
        print(f"the grid of 442         {len(page.content) / 1000:6.0f} kB   (aim: under 400)")


def bare_waits(folder: Path, answer: bytes) -> Waits:
    body = folder / "answer"
    body.write_bytes(answer)
    port = free_port()
    with yardstick(body, "text/html", port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
        return asked(lambda: browser.get("/whole"))


def print_feeds(data: Path) -> None:
    found = written()
    print(f"\na calendar of {EVENTS} events, {found.size / 1000:.0f} kB, processor time")
    ratio = found.anew / found.icalendar
    print(f"written anew            {found.anew:6.1f} ms   {ratio:.2f} of icalendar's to_ical (aim: no more than 1)")
    print(f"after one change        {found.after_one_change:6.2f} ms")
    print(f"\n{'ten thousand subscribers':34} {'asked':>7} {'304':>7} {'processor':>10} {'p99':>9}")
    for hour in hours(data):
        line = f"{hour.what:34} {hour.requests:7} {hour.unchanged:7} {hour.seconds:8.2f} s {hour.p99:6.2f} ms"
        print(line, flush=True)


def print_engine() -> None:
    found = engine()
    print(f"\n{SESSIONS} sessions, 1,500 people, {found.findings} findings, processor time")
    print(f"all of it               {found.whole:6.1f} ms   (aim: under 50)")
    print(f"after one move          {found.move:6.2f} ms   (aim: under 2)")


def print_registrations() -> None:
    head = "registrations a second, SQLite"
    print(f"\n{head:44} {'plenary':>8} {'by hand':>8} {'ratio':>6} {'aim':>5} {'p99':>9}")
    for what, found in zip(("one after the other", "sixteen writers at once"), registrations(), strict=True):
        print(f"{what:44} {found.ours:8.0f} {found.by_hand:8.0f} {found.ratio:6.2f} {0.8:5.2f} {found.p99:6.1f} ms")
    print("(aim of the p99: under 10 ms for one; of sixteen each waits for fifteen)")


def prepare(folder: Path, data: Path) -> float:
    """The sample cohort, with a schedule of 442 sessions imported beside it and published; the seconds that
    `plenary seed` took."""
    schedule = folder / "schedule.xml"
    schedule.write_bytes(frab_of_442())
    began = time.monotonic()
    plenary_does("seed", "--data-dir", str(data))
    seconds = time.monotonic() - began
    plenary_does(
        *("import", "agenda", str(schedule), "--convening", "by-all-means/large", "--create", "--publish"),
        *("--data-dir", str(data)),
    )
    return seconds


def plenary_does(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "app.cli", *words], cwd=HOUSE, check=True, stdout=subprocess.DEVNULL)


def measured(folder: Path, address: str) -> list[Row]:
    """A row for each page: the sample's agenda and the large one, for a member, and the member's feed."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as browser:
        browser.post("/demo/sign-in", data={"as": "mayor"}).raise_for_status()
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
        convening = sample_convening(browser)
        feed = subscribed(browser)
        rows = []
        for what, path in (
            ("published agenda, 27 sessions, signed in", f"/by-all-means/convenings/{convening}/agenda"),
            ("published agenda, 442 sessions, signed in", "/by-all-means/convenings/large/agenda"),
        ):
            rows.append(compared(folder, address, what, path, cookie, "/whole", 0.35))
        update = released_update(browser)
        rows.append(compared(folder, address, "released update, signed in", update, cookie, "/whole", 0.3))
        printed = made_book(browser, update)
        rows.append(compared(folder, address, "the update book again, signed in", printed, cookie, "/file", 0.5))
        etag = httpx.get(address + feed).headers["etag"]
        rows.append(
            compared(folder, address, "feed revalidated (304)", feed, {"If-None-Match": etag}, "/unchanged", 0.7)
        )
        rows.append(compared(folder, address, "feed sent whole", feed, {}, "/whole", 0.35))
        large = subscribed(browser, large_convening(browser))
        rows.append(compared(folder, address, "feed of 442 events sent whole", large, {}, "/whole", 0.35))
    return rows


def sample_convening(browser: httpx.Client) -> str:
    """The slug of the sample's next convening: the one that takes registrations."""
    page = browser.get("/").text
    found = re.search(r"/by-all-means/convenings/(\d{4}-\w+)", page)
    assert found, "the home page leads to no convening"
    return found[1]


def released_update(browser: httpx.Client) -> str:
    """The path of Oakland's update of the sample's finished cycle."""
    board = browser.get("/by-all-means/updates").text
    found = re.findall(r"/by-all-means/updates/(\d{4}-\w+)", board)
    latest = browser.get("/by-all-means/updates").url.path.rpartition("/")[2]
    finished = next(slug for slug in found if slug != latest)
    return f"/by-all-means/updates/{finished}/oakland"


def made_book(browser: httpx.Client, update: str) -> str:
    """The path of the book that the update is in, once the worker has made it."""
    place = f"{update.rpartition('/')[0]}/book"
    browser.post(f"{place}/runs", data={"paper": "letter"}).raise_for_status()
    while browser.get(f"{place}.pdf").headers["content-type"] != "application/pdf":
        time.sleep(0.5)
    return f"{place}.pdf"


def large_convening(browser: httpx.Client) -> str:
    """The large convening as the page about one's calendars offers it."""
    page = browser.get("/me/calendar").text
    found = re.search(r'value="(convening \d+)">Large convening', page)
    assert found, "the calendar page does not offer the large convening"
    return found[1]


def subscribed(browser: httpx.Client, circle: str = "") -> str:
    """The path of a feed of the member's own, or of a convening."""
    page = browser.post("/me/calendar/feeds", data={"circle": circle}).text
    found = re.search(r"/feeds/[\w-]+\.ics", page)
    assert found, "the calendar page shows no address"
    return found[0]


if __name__ == "__main__":
    main()
