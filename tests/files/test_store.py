"""Where files lie: the same is true of a folder and of a bucket of S3-compatible storage, here a real server of it."""

import os
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread

import httpx
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from app.files import Files, OutOfReach, Unacceptable, examine, files_of
from app.files.moving import copy_files
from app.files.store import A_RANGE, Bucket
from app.settings import Settings
from tests.buckets import KEY, SECRET, bucket_at, settings_of
from tests.forks import environment, plenary

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def bucket(storage_server: str) -> Bucket:
    return bucket_at(storage_server)


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return Files(tmp_path / "files" if request.param == "folder" else request.getfixturevalue("bucket"))


def keep(files: Files, content: bytes, name: str = "a.pdf") -> str:
    arrival = examine(BytesIO(content), name, megabytes=20)
    files.keep(arrival)
    return arrival.digest


def read(files: Files, digest: str) -> bytes:
    return b"".join(files.pieces(digest))


def test_what_is_kept_comes_back_byte_for_byte(files: Files) -> None:
    for size in (1, A_RANGE - 1, A_RANGE, A_RANGE + 1, 2 * A_RANGE + 5):
        content = PDF_BYTES + os.urandom(max(0, size - len(PDF_BYTES)))
        digest = keep(files, content)
        assert (read(files, digest), files.size_of(digest)) == (content, len(content))


def test_a_hundred_megabytes_are_taken_and_one_byte_more_is_not(files: Files, tmp_path: Path) -> None:
    limit = 100 << 20
    with TemporaryFile(dir=tmp_path) as file:
        file.write(PDF_BYTES)
        file.truncate(limit)
        arrival = examine(file, "large.pdf", megabytes=100)
        files.keep(arrival)
        assert sum(len(piece) for piece in files.pieces(arrival.digest)) == limit
        file.truncate(limit + 1)
        with pytest.raises(Unacceptable, match="larger than 100 MB"):
            examine(file, "large.pdf", megabytes=100)


