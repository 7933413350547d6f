"""What a process of the program does once before it answers, done before it is forked: only the fork server reads it.

Each journey has a server of its own, which would open every room, and read and compile every page that it shows, once
more.
"""

from sqlalchemy.orm import configure_mappers

from app.main import rooms
from app.routes.pages import templates

configure_mappers()
list(rooms())
for name in templates().list_templates():
    if not name.startswith("printing/"):  # those are the press's, with filters of their own
        templates().get_template(name)
