"""The printed agenda: its parts in words (rules 13, 14, 15)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.agenda.published import PublishedAgenda
from app.agenda.seeing import SeenPresenter, SeenRoom, SeenSession, cover
from app.models import Cohort, Convening, Openness, SessionFormat, Venue
from app.printing.imprint import zones
from app.printing.papers import Paper
from app.printing.press import render_pdf
from app.printing.programme import SHEET, programme
from app.printing.typesetting import SHORT, direction, hours, rooms_said, short, slots
from tests.printing.reading import codes, headings, links, pages, words

SITE = "https://plenary.example"
NOW = datetime(2017, 10, 25, 14, tzinfo=UTC)
CHANGES = f"{SITE}/by-all-means/convenings/2017-fall/agenda/releases/3/changes"


def session(number: int = 1, **values: Any) -> SeenSession:
    starts = datetime(2017, 11, 14, 13, tzinfo=UTC) + timedelta(minutes=30 * number)
    plain = SeenSession(
        id=number,
        uid=f"u{number}",
        number=number,
        title=f"Session {number}",
        purpose="",
        format=SessionFormat.PLENARY,
        track="",
        language="",
        openness=Openness.COHORT,
        protected=False,
        choice_group="",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=30),
        zone="America/New_York",
        rooms=(SeenRoom(1, "GCC", "", None, ""),),
        presenters=(),
        audience="Everyone",
        rule=None,
        host_city="",
        join_url="",
        sequence=0,
        changed_at=starts,
        cancelled=False,
        cancellation_reason="",
    )
    return replace(plain, **values)


def agenda(*sessions: SeenSession, **values: Any) -> PublishedAgenda:
    plain = PublishedAgenda(
        convening_id=1,
        cohort_id=1,
        slug="2017-fall",
        title="Fall convening",
        zone="America/New_York",
        starts_on=date(2017, 11, 14),
        ends_on=date(2017, 11, 15),
        release_number=3,
        released_at=datetime(2017, 10, 24, 14, tzinfo=UTC),
        note="",
        sessions=sessions,
    )
    return replace(plain, **values)


def convening() -> Convening:
    return Convening(
        cohort_id=1,
        cohort=Cohort(slug="by-all-means", name="By All Means"),
        slug="2017-fall",
        title="Fall convening",
        theme="From promise to practice",
        starts_on=date(2017, 11, 14),
        ends_on=date(2017, 11, 15),
        venue=Venue(name="Askwith Hall", address="Cambridge"),
    )


def printed(*sessions: SeenSession, paper: Paper = Paper.LETTER, **values: Any) -> bytes:
    html = programme(convening(), agenda(*sessions, **values), site=SITE, now=NOW)
    return render_pdf(html, sheet=SHEET, paper=paper)


def test_the_head_names_cohort_title_theme_dates_venue_and_the_clocks() -> None:
    """Rule 14."""
    head = pages(printed(session()))[0]
    assert head.startswith("By All Means Fall convening From promise to practice Tue 14 Nov to Wed 15 Nov 2017")
    assert "Askwith Hall, Cambridge" in head
    assert "All times are EST, the time of New York. What has changed since this release" in head


def test_a_session_is_said_with_its_hours_room_format_openness_audience_people_and_purpose() -> None:
    pdf = printed(
        session(
            title="Mayors’ peer session",
            format=SessionFormat.ROLE_ALIKE,
            openness=Openness.CLOSED,
            protected=True,
            audience="Mayors",
            presenters=(SeenPresenter(1, "Helena Strand", "facilitator"), SeenPresenter(2, "Owen Kapule", "")),
            purpose="One mayor brings a *matter*.",
        )
    )
    assert (
        "08:30–09:00 Mayors’ peer session GCC · Role-alike · Closed · Protected · Mayors "
        "Helena Strand (facilitator), Owen Kapule One mayor brings a matter."
    ) in words(pdf)


def test_every_page_says_release_time_page_and_leads_to_what_has_changed_since() -> None:
    """Rule 15."""
    pdf = printed(*(session(number, purpose="Why " * 30) for number in range(1, 30)))
    found = pages(pdf)
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert "Release 3, Tue 24 Oct 2017 at 10:00 EDT. Subject to change." in page
        assert f"{number} of {len(found)}" in page
    assert codes(pdf) == [CHANGES] * len(found)


def test_on_a_screen_what_has_changed_is_a_link_too() -> None:
    """Rule 15, for those who do not scan a code: margins are not read aloud."""
    assert links(printed(session())) == [CHANGES]


def test_a_session_stands_whole_on_one_page() -> None:
    titles = [f"Session {number}" for number in range(1, 40)]
    pdf = printed(*(session(number, purpose=f"Begin{number} {'word ' * 40}end{number}") for number in range(1, 40)))
    for number, title in enumerate(titles, 1):
        (page,) = [page for page in pages(pdf) if f"Begin{number} " in page]
        assert title in page


def test_bookmarks_lead_to_days_and_sessions() -> None:
    wednesday = session(
        2, starts_at=datetime(2017, 11, 15, 14, tzinfo=UTC), ends_at=datetime(2017, 11, 15, 15, tzinfo=UTC)
    )
    assert headings(printed(session(1), wednesday)) == [
        "Fall convening",
        "Tuesday 14 November",
        "Session 1",
        "Wednesday 15 November",
        "Session 2",
    ]


def test_a_covered_session_says_its_cover_where_and_when_and_nothing_else() -> None:
    """Rule 13."""
    inside = session(
        title="QX-TITLE-31",
        purpose="QX-PURPOSE-32",
        format=SessionFormat.ROLE_ALIKE,
        openness=Openness.CLOSED,
        presenters=(SeenPresenter(1, "QX-NAME-33", "QX-PART-34"),),
        audience="QX-AUDIENCE-35",
    )
    text = words(printed(cover(inside, "Peer session")))
    assert "08:30–09:00 Peer session GCC · Closed" in text
    assert "QX-" not in text
    assert "Role-alike" not in text


def test_a_cancelled_session_says_so_with_the_reason() -> None:
    text = words(printed(session(cancelled=True, cancellation_reason="The speaker is ill.", purpose="Unsaid")))
    assert "Cancelled Session 1" in text
    assert "The speaker is ill." in text
    assert "Unsaid" not in text


def test_an_agenda_without_anything_to_see_says_what_to_do() -> None:
    assert "Nothing of this agenda is open to you." in words(printed())


@pytest.mark.parametrize(
    "title",
    [
        "</h3><script>alert(1)</script>",
        "<link rel=attachment href=file:///etc/passwd>",
        "<img src=http://127.0.0.1/x>",
        "</style><style>*{display:none}",
        "{{ 7 * 7 }}",
        "url(file:///etc/passwd)",
    ],
)
def test_a_hostile_title_is_only_words(title: str) -> None:
    pdf = printed(session(title=title, purpose=title, audience=title), title=title)
    assert words(pdf).count(title) >= 2
    assert b"/EmbeddedFile" not in pdf


def test_titles_that_are_long_or_right_to_left_are_printed_whole() -> None:
    long = "A title that goes on " * 24
    unbroken = "x" * 300
    arabic = "جلسة عامة حول القيادة"
    pdf = printed(session(1, title=long.strip()), session(2, title=unbroken), session(3, title=arabic))
    text = words(pdf)
    assert long.strip() in text
    assert text.replace(" ", "").count("x" * 300) == 1
    assert sorted(set(arabic.replace(" ", ""))) == sorted(set(arabic.replace(" ", "")) & set(text))


def test_eleven_presenters_are_all_named() -> None:
    people = tuple(SeenPresenter(n, f"Maximiliane-Theodora Freifrau von Hohenlohe {n}", "panelist") for n in range(11))
    text = words(printed(session(presenters=people))).replace("\x02", "-")  # PDFium's word for a hyphen at a line's end
    assert [person.name for person in people if person.name not in text] == []


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("Keynote", "ltr"),
        ("جلسة", "rtl"),
        ("נושא", "rtl"),
        ("“2017: נושא", "rtl"),
        ("", "ltr"),
        ("123", "ltr"),
        ("全体", "ltr"),
    ],
)
def test_a_text_reads_from_the_side_of_its_first_letter(text: str, reads: str) -> None:
    assert direction(text) == reads


def test_a_long_purpose_ends_with_a_sentence_or_at_a_word() -> None:
    sentences = f"{'One thing after another. ' * 20}"
    assert short(sentences).endswith("another.")
    assert len(short(sentences)) <= SHORT
    assert short("word " * 100).endswith("word …")
    assert short("**Short** enough") == "Short enough"


def test_rooms_kept_for_cities_are_said_with_the_city() -> None:
    rooms = (SeenRoom(1, "Team Room 1", "", 5, "Louisville"), SeenRoom(2, "Team Room 2", "", 6, "Oakland"))
    assert rooms_said(rooms) == "Louisville: Team Room 1 · Oakland: Team Room 2"


def test_sessions_at_the_same_time_stand_together() -> None:
    first, second, third = session(1), session(1, id=9), session(2)
    assert slots([first, second, third]) == [[first, second], [third]]


def test_hours_over_midnight_and_over_days() -> None:
    starts = datetime(2017, 11, 15, 3, tzinfo=UTC)
    late = session(starts_at=starts, ends_at=starts + timedelta(hours=3))
    days = session(starts_at=starts, ends_at=starts + timedelta(hours=30))
    assert hours(late, "America/New_York") == "22:00–01:00"
    assert hours(days, "America/New_York") == "22:00–Thu 16 Nov 04:00"


def test_both_names_of_the_zone_are_said_where_clocks_change_between_the_days() -> None:
    saturday = session(starts_at=datetime(2017, 11, 4, 14, tzinfo=UTC), ends_at=datetime(2017, 11, 4, 15, tzinfo=UTC))
    sunday = session(starts_at=datetime(2017, 11, 5, 15, tzinfo=UTC), ends_at=datetime(2017, 11, 5, 16, tzinfo=UTC))
    assert zones(convening(), [saturday.starts_at, sunday.starts_at]) == "EDT and EST, the time of New York"
    assert zones(convening()) == "EST, the time of New York"
