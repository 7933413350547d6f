"""Each document, as far as the database is asked for it: on both databases, without being set on paper."""

import pytest
from fastapi import FastAPI
from sqlmodel import select

from app.models import Convening
from app.people.sign_in import sample_person
from app.people.viewer import viewer_of
from app.printing.catalogue import PRINTABLE
from app.printing.documents import Wish

AFTERWARDS = {"certificate"}
"""Nobody has one before the end."""


@pytest.mark.each_database
@pytest.mark.parametrize("slug", sorted(PRINTABLE.keys() - AFTERWARDS))
def test_a_document_of_the_sample_has_what_an_organizer_prints(slug: str, sample_app: FastAPI) -> None:
    with sample_app.state.database.read() as db:
        organizer = sample_person(db, "organizer")
        assert organizer is not None
        fall = db.exec(select(Convening).where(Convening.slug == "2017-fall")).one()
        wish = Wish(fall, viewer_of(db, organizer.key), sample_app.state.settings)
        document = PRINTABLE[slug].make(db, wish)
        assert document.pieces
        for option in PRINTABLE[slug].options:
            assert option.offered(db, fall, wish.viewer, wish.paper), option.name
