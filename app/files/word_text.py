"""A program by itself (apart.py): what a Word document says. `python word_text.py FILE FOLDER`.

Says as JSON {"html", "pictures": number}; the pictures lie in FOLDER as picture-0, picture-1, …, and the HTML
names them so.
"""

import json
import sys
from pathlib import Path
from typing import Any

import mammoth

MOST_PICTURES = 60
LONGEST = 4_000_000
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Quote'] => blockquote:fresh
p[style-name='Intense Quote'] => blockquote:fresh
"""


def read(path: str, folder: str) -> dict[str, Any]:
    kept: list[str] = []

    def keep(picture: Any) -> dict[str, str]:
        if len(kept) >= MOST_PICTURES:
            return {"src": ""}
        name = f"picture-{len(kept)}"
        with picture.open() as opened:
            Path(folder, name).write_bytes(opened.read())
        kept.append(name)
        return {"src": name, "alt": picture.alt_text or ""}

    with Path(path).open("rb") as file:
        found = mammoth.convert_to_html(
            file,
            convert_image=mammoth.images.img_element(keep),
            style_map=STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
        )
    return {"html": found.value[:LONGEST], "pictures": len(kept)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(read(sys.argv[1], sys.argv[2])))