def test_the_same_bytes_are_one_file_however_often_they_come_and_by_how_many_at_once(files: Files) -> None:
    content = PDF_BYTES + os.urandom(3 << 20)
    threads = [Thread(target=keep, args=(files, content, f"{number}.pdf")) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    digest = sha256(content).hexdigest()
    assert list(files.digests()) == [digest]
    assert read(files, digest) == content


def test_a_file_that_is_not_there_is_said_at_once(files: Files) -> None:
    keep(files, PDF_BYTES)
    with pytest.raises(FileNotFoundError):
        files.pieces("0" * 64)
    assert files.size_of("0" * 64) is None


def test_what_is_half_there_is_put_again(files: Files, tmp_path: Path, storage_server: str) -> None:
    """A copy from elsewhere that was cut off: whoever hands the same in again mends it."""
    digest = sha256(PDF_BYTES).hexdigest()
    if isinstance(files.place, Bucket):
        there = f"{storage_server}/{files.place.name}/{files.place.prefix}/{digest[:2]}/{digest}"
        httpx.put(there, content=PDF_BYTES[:5]).raise_for_status()
    else:
        (files.place / digest[:2]).mkdir(parents=True)
        (files.place / digest[:2] / digest).write_bytes(PDF_BYTES[:5])
    keep(files, PDF_BYTES)
    assert read(files, digest) == PDF_BYTES


def test_a_place_that_is_well_has_no_trouble(files: Files) -> None:
    assert files.trouble() == ""
    keep(files, PDF_BYTES)
    assert files.trouble() == ""


@pytest.fixture(params=["folder", "no server", "no bucket"])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """A place that takes nothing: a file stands where the folder should, nobody answers, or the bucket is not there."""
    if request.param == "folder":
        (tmp_path / "files").write_text("not a folder")
        return Files(tmp_path / "files")
    bucket: Bucket = request.getfixturevalue("bucket")
    gone = {"endpoint": NOWHERE} if request.param == "no server" else {"name": "never-made"}
    return Files(replace(bucket, **gone))


def test_a_place_that_is_out_of_reach_says_so_in_a_sentence_and_no_secret_is_logged(broken: Files) -> None:
    with (
        capture_logs() as logged,
        pytest.raises(OutOfReach, match="The place where files are kept does not answer at this moment") as out,
    ):
        keep(broken, PDF_BYTES)
    assert broken.trouble() != ""
    assert [line["event"] for line in logged] == ["files are out of reach"]
    for secret in (SECRET, KEY):
        assert secret not in repr(logged) + repr(out.value) + repr(broken.place) + str(broken.place)


def test_a_bucket_that_goes_away_on_the_way_breaks_off_and_nothing_wrong_is_sent(bucket: Bucket) -> None:
    files = Files(bucket)
    digest = keep(files, PDF_BYTES + os.urandom(A_RANGE))
    pieces = files.pieces(digest)
    assert len(next(pieces)) == A_RANGE
    files._store = replace(bucket, endpoint=NOWHERE).open()
    with pytest.raises(OutOfReach):
        next(pieces)


def test_who_hands_in_asks_the_storage_before_the_transaction_and_not_in_it(bucket: Bucket) -> None:
    """The verb keeps again what the route has kept: without a storage that costs nothing, and does not fail."""
    files = Files(bucket)
    keep(files, PDF_BYTES)
    files._store = replace(bucket, endpoint=NOWHERE).open()
    keep(files, PDF_BYTES)
    with pytest.raises(OutOfReach):
        keep(files, PDF_BYTES + b"other")


# --- settings ---


def test_the_settings_name_the_place(tmp_path: Path) -> None:
    assert files_of(Settings(data_dir=tmp_path)).place == tmp_path / "files"
    settings = Settings(
        data_dir=tmp_path, files_url="s3://lab/plenary/files/", files_region="eu-central-1", files_key="k"
    )
    assert files_of(settings).place == Bucket("lab", "plenary/files", region="eu-central-1", key="k")
    assert files_of(settings) is files_of(settings), "its connections are kept"
    assert str(files_of(settings).place) == "s3://lab/plenary/files"


@pytest.mark.parametrize("url", ["files", "https://s3.example/lab", "s3://", "s3://key:secret@lab/x", "s3://lab?x=1"])
def test_an_address_that_is_no_bucket_is_refused_at_the_start(tmp_path: Path, url: str) -> None:
    code, _, said = plenary("doctor", environment=environment(tmp_path, files_url=url))
    assert (code, "PLENARY_FILES_URL: " in said, "s3://bucket/folder" in said) == (2, True, True)
    assert "secret@" not in said


def test_a_secret_is_not_in_what_settings_say_of_themselves() -> None:
    with pytest.raises(ValidationError) as bad:
        Settings(files_secret=SECRET, files_url="nowhere")
    assert SECRET not in repr(Settings(files_secret=SECRET)) + str(Settings(files_secret=SECRET)) + str(bad.value)


# --- the command ---


@pytest.fixture
def filled(tmp_path: Path) -> Files:
    files = Files(tmp_path / "data" / "files")
    for number in range(4):
        keep(files, PDF_BYTES + bytes([number]) * (number * A_RANGE // 2))
    return files


def test_files_are_copied_to_a_bucket_once_and_back(filled: Files, bucket: Bucket, tmp_path: Path) -> None:
    first, again = copy_files(filled, Files(bucket)), copy_files(filled, Files(bucket))
    assert (first.copied, first.there, first.damaged) == (4, 0, [])
    assert (again.copied, again.there, again.damaged) == (0, 4, [])
    back = Files(tmp_path / "back")
    assert copy_files(Files(bucket), back).copied == 4
    assert {one: read(back, one) for one in back.digests()} == {one: read(filled, one) for one in filled.digests()}


def test_what_is_damaged_is_named_and_not_copied(filled: Files, bucket: Bucket, tmp_path: Path) -> None:
    assert isinstance(filled.place, Path)
    bad = sorted(filled.digests())[1]
    (filled.place / bad[:2] / bad).write_bytes(b"rotten")
    said = environment(tmp_path / "data", **settings_of(bucket))
    code, out, _ = plenary("files", "copy", environment=said)
    assert (code, out) == (
        1,
        "3 files are copied, 0 were there already.\n"
        f"! {bad} is damaged, and was not copied: put it back from a backup.\n",
    )
    assert set(Files(bucket).digests()) == set(filled.digests()) - {bad}


def test_the_command_wants_a_bucket_and_says_when_it_is_out_of_reach(
    filled: Files, bucket: Bucket, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    code, _, said = plenary("files", "copy", environment=environment(data))
    assert (code, said) == (2, "Say which bucket: PLENARY_FILES_URL=s3://bucket/folder\n")
    gone = settings_of(replace(bucket, endpoint=NOWHERE))
    code, out, said = plenary("files", "copy", environment=environment(data, **gone))
    assert (code, "does not answer at this moment" in said) == (1, True)
    code, doctor, _ = plenary("doctor", environment=environment(data, **gone))
    assert f"! Files: {bucket}. The bucket does not answer" in doctor
    assert SECRET not in out + said + doctor
    code, doctor, _ = plenary("doctor", environment=environment(data, **settings_of(bucket)))
    assert f"✓ Files: {bucket}\n" in doctor
