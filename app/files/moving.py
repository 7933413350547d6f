"""Files from one place to another: each is read to its end, compared with its name, and read again where it went."""

from dataclasses import dataclass, field
from hashlib import sha256
from tempfile import TemporaryFile

from app.files.store import Files


@dataclass(slots=True)
class Copied:
    """How many were copied, how many were there already, and the digests of those whose bytes are not those of their
    name, here or there."""

    copied: int = 0
    there: int = 0
    damaged: list[str] = field(default_factory=list)


def copy_files(source: Files, target: Files) -> Copied:
    """Copy all that is not there yet; done again it goes on where it was. Raises OutOfReach."""
    done = Copied()
    for digest in sorted(source.digests()):
        is_there = target.size_of(digest) == source.size_of(digest)
        if not (is_there or _copy(source, target, digest)) or not _is_whole(target, digest):
            done.damaged.append(digest)
        elif is_there:
            done.there += 1
        else:
            done.copied += 1
    return done


def _copy(source: Files, target: Files, digest: str) -> bool:
    with TemporaryFile() as whole:
        found = sha256()
        for piece in source.pieces(digest):
            found.update(piece)
            whole.write(piece)
        if found.hexdigest() != digest:
            return False
        target.put(digest, whole, whole.tell())
    return True


def _is_whole(files: Files, digest: str) -> bool:
    found = sha256()
    for piece in files.pieces(digest):
        found.update(piece)
    return found.hexdigest() == digest
