"""What is in the letters: one function a letter, which writes it into the outbox in the caller's transaction."""

from sqlmodel import Session

from app import clock
from app.mailing.outbox import enqueue
from app.models import Person


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
