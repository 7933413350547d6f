"""What is in the letters: one function a letter, which writes it into the outbox in the caller's transaction."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from app import clock
from app.mailing.outbox import enqueue
from app.models import Convening, OutboxLetter, Person, Registration, Update, UpdateCycle


def sign_in_link(db: Session, person: Person, address: str, minutes: int) -> None:
    """The one-time link; `address` is the whole URL, good for `minutes`."""
    text = (
        f"Dear {person.name},\n\n"
        f"this link signs you in to Plenary. It works once, within {minutes} minutes:\n\n"
        f"{address}\n\n"
        "If you did not ask for it, nothing has happened, and you can delete this letter.\n"
    )
    enqueue(
        db,
        person,
        subject="Your link to sign in",
        text=text,
        purpose="sign-in",
        unique_key=f"sign-in:{person.key}:{clock.now().isoformat()}",
    )


def update_commented(
    db: Session, told: Sequence[Person], *, by: str, city: str, cycle: str, update: int, address: str
) -> None:
    """To those who write an update: somebody said something about it. What, stands on its page alone (rule 5).

    One letter an hour and person at most, sent a quarter of an hour later: what is said meanwhile needs no other.
    """
    moment, key = clock.now(), f"update-comment:{update}:"
    lately = set(
        db.exec(
            select(OutboxLetter.person_id).where(
                col(OutboxLetter.unique_key).startswith(key), OutboxLetter.created_at > moment - timedelta(hours=1)
            )
        )
    )
    for person in told:
        if person.key in lately:
            continue
        enqueue(
            db,
            person,
            subject=f"A comment on {city}’s update for {cycle}",
            text=(
                f"Dear {person.name},\n\n"
                f"{by} said something to those who write {city}’s update for {cycle}. It stands here, and beside its "
                f"section on the desk:\n\n{address}\n"
            ),
            purpose="update-comment",
            unique_key=f"{key}{person.key}:{moment.isoformat()}",
            due_at=moment + timedelta(minutes=15),
        )


def more_time_given(
    db: Session, told: Sequence[Person], *, city: str, cycle: UpdateCycle, update: Update, address: str
) -> None:
    """To a city's facilitators: the update is due later, and why."""
    assert update.extended_to is not None
    until = clock.said_day(update.extended_to, year=True)
    for person in told:
        enqueue(
            db,
            person,
            subject=f"{city} has more time for its update",
            text=(
                f"Dear {person.name},\n\n"
                f"{city}’s update for {cycle.title} is now due {until}, at midnight in {city}. All cities see "
                f"the day and the reason on the board:\n\n{update.extension_reason}\n\n"
                f"The update is here:\n\n{address}\n"
            ),
            purpose="update-more-time",
            unique_key=f"update-more-time:{update.key}:{clock.now().isoformat()}:{person.key}",
        )


def updates_released(
    db: Session, readers: Sequence[Person], *, cities: Sequence[str], cycle: str, address: str, release: int
) -> None:
    """To the cohort: these cities' updates can be read. One letter a person for each act of release, `release`."""
    whose = f"{cities[0]}’s update" if len(cities) == 1 else f"{len(cities)} updates"
    for person in readers:
        enqueue(
            db,
            person,
            subject=f"{whose} for {cycle} can be read",
            text=(
                f"Dear {person.name},\n\n"
                f"these mayors’ updates for {cycle} are released to the cohort: {', '.join(cities)}.\n\n"
                f"{address}\n\n"
                "Each begins with what the city asks of the others.\n"
            ),
            purpose="updates-released",
            unique_key=f"updates-released:{release}:{person.key}",
        )


def registration_invited(db: Session, registration: Registration, *, by: str, address: str, link: int) -> None:
    """To a member of a team: register by yourself; `address` is the whole private URL, `link` its row: one letter for
    each."""
    convening = registration.convening
    closes = convening.registration_closes_on
    until = f" Registration closes on {clock.said_day(closes, year=True)}." if closes else ""
    enqueue(
        db,
        registration.person,
        subject=f"{convening.title}: please register",
        text=(
            f"Dear {registration.person.name},\n\n"
            f"{by} invites you to register for {convening_said(convening)}. It takes two minutes, on a phone too:\n\n"
            f"{address}\n\n"
            f"The address is yours alone and needs no account. If you cannot come, say so there, so that another can."
            f"{until}\n"
        ),
        purpose="registration-invitation",
        unique_key=f"registration-invitation:{registration.key}:{link}",
    )


def registration_confirmed(db: Session, registration: Registration, *, line: int | None, address: str) -> None:
    """To who registered or moved up: a place, or the number `line` on the waiting list. No needs stand in it.

    What else happens to a place is in place_letters.py.
    """
    convening = registration.convening
    state = "you have a place" if line is None else f"you are number {line} on the waiting list"
    then = "" if line is None else "Whoever is first in line gets the next free place, and a letter.\n\n"
    moment = registration.submitted_at or registration.created_at
    enqueue(
        db,
        registration.person,
        subject=f"{convening.title}: {state}",
        text=(
            f"Dear {registration.person.name},\n\n"
            f"{state} at {convening_said(convening)}.\n\n{then}"
            "See or change what you told us, or make room for another:\n\n"
            f"{address}\n"
        ),
        purpose="registration",
        unique_key=f"registration:{registration.key}:{registration.state.value}:{moment.isoformat()}",
    )


def convening_said(convening: Convening) -> str:
    """ "Fall convening, Tue 14 Nov 2017 to Wed 15 Nov 2017, Askwith Hall"."""
    days = clock.said_day(convening.starts_on, year=True)
    if convening.ends_on != convening.starts_on:
        days = f"{days} to {clock.said_day(convening.ends_on, year=True)}"
    return ", ".join(part for part in (convening.title, days, convening.venue.name if convening.venue else "") if part)
