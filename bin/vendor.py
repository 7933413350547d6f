"""Fills app/static/vendor from node_modules: scripts, base sheet, fonts, and a sprite of the icons in use.

Run by bin/.prepare. What was made is stamped with a hash of everything it was made from, so that a second
run costs nothing. Fonts come twice: split by script for browsers (`fonts.css`, a phone loads only the part it
needs), and merged into one file a face for print (`fonts-print.css`): WeasyPrint draws wrong letters from
split files of one family.
"""

import hashlib
import json
import re
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
PACKAGES = HOUSE / "node_modules"
VENDOR = HOUSE / "app" / "static" / "vendor"
STAMP = ".stamp"

# What is served as its makers wrote it: name in vendor/, file in node_modules/.
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "pico.min.css": "@picocss/pico/css/pico.min.css",
    "qr/decode.js": "qr/decode.js",
    "qr/index.js": "qr/index.js",
}
# Family, package, and its faces as fontsource names them.
FONTS = [
    ("Inter", "inter", ["400-normal", "400-italic", "500-normal", "600-normal", "700-normal"]),
    ("Source Serif 4", "source-serif-4", ["400-normal", "400-italic", "600-normal", "700-normal"]),
]
LICENCES = ["htmx.org", "@picocss/pico", "@fontsource/inter", "@fontsource/source-serif-4", "lucide-static", "qr"]
ICON_IN_TEMPLATE = re.compile(r"""\bicon\(([^()]*)""")
QUOTED_NAME = re.compile(r"""["']([a-z0-9-]+)["']""")


def icons_in_use() -> dict[str, str]:
    """Icon name to the first file that asks for it: a template by `icon("name")`, or app/static/icons.txt.

    An expression, `icon("sun" if light else "moon")`, counts for every icon it names.
    """
    found: dict[str, str] = {}
    for template in sorted((HOUSE / "app" / "templates").rglob("*.html")):
        for call in ICON_IN_TEMPLATE.findall(template.read_text("utf-8")):
            plain = QUOTED_NAME.match(call)
            for name in QUOTED_NAME.findall(call):
                # A word of an expression or a label may be no icon; a plain first argument has to be one.
                if (plain and name == plain[1]) or drawing(name).exists():
                    found.setdefault(name, str(template.relative_to(HOUSE)))
    listed = HOUSE / "app" / "static" / "icons.txt"
    for line in listed.read_text("utf-8").splitlines():
        if name := line.partition("#")[0].strip():
            found.setdefault(name, str(listed.relative_to(HOUSE)))
    return found


def drawing(name: str) -> Path:
    """Where Lucide keeps the icon called `name`, if it has one."""
    return PACKAGES / "lucide-static" / "icons" / f"{name}.svg"


def sprite(icons: dict[str, str]) -> str:
    """One SVG of symbols whose ids are the Lucide names; an unknown name is left out and said on stderr."""
    symbols = []
    for name, asked_by in sorted(icons.items()):
        if not drawing(name).exists():
            print(f"{asked_by} asks for the icon “{name}”, which Lucide does not have.", file=sys.stderr)
            continue
        shapes = drawing(name).read_text("utf-8").partition("<svg")[2].partition(">")[2].rpartition("</svg>")[0]
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{" ".join(shapes.split())}</symbol>'
        )
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>\n"])


def face_css(family: str, face: str, file: str, scripts: str | None = None) -> str:
    """One @font-face rule; `scripts` is the unicode-range of a split file."""
    weight, style = face.split("-")
    only = f"unicode-range:{scripts};" if scripts else ""
    return (
        f'@font-face{{font-family:"{family}";font-style:{style};font-weight:{weight};font-display:swap;'
        f'src:url("fonts/{file}") format("woff2");{only}}}\n'
    )


def merge(parts: list[Path], into: Path) -> None:
    """Writes one font that has the letters of all `parts`. Takes about a second of one core."""
    from fontTools.merge import Merger

    whole = Merger().merge([str(part) for part in parts])
    whole.flavor = "woff2"
    whole.save(into)


def fonts(vendor: Path) -> None:
    """Copies the split fonts, merges them for print, and writes both style sheets."""
    (vendor / "fonts").mkdir()
    screen, paper = [], []
    with ProcessPoolExecutor() as pool:
        merging = []
        for family, package, faces in FONTS:
            source = PACKAGES / "@fontsource" / package
            ranges: dict[str, str] = json.loads((source / "unicode.json").read_text("utf-8"))
            for face in faces:
                parts = {script: source / "files" / f"{package}-{script}-{face}.woff2" for script in ranges}
                for script, part in parts.items():
                    shutil.copy(part, vendor / "fonts")
                    screen.append(face_css(family, face, part.name, ranges[script]))
                # Latin first: what several parts have (figures, spaces) is taken from the first.
                in_order = [parts.pop("latin"), *parts.values()]
                merging.append(pool.submit(merge, in_order, vendor / "fonts" / f"{package}-{face}.woff2"))
                paper.append(face_css(family, face, f"{package}-{face}.woff2"))
        for merged in merging:
            merged.result()
    (vendor / "fonts.css").write_text("".join(screen), "utf-8")
    (vendor / "fonts-print.css").write_text("".join(paper), "utf-8")


def fill(vendor: Path, icons: dict[str, str]) -> None:
    """Writes the whole folder anew, beside the old one, and swaps them: a running server never sees half."""
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "licences").mkdir(parents=True)
    for name, source in FILES.items():
        text = (PACKAGES / source).read_text("utf-8")
        (fresh / name).parent.mkdir(exist_ok=True)
        (fresh / name).write_text(re.sub(r"\n?//# sourceMappingURL=\S+", "", text), "utf-8")
    for package in LICENCES:
        licence = next(path for path in sorted((PACKAGES / package).glob("LICENSE*")))
        shutil.copy(licence, fresh / "licences" / f"{package.replace('/', '-').strip('@')}.txt")
    fonts(fresh)
    (fresh / "icons.svg").write_text(sprite(icons), "utf-8")
    if vendor.exists():
        shutil.rmtree(vendor)
    fresh.rename(vendor)


def main() -> None:
    """Makes the folder where what it is made from has changed; only the sprite where only icons have."""
    icons = icons_in_use()
    sources = (HOUSE / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    stamp = [hashlib.sha256(sources).hexdigest(), " ".join(sorted(icons))]
    try:
        stamped = (VENDOR / STAMP).read_text("utf-8").splitlines()
    except FileNotFoundError:
        stamped = []
    if stamped == stamp:
        return
    if stamped[:1] == stamp[:1]:
        (VENDOR / "icons.svg").write_text(sprite(icons), "utf-8")
    else:
        fill(VENDOR, icons)
    (VENDOR / STAMP).write_text("\n".join(stamp), "utf-8")


if __name__ == "__main__":
    main()
