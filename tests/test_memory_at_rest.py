"""What the server does without until somebody needs it: each of these takes megabytes and a part of a second."""

import subprocess
import sys

HEAVY = ("mammoth", "pypdf", "pypdfium2", "python_calamine", "recurring_ical_events", "weasyprint", "xlsxwriter")


def test_the_program_at_rest_has_none_of_what_reads_and_sets_documents() -> None:
    asked = f"import sys, app.main; list(app.main.rooms()); print([one for one in {HEAVY} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
