"""The draft of 442 sessions in a browser: how heavy its page is, and how soon one can work with it.

    python -m bench.draft_page

Chromium opens the page of all days and, in turn with it, a page of the same program that holds almost nothing: both
meet the same machine. A page can be worked with once its modules have run and a frame is drawn.
"""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.__main__ import prepare
from bench.servers import free_port, plenary

ROUNDS = 7
CHROMIUM = "/usr/bin/chromium"
KILOBYTE = 1000

WORKABLE = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() =>
    done([performance.getEntriesByType("navigation")[0].responseStart, performance.now()]), 0)))"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, folder / "data")
        port = free_port()
        with plenary(folder / "data", port), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            address = f"http://127.0.0.1:{port}"
            context.request.post(f"{address}/demo/sign-in", form={"as": "organizer"})
            draft = f"{address}/by-all-means/convenings/large/agenda/draft?day=all"
            weight = len(context.request.get(draft).body())
            page = context.new_page()
            rounds = [(opened(page, draft), opened(page, f"{address}/me")) for _ in range(ROUNDS)]
            browser.close()
    (answered, workable), (_, bare) = (
        tuple(statistics.median(one[place] for one in some) for place in (0, 1)) for some in zip(*rounds, strict=True)
    )
    print(f"HTML of 442 sessions, all days   {weight / KILOBYTE:6.0f} kB   (aim: under 400)")
    print(f"first byte after                 {answered:6.0f} ms")
    print(f"can be worked with after         {workable:6.0f} ms   (aim: under 1000)")
    print(f"an almost empty page after       {bare:6.0f} ms   (the same browser, in turn: {workable / bare:.1f} times)")


def opened(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds from the click to the first byte, and until the page can be worked with."""
    page.goto(address, wait_until="domcontentloaded")
    found: Any = page.evaluate(WORKABLE)
    first, workable = found
    return float(first), float(workable)


if __name__ == "__main__":
    main()
