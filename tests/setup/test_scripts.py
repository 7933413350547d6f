"""What set-up rests on: scripts that parse, locks that agree and name no registry."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SCRIPTS = ["bin/serve", "bin/test", "bin/plenary", "bin/lock", ".ci/run"]


def pins(lock: str) -> dict[str, str]:
    """Package to version, of a lock."""
    text = (HOUSE / "requirements" / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("script", [*SCRIPTS, "bin/.prepare"])
def test_a_script_parses_and_may_be_run(script: str) -> None:
    subprocess.run(["bash", "-n", HOUSE / script], check=True)
    assert os.access(HOUSE / script, os.X_OK) is (script in SCRIPTS)


def test_what_is_served_is_what_was_tested() -> None:
    runtime, dev = pins("runtime.lock"), pins("dev.lock")
    assert len(runtime) > 40
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("lock", ["bootstrap.lock", "runtime.lock", "dev.lock", "node.lock"])
def test_a_lock_has_a_hash_for_every_package_and_no_address(lock: str) -> None:
    text = (HOUSE / "requirements" / lock).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_lock_of_browser_parts_names_no_registry_and_pins_what_package_json_says() -> None:
    lock = json.loads((HOUSE / "package-lock.json").read_text("utf-8"))
    wanted = json.loads((HOUSE / "package.json").read_text("utf-8"))
    packages = {name.removeprefix("node_modules/"): entry for name, entry in lock["packages"].items() if name}
    assert {name: entry["version"] for name, entry in packages.items()} == {
        **wanted["dependencies"],
        **wanted["devDependencies"],
    }
    assert [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry] == []


def test_the_container_has_the_debian_packages_that_the_scripts_install() -> None:
    """Fonts too: what is printed looks the same from both. DejaVu is there wherever Debian's Pango is."""
    said = re.findall(
        r"apt-get install -y --no-install-recommends ((?:.|\\\n)*?)\\\n\s*&&", (HOUSE / "Dockerfile").read_text("utf-8")
    )
    contained = set(" ".join(said).replace("\\", " ").split()) - {"fonts-dejavu-core"}
    script = (HOUSE / "bin" / ".prepare").read_text("utf-8")
    installed = set(re.findall(r"\|\| echo ([a-z0-9.-]+)", script.partition('[ "$wanted" = dev ]')[0]))
    installed |= set(re.findall(r"\|\| echo (fonts-[a-z-]+)", script))
    assert contained == installed - {"python3-venv"}
    assert {"libpango-1.0-0", "fonts-noto-cjk", "fonts-noto-core"} <= contained


def test_the_command_line_works_from_any_folder(tmp_path: Path) -> None:
    """The data folder is the house's `data` then, not one in the folder one happens to be in."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
    done = subprocess.run(
        [HOUSE / "bin" / "plenary", "doctor"],
        cwd=tmp_path,
        env=mine | {"PLENARY_PORT": "none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("PLENARY_PORT: ")
    assert list(tmp_path.iterdir()) == []
