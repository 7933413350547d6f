"""Replies of calendar programs come back by mail: what is genuine counts once, and all else changes nothing."""

import smtplib
import socketserver
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from threading import Thread
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy.exc import DataError, OperationalError
from sqlmodel import Session, col, select

from app.database import Database
from app.gatherings.arranging import move_gathering
from app.gatherings.invitations import answers_to, mail_token
from app.mailing import reply_mailbox
from app.mailing.replies import MOST_UNKNOWN, take_in
from app.mailing.reply_mailbox import listening, look_through
from app.mailing.reply_reading import LARGEST
from app.models import (
    AgendaSession,
    AuditEntry,
    Invitation,
    InvitationReply,
    Openness,
    OutboxLetter,
    Participation,
    Series,
    WebinarSeat,
)
from app.people.audiences import Rule
from app.people.directory import add_assistant
from app.settings import Settings
from tests.gatherings.meeting import Meeting, closed_to_the_lab, meet, utc
from tests.mailing.inviting import REPLIES, letters, sent, wanting, with_replies
from tests.registration.stage import BY, person

SUMMER = datetime(2017, 6, 20, 14, tzinfo=UTC)
MAYOR = "oakland.mayor@example.org"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(SUMMER, tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting(database: Database, clock: time_machine.Traveller) -> Meeting:
    return meet(database)


@pytest.fixture
def lab(settings: Settings) -> Settings:
    return with_replies(settings)


class Invited:
    """The mayor of Oakland, invited by mail to a meeting of mayors; and the replies that come, genuine unless said."""

    def __init__(self, meeting: Meeting, lab: Settings, **said: Any) -> None:
        self.meeting, self.lab, self.database = meeting, lab, meeting.database
        with self.database.write() as db:
            rule = Rule(person_ids=frozenset({meeting.stage.people["oakland mayor"]}))
            details = {"audience": rule, "openness": Openness.CLOSED, **said}
            self.number = meeting.webinar(db, **details).key
            if "format" not in said:
                _as_peer_session(db, self.number)
        wanting(meeting, "oakland mayor")
        (self.mail,) = sent(self.database, lab)
        self.event = self.mail.event
        self.address = str(self.event["ORGANIZER"]).removeprefix("mailto:")

    def reply(self, answer: str = "ACCEPTED", **said: Any) -> bytes:
        stamp = said.get("stamp", SUMMER + timedelta(minutes=5))
        lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//A program//EN",
            f"METHOD:{said.get('method', 'REPLY')}",
            "BEGIN:VEVENT",
            f"UID:{said.get('uid', self.event['UID'])}",
            f"SEQUENCE:{said.get('sequence', self.event['SEQUENCE'])}",
            *([f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"] if stamp else []),
            *([f"ORGANIZER:mailto:{said['organizer']}"] if "organizer" in said else []),
            *(
                f"ATTENDEE;PARTSTAT={answer};CN=Mayor:mailto:{one}"
                for one in said.get("attendees", [said.get("attendee", MAYOR)])
            ),
            *said.get("lines", []),
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        mail = EmailMessage()
        mail["From"] = f"The Mayor <{said.get('sender', MAYOR)}>"
        mail["To"] = said.get("to", self.address)
        mail["Subject"] = f"{answer}: something"
        if said.get("identity", "a") is not None:
            mail["Message-ID"] = f"<{said.get('identity', 'a')}@mail.example>"
        for name, value in said.get("headers", {}).items():
            mail[name] = value
        mail.set_content("I will come.")
        params = {"method": said.get("method", "REPLY"), "charset": "utf-8"}
        body = "\r\n".join(lines).encode()
        mail.add_alternative(body, maintype="text", subtype="calendar", params=params)
        return mail.as_bytes()

    def take(self, raw: bytes, **said: Any) -> str:
        return take_in(self.database, self.lab, raw, **said)

    def held(self) -> Invitation:
        with self.database.read() as db:
            return db.exec(select(Invitation).where(Invitation.session_id == self.number)).one()

    def answer(self) -> str:
        return self.held().answer.value

    def records(self) -> list[tuple[str, bool]]:
        with self.database.read() as db:
            rows = db.exec(select(InvitationReply).order_by(col(InvitationReply.id)))
            return [(one.verdict, one.counted) for one in rows]


def _as_peer_session(db: Session, number: int) -> None:
    from dataclasses import replace

    from app.gatherings.arranging import change_gathering
    from app.gatherings.details import details_of
    from app.models import SessionFormat

    session = db.get_one(AgendaSession, number)
    change_gathering(db, session, replace(details_of(session), format=SessionFormat.ROLE_ALIKE), by=BY)


@pytest.fixture
def invited(meeting: Meeting, lab: Settings) -> Invited:
    return Invited(meeting, lab)


@pytest.mark.parametrize("answer", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_a_reply_is_the_persons_answer(invited: Invited, answer: str) -> None:
    assert invited.take(invited.reply(answer, lines=["COMMENT:By train\\, later"])) == "counted"
    held = invited.held()
    assert (held.answer.value, held.comment, held.answered_by) == (answer, "By train, later", MAYOR)
    assert invited.records() == [("counted", True)]


def test_the_record_says_who_answered_by_mail_and_nothing_that_they_wrote(invited: Invited) -> None:
    invited.take(invited.reply(lines=["COMMENT:My knee"]))
    with invited.database.read() as db:
        entry = db.exec(
            select(AuditEntry).where(AuditEntry.act == "count_reply", AuditEntry.subject == "invitation")
        ).one()
    assert entry.by == "Oakland Mayor, by mail"
    assert entry.cohort_id == invited.meeting.stage.cohort
    assert "knee" not in str(entry.after)


def test_where_the_lab_may_not_know_who_is_in_it_the_record_names_nobody(meeting: Meeting, lab: Settings) -> None:
    """Rule 13."""
    rule = Rule(person_ids=frozenset({meeting.stage.people["oakland mayor"]}))
    invited = Invited(meeting, lab, **closed_to_the_lab(rule))
    assert invited.take(invited.reply()) == "counted"
    with invited.database.read() as db:
        entries = db.exec(select(AuditEntry).where(AuditEntry.act == "count_reply")).all()
    assert {(one.by, one.by_id) for one in entries} == {("somebody invited", None)}
    assert MAYOR not in str([one.after for one in entries])


FORGED: list[tuple[str, dict[str, Any]]] = [
    ("forged: it is about another event", {"uid": "another"}),
    ("forged: it answers for somebody else", {"attendee": "salem.mayor@example.org"}),
    ("forged: somebody else sent it", {"sender": "salem.mayor@example.org"}),
    ("forged: it came to an address that nobody was given", {"to": f"rsvp+1.{'0' * 40}@lab.example"}),
    ("forged: it came to an address that nobody was given", {"to": REPLIES}),
    ("forged: it came to an address that nobody was given", {"to": "rsvp+x@lab.example"}),
    ("ignored: sent by a machine on its own", {"headers": {"Auto-Submitted": "auto-replied"}}),
    ("not understood", {"method": "PUBLISH"}),
    ("not understood", {"answer": "NEEDS-ACTION"}),
    ("not understood", {"answer": "X-YES"}),
    ("not understood: it does not say of when it is", {"stamp": None}),
    ("from a time that has not come", {"stamp": SUMMER + timedelta(days=30)}),
    ("forged: there is no such date", {"lines": ["RECURRENCE-ID:20170919T170000Z"]}),
]


@pytest.mark.parametrize(("verdict", "said"), FORGED)
def test_what_is_forged_or_no_answer_changes_nothing_and_is_on_record(
    invited: Invited, verdict: str, said: dict[str, Any]
) -> None:
    said = dict(said)
    assert invited.take(invited.reply(said.pop("answer", "ACCEPTED"), **said)) == verdict
    assert invited.answer() == "NEEDS-ACTION"
    assert invited.records() == [(verdict, False)]


def test_the_address_of_one_persons_invitation_does_not_answer_for_another(meeting: Meeting, lab: Settings) -> None:
    invited = Invited(meeting, lab)
    wanting(meeting, "salem mayor")
    with meeting.database.write() as db:
        meeting.webinar(db)
    sent(meeting.database, lab)
    with meeting.database.read() as db:
        other = next(one for one in db.exec(select(Invitation)) if one.person_id == meeting.stage.people["salem mayor"])
        theirs = f"rsvp+{mail_token(other, lab.secret)}@lab.example"
    assert invited.take(invited.reply(to=theirs)).startswith("forged")
    assert invited.answer() == "NEEDS-ACTION"


def test_a_message_counts_once_however_often_it_comes(invited: Invited) -> None:
    first = invited.reply("ACCEPTED", identity="one")
    assert invited.take(first) == "counted"
    assert invited.take(invited.reply("DECLINED", identity="two", stamp=SUMMER + timedelta(minutes=6))) == "counted"
    assert [invited.take(first) for _ in range(3)] == ["replayed: this message has come before"] * 3
    assert invited.answer() == "DECLINED"
    assert invited.records() == [
        ("counted", True),
        ("counted", True),
        ("replayed: this message has come before", False),
    ]


def test_the_same_message_twice_at_once_counts_once_and_of_two_the_newer_stands(invited: Invited) -> None:
    same = [invited.reply("ACCEPTED", identity="one")] * 4
    newer = invited.reply("DECLINED", identity="two", stamp=SUMMER + timedelta(minutes=9))
    with ThreadPoolExecutor(5) as pool:
        verdicts = list(pool.map(invited.take, [*same[:2], newer, *same[2:]]))
    assert verdicts.count("counted") in (1, 2)  # whether the older one came first is the threads' own matter
    assert verdicts[2] == "counted"
    assert invited.answer() == "DECLINED"


def test_an_old_reply_under_a_new_name_is_stale(invited: Invited) -> None:
    invited.take(invited.reply("DECLINED", identity="one", stamp=SUMMER + timedelta(minutes=6)))
    for number, minutes in enumerate((6, 5, -100)):
        again = invited.reply("ACCEPTED", identity=f"two-{number}", stamp=SUMMER + timedelta(minutes=minutes))
        assert invited.take(again) == "stale: something newer was said"
    assert invited.answer() == "DECLINED"


def test_a_reply_to_an_earlier_letter_is_stale(invited: Invited, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(hours=1))
    with invited.database.write() as db:
        move_gathering(db, db.get_one(AgendaSession, invited.number), starts_at=utc(2017, 9, 26, 17), minutes=60, by=BY)
    sent(invited.database, invited.lab)
    late = invited.reply("ACCEPTED", stamp=SUMMER + timedelta(hours=2))
    assert invited.take(late) == "stale: it answers an earlier letter"
    now = invited.reply("ACCEPTED", identity="b", stamp=SUMMER + timedelta(hours=2), sequence=held_sequence(invited))
    assert invited.take(now) == "counted"


def held_sequence(invited: Invited) -> int:
    return invited.held().sent


def test_a_reply_after_an_answer_by_the_link_counts_only_if_it_is_newer(
    invited: Invited, clock: time_machine.Traveller
) -> None:
    from app.gatherings.invitations import answer_invitation

    clock.shift(timedelta(hours=1))
    with invited.database.write() as db:
        held = db.exec(select(Invitation).where(Invitation.session_id == invited.number)).one()
        answer_invitation(db, held, Participation.DECLINED, by=BY)
    assert invited.take(invited.reply("ACCEPTED")) == "stale: something newer was said"
    assert invited.take(invited.reply("ACCEPTED", identity="b", stamp=SUMMER + timedelta(hours=2))) == "counted"


def test_who_is_not_invited_any_more_answers_nothing(invited: Invited, clock: time_machine.Traveller) -> None:
    from dataclasses import replace

    from app.gatherings.arranging import change_gathering
    from app.gatherings.details import details_of

    clock.shift(timedelta(hours=1))
    with invited.database.write() as db:
        session = db.get_one(AgendaSession, invited.number)
        change_gathering(db, session, replace(details_of(session), audience=Rule()), by=BY)
    sent(invited.database, invited.lab)
    assert invited.take(invited.reply(stamp=SUMMER + timedelta(hours=2))) == "not invited any more"


def test_programs_that_leave_out_the_organizer_name_many_or_answer_elsewhere_are_understood(invited: Invited) -> None:
    """calendars.md, 30."""
    several = invited.reply(attendees=["somebody@example.org", MAYOR.upper(), "x@example.org"])
    assert invited.take(several) == "counted"
    elsewhere = invited.reply(
        "DECLINED",
        identity="b",
        to="plenary@lab.example",
        organizer=invited.address.upper(),
        stamp=SUMMER + timedelta(minutes=9),
    )
    assert invited.take(elsewhere) == "counted"
    by_delivery = invited.reply("TENTATIVE", identity="c", to="x@lab.example", stamp=SUMMER + timedelta(minutes=10))
    assert invited.take(by_delivery, envelope=[invited.address]) == "counted"
    assert invited.answer() == "TENTATIVE"


def test_who_assists_somebody_answers_for_them_and_nobody_else_does(invited: Invited) -> None:
    raw = invited.reply(sender="ada@city.example")
    assert invited.take(raw) == "forged: somebody else sent it"
    with invited.database.write() as db:
        add_assistant(
            db, person(db, invited.meeting.stage, "oakland mayor"), email="ada@city.example", name="Ada", by=BY
        )
    assert invited.take(invited.reply(sender="ada@city.example", identity="b")) == "counted"
    assert invited.held().answered_by == "ada@city.example"


def test_another_time_is_proposed_to_the_organizers_and_changes_nothing(invited: Invited) -> None:
    lines = ["DTSTART:20170920T170000Z", "COMMENT:The council meets then"]
    assert (
        invited.take(invited.reply(method="COUNTER", lines=lines))
        == "another time is proposed: the organizers are told"
    )
    assert invited.answer() == "NEEDS-ACTION"
    (letter,) = letters(invited.database, invited.lab, purpose="invitation-counter")
    assert letter.to == "organizer@example.org"
    assert "Wed 20 Sep 2017 at 13:00 EDT" in letter.text
    assert "The council meets then" in letter.text


def test_whoever_proposes_times_over_and_over_makes_one_letter_a_day(
    invited: Invited, clock: time_machine.Traveller
) -> None:
    def propose(number: int, answer: str = "NEEDS-ACTION", method: str = "COUNTER") -> str:
        return invited.take(invited.reply(answer, method=method, identity=f"{number}"))

    told = "another time is proposed: the organizers are told"
    again = "another time is proposed: the organizers were told today already"
    assert [propose(number) for number in range(3)] == [told, again, again]
    assert propose(3, "DELEGATED", "REPLY") == "somebody else is to come: the organizers were told today already"
    assert len(letters(invited.database, invited.lab, purpose="invitation-counter")) == 1
    clock.shift(timedelta(days=1))
    assert propose(4) == told
    assert len(letters(invited.database, invited.lab, purpose="invitation-counter")) == 2


def test_nobody_is_told_where_the_lab_may_not_know_who_is_in_it(meeting: Meeting, lab: Settings) -> None:
    """Rule 13."""
    rule = Rule(person_ids=frozenset({meeting.stage.people["oakland mayor"]}))
    invited = Invited(meeting, lab, **closed_to_the_lab(rule))
    assert invited.take(invited.reply(method="COUNTER")) == "another time is proposed: nobody may be told"
    assert letters(invited.database, lab, purpose="invitation-counter") == []


def test_who_asks_for_it_gets_the_invitation_again(invited: Invited, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(minutes=10))
    assert invited.take(invited.reply("NEEDS-ACTION", method="REFRESH")) == "sent again, as asked"
    (again,) = sent(invited.database, invited.lab)
    assert (again.method, again.event["SEQUENCE"]) == ("REQUEST", invited.event["SEQUENCE"])


def test_who_asks_for_it_over_and_over_gets_it_once_a_day(invited: Invited, clock: time_machine.Traveller) -> None:
    def ask(identity: str) -> str:
        return invited.take(invited.reply("NEEDS-ACTION", method="REFRESH", identity=identity))

    clock.shift(timedelta(minutes=10))
    assert ask("a") == "sent again, as asked"
    assert len(sent(invited.database, invited.lab)) == 1
    clock.shift(timedelta(hours=23))
    assert [ask("b"), ask("c")] == ["sent again already within a day"] * 2
    assert sent(invited.database, invited.lab) == []
    clock.shift(timedelta(hours=1))
    assert ask("d") == "sent again, as asked"
    assert len(sent(invited.database, invited.lab)) == 1


def test_a_reply_to_one_date_of_a_series_is_to_that_date_alone(
    database: Database, meeting: Meeting, lab: Settings
) -> None:
    with database.write() as db:
        meeting.calls(db)
    wanting(meeting, "oakland facilitator")
    (mail,) = sent(database, lab)
    invited = object.__new__(Invited)
    invited.event, invited.address = mail.event, str(mail.event["ORGANIZER"]).removeprefix("mailto:")
    mine = "oakland.facilitator@example.org"
    zoned = invited.reply("DECLINED", attendee=mine, sender=mine, lines=["RECURRENCE-ID:20170914T160000Z"])
    assert take_in(database, lab, zoned) == "counted"
    whole = invited.reply("ACCEPTED", attendee=mine, sender=mine, identity="b", stamp=SUMMER + timedelta(minutes=3))
    assert take_in(database, lab, whole) == "counted"
    stranger = invited.reply(
        "DECLINED", attendee=mine, sender=mine, identity="c", lines=["RECURRENCE-ID:20170915T160000Z"]
    )
    assert take_in(database, lab, stranger) == "forged: there is no such date"
    with database.read() as db:
        series = db.exec(select(Series)).one()
        said = {
            one.occurrence_at.month: answers_to(db, one)[meeting.stage.people["oakland facilitator"]].answer.value
            for one in series.sessions
            if one.occurrence_at
        }
    assert {month for month, answer in said.items() if answer == "DECLINED"} == {9}
    assert set(said.values()) == {"DECLINED", "ACCEPTED"}


def test_at_a_webinar_an_answer_takes_a_seat_and_gives_it_back(meeting: Meeting, lab: Settings) -> None:
    from app.models import SessionFormat

    invited = Invited(meeting, lab, format=SessionFormat.WEBINAR, openness=Openness.COHORT)

    def seats() -> list[str]:
        with invited.database.read() as db:
            return [one.state.value for one in db.exec(select(WebinarSeat))]

    assert invited.take(invited.reply("ACCEPTED")) == "counted"
    assert seats() == ["registered"]
    no = invited.reply("DECLINED", identity="b", stamp=SUMMER + timedelta(minutes=7))
    assert sent(meeting.database, lab) == []  # of one's seat the webinar's own letters tell
    assert invited.take(no) == "counted"
    assert seats() == ["cancelled"]
    assert sent(meeting.database, lab) == []


def nested(depth: int) -> bytes:
    head = b"From: a@b.example\r\nTo: c@d.example\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
    body = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (number, number + 1)
        for number in range(depth)
    )
    return head + body


HOSTILE = [
    b"",
    b"\x00\xff" * 1000,
    b"From: x\r\n" * 3000,
    b"To: " + b"a@b.example, " * 15000,
    b"From: " + b"(" * 100_000,
    b"x" * (LARGEST + 1),
    nested(5),
    nested(3000),
    b"Content-Type: text/calendar\r\n\r\n" + b"BEGIN:VCALENDAR\r\n" * 5000,
    b"Content-Type: text/calendar; charset=nonsense\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    b"Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"!" * 1000,
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_made_to_harm_is_put_on_record_and_harms_nothing(invited: Invited, raw: bytes) -> None:
    verdict = invited.take(raw)
    assert verdict != "counted"
    assert invited.records() == [(verdict, False)]
    assert invited.answer() == "NEEDS-ACTION"


def test_a_calendar_of_many_events_or_of_bombs_in_a_genuine_letter_is_refused(invited: Invited) -> None:
    many = ["END:VEVENT"] + ["BEGIN:VEVENT", "UID:x", "END:VEVENT"] * 60 + ["BEGIN:VEVENT"]
    assert invited.take(invited.reply(lines=many)) == "its calendar is too large"
    rule = ["RRULE:FREQ=SECONDLY;COUNT=999999999", "DTSTART:20170101T000000Z"]
    assert invited.take(invited.reply(identity="b", lines=rule)) == "counted"  # rules are not looked at


@pytest.mark.parametrize("moment", ["00010101T000000Z", "00010101", "99991231T235959Z", "22010101T000000Z"])
def test_another_time_that_no_clock_can_say_is_left_out(invited: Invited, moment: str) -> None:
    lines = [f"DTSTART:{moment}", "COMMENT:Never"]
    verdict = invited.take(invited.reply(method="COUNTER", lines=lines))
    assert verdict == "another time is proposed: the organizers are told"
    (letter,) = letters(invited.database, invited.lab, purpose="invitation-counter")
    assert "They would have it" not in letter.text
    assert "Never" in letter.text


def test_a_date_of_a_series_that_no_clock_can_say_does_not_answer_for_all(invited: Invited) -> None:
    assert invited.take(invited.reply(lines=["RECURRENCE-ID:00010101T000000Z"])) == "its calendar cannot be read"
    assert invited.answer() == "NEEDS-ACTION"


def test_a_sign_that_postgresql_keeps_in_no_text_is_left_out(invited: Invited) -> None:
    raw = invited.reply(lines=["COMMENT:By\x00 train"]).replace(MAYOR.encode(), b"oakland\x00.mayor@example.org")
    assert invited.take(raw) == "counted"
    held = invited.held()
    assert (held.comment, held.answered_by) == ("By train", MAYOR)
    stranger = invited.reply(identity="c").replace(MAYOR.encode(), b"m\x00@x.example")
    assert invited.take(stranger) == "forged: somebody else sent it"


def test_what_is_thrown_at_addresses_of_nobody_fills_no_table(invited: Invited) -> None:
    for number in range(MOST_UNKNOWN + 20):
        invited.take(b"From: a@b.example\r\nMessage-ID: <%d@x>\r\n\r\n" % number)
    assert len(invited.records()) == MOST_UNKNOWN


ATTEMPTS = st.lists(
    st.fixed_dictionaries(
        {
            "answer": st.sampled_from(["ACCEPTED", "TENTATIVE", "DECLINED"]),
            "minutes": st.integers(-60, 60),
            "identity": st.sampled_from("abcdefgh"),
            "flaw": st.sampled_from([{}, {}, {}, *(said for _, said in FORGED[:5]), {"sequence": -1}]),
        }
    ),
    max_size=12,
)


@trying(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=ATTEMPTS)
def test_whatever_comes_the_answer_is_that_of_the_latest_genuine_reply(
    invited: Invited, attempts: list[dict[str, Any]]
) -> None:
    with invited.database.write() as db:
        _forget(db)
    seen: set[str] = set()
    best: tuple[int, str] | None = None
    for one in attempts:
        raw = invited.reply(
            one["answer"], identity=one["identity"], stamp=SUMMER + timedelta(minutes=one["minutes"]), **one["flaw"]
        )
        verdict = invited.take(raw)
        counts = not one["flaw"] and one["identity"] not in seen and (best is None or one["minutes"] > best[0])
        assert (verdict == "counted") == counts, verdict
        seen.add(one["identity"])
        if counts:
            best = (one["minutes"], one["answer"])
    assert invited.answer() == (best[1] if best else "NEEDS-ACTION")


def _forget(db: Session) -> None:
    from app.gatherings.invitations import write_sending
    from app.people.audit import verb
    from app.people.viewer import Viewer

    @verb
    def forget(db: Session, *, by: Viewer) -> None:
        for one in db.exec(select(InvitationReply)):
            db.delete(one)

    forget(db, by=BY)
    for held in db.exec(select(Invitation)):
        write_sending(db, held, answer=Participation.NEEDS_ACTION, stamp=None)


# --- the ways in which they come ---


def test_a_mail_server_hands_replies_over_by_lmtp(invited: Invited) -> None:
    with listening(invited.database, invited.lab) as port:
        assert port
        with smtplib.LMTP("127.0.0.1", port) as server:
            server.sendmail("mayor@example.org", [invited.address], invited.reply())
            assert invited.answer() == "ACCEPTED"
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                server.sendmail("mayor@example.org", ["organizer@lab.example"], b"x")
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                server.sendmail("mayor@example.org", [REPLIES], b"x")
            refused = (smtplib.SMTPDataError, smtplib.SMTPSenderRefused, smtplib.SMTPServerDisconnected)
            with pytest.raises(refused):
                server.sendmail("mayor@example.org", [invited.address], b"x" * (LARGEST + 1))
    assert invited.records() == [("counted", True)]


def test_two_workers_do_not_fight_over_the_address(invited: Invited) -> None:
    with listening(invited.database, invited.lab) as port:
        same = invited.lab.model_copy(update={"replies_listen": f"127.0.0.1:{port}"})
        with listening(invited.database, same) as second:
            assert second is None


class Mailbox(socketserver.ThreadingTCPServer):
    """An IMAP server on loopback (RFC 9051), as far as a reader of one mailbox goes."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, messages: list[bytes]) -> None:
        self.messages, self.seen, self.said = messages, set[int](), list[str]()
        self.password = "the pass"
        super().__init__(("127.0.0.1", 0), _Talk)


class _Talk(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say(b"* OK [CAPABILITY IMAP4rev1] ready")
        while line := self.rfile.readline().strip():
            tag, _, command = line.decode().partition(" ")
            self.server.said.append(command)
            self._answer(tag, command)
            if command == "LOGOUT":
                return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _answer(self, tag: str, command: str) -> None:
        words = command.split(" ")
        if words[0] == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif words[0] == "LOGIN" and self.server.password not in command:
            self._say(f"{tag} NO wrong".encode())
            return
        elif command == "UID SEARCH UNSEEN":
            waiting = [str(n + 1) for n in range(len(self.server.messages)) if n + 1 not in self.server.seen]
            self._say(f"* SEARCH {' '.join(waiting)}".encode())
        elif words[:2] == ["UID", "FETCH"]:
            body = self.server.messages[int(words[2]) - 1]
            if "RFC822.SIZE" in command:
                self._say(f"* {words[2]} FETCH (UID {words[2]} RFC822.SIZE {len(body)})".encode())
            else:
                body = body[: int(command.rsplit(".", 1)[1].split(">")[0])]
                self._say(f"* {words[2]} FETCH (UID {words[2]} BODY[]<0> {{{len(body)}}}".encode())
                self.wfile.write(body + b")\r\n")
        elif words[:2] == ["UID", "STORE"]:
            self.server.seen.add(int(words[2]))
        elif words[0] == "SELECT":
            self._say(f"* {len(self.server.messages)} EXISTS".encode())
        self._say(f"{tag} OK done".encode())


@pytest.fixture
def mailbox() -> Iterator[Callable[[list[bytes]], Mailbox]]:
    made: list[Mailbox] = []

    def make(messages: list[bytes]) -> Mailbox:
        box = Mailbox(messages)
        made.append(box)
        Thread(target=box.serve_forever, daemon=True).start()
        return box

    yield make
    for box in made:
        box.shutdown()
        box.server_close()


def at(box: Mailbox, lab: Settings, password: str = "the%20pass") -> Settings:
    address = f"imap://plenary:{password}@127.0.0.1:{box.server_address[1]}/INBOX"
    return lab.model_copy(update={"replies_url": SecretStr(address), "replies_listen": None})


def test_a_mailbox_is_looked_through_and_what_was_read_is_marked(
    invited: Invited, mailbox: Callable[[list[bytes]], Mailbox]
) -> None:
    box = mailbox([invited.reply(), b"From: spam@x.example\r\n\r\nhello", b"x" * (LARGEST + 100)])
    lab = at(box, invited.lab)
    assert look_through(invited.database, lab) == 3
    assert invited.answer() == "ACCEPTED"
    assert box.seen == {1, 2, 3}
    assert look_through(invited.database, lab) == 0
    assert [verdict for verdict, _ in invited.records()] == [
        "counted",
        "forged: it came to an address that nobody was given",
        "not read: too large",
    ]


def test_a_mailbox_that_cannot_be_opened_is_tried_again_later(
    invited: Invited, mailbox: Callable[[list[bytes]], Mailbox]
) -> None:
    box = mailbox([invited.reply()])
    assert look_through(invited.database, at(box, invited.lab, password="wrong")) == 0
    assert look_through(invited.database, at(box, invited.lab)) == 1
    nowhere = invited.lab.model_copy(update={"replies_url": SecretStr("imap://x:y@127.0.0.1:1/INBOX")})
    assert look_through(invited.database, nowhere) == 0


def stumbling(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """From now on a message that says "bad" brings this about."""

    def take(database: Database, settings: Settings, raw: bytes, **said: Any) -> str:
        if b"bad" in raw:
            raise error
        return take_in(database, settings, raw, **said)

    monkeypatch.setattr(reply_mailbox, "take_in", take)


BAD = b"From: bad@x.example\r\n\r\nbad"
AWAY = OperationalError("SELECT 1", {}, Exception("the database is away"))


def test_a_message_that_nobody_reckoned_with_holds_up_none_behind_it(
    invited: Invited, mailbox: Callable[[list[bytes]], Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    stumbling(monkeypatch, DataError("INSERT", {}, Exception("a text cannot hold this")))
    box = mailbox([BAD, invited.reply()])
    assert look_through(invited.database, at(box, invited.lab)) == 2
    assert box.seen == {1, 2}
    assert invited.answer() == "ACCEPTED"


def test_while_the_database_is_away_no_message_is_done_with(
    invited: Invited, mailbox: Callable[[list[bytes]], Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    stumbling(monkeypatch, AWAY)
    box = mailbox([invited.reply(), BAD])
    with pytest.raises(OperationalError):
        look_through(invited.database, at(box, invited.lab))
    assert box.seen == {1}


def test_a_mail_server_is_asked_to_come_again_only_while_the_database_is_away(
    invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(invited.database, invited.lab) as port:
        assert port
        with smtplib.LMTP("127.0.0.1", port) as server:
            stumbling(monkeypatch, OverflowError("too far off"))
            server.sendmail("mayor@example.org", [invited.address], BAD)
            stumbling(monkeypatch, AWAY)
            with pytest.raises(smtplib.SMTPDataError, match="451"):
                server.sendmail("mayor@example.org", [invited.address], BAD)


def test_what_goes_wrong_is_not_told_to_a_mail_server(invited: Invited, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> str:
        raise RuntimeError("our own matter")

    monkeypatch.setattr(reply_mailbox.Handler, "handle_RCPT", stumble)
    with listening(invited.database, invited.lab) as port:
        assert port
        with smtplib.LMTP("127.0.0.1", port) as server:
            server.ehlo()
            server.mail("mayor@example.org")
            assert server.rcpt(invited.address) == (451, b"4.3.0 Try again later")


def test_no_letter_is_sent_for_a_reply(invited: Invited) -> None:
    """No loops: nothing that comes in makes a letter to who sent it."""
    before = len(letters(invited.database, invited.lab))
    for number, (_, said) in enumerate(FORGED):
        said = {"identity": f"{number}", **said}
        invited.take(invited.reply(said.pop("answer", "ACCEPTED"), **said))
    with invited.database.read() as db:
        assert len(db.exec(select(OutboxLetter)).all()) == before
