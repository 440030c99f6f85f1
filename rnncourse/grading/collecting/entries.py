"""What is in an archive: a folder, a zip or a tar, opened without believing it.

Nothing is ever extracted: an entry is read on demand, up to a limit, into
memory. A zip in the archive is looked into once; a zip in that is not.
"""

import gzip
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

from rnncourse.errors import ClassError, CollectError
from rnncourse.grading.collecting.planning import Entry
from rnncourse.grading.notebook_files import MAX_BYTES

MAX_ENTRIES = 100_000
MAX_INNER_ENTRIES = 10_000
MAX_TAR_BYTES = 4 * 2**30
ZIP_RATIO = 20
"""How much a zip can be compressed that is not made to be huge."""

DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error),
    *(EOFError, OSError, ValueError, NotImplementedError),
)
"""What reading a damaged archive raises."""
LINK = "it is a link, not a file"
SPECIAL = "it is a device or a pipe, not a file"
TOO_LARGE = f"it is larger than {MAX_BYTES // 2**20} MB"


def entries_of(archive: Path, held: ExitStack) -> Iterator[Entry]:
    """Yield what is in an archive, zips in it included.

    Args:
        archive: A folder, a zip, a tar or a tar.gz; which, its content says.
        held: Keeps the archive open for as long as entries are read.

    Raises:
        ClassError: If it is none of these, or too damaged to list.
    """
    try:
        for number, entry in enumerate(_listed(archive, held)):
            if number == MAX_ENTRIES:
                raise ClassError(
                    f"{archive} has more than {MAX_ENTRIES} files. Is it the right one?"
                )
            is_zip = entry.path.lower().endswith(".zip") and not entry.trouble
            yield from _inner(entry) if is_zip else [entry]
    except DAMAGE as error:
        raise ClassError(f"{archive} could not be read: {error}. Download it again.") from error


def read(entry: Entry) -> bytes:
    """Return an entry's content.

    Raises:
        CollectError: If it is damaged, encrypted or too large.
    """
    try:
        with entry.open() as file:
            content = file.read(MAX_BYTES + 1)
    except DAMAGE as error:
        raise CollectError(f"it is damaged in the archive ({error})") from error
    if len(content) > MAX_BYTES:
        raise CollectError(TOO_LARGE)
    return content


def _listed(archive: Path, held: ExitStack) -> Iterator[Entry]:
    if archive.is_dir():
        return _in_folder(archive)
    file = held.enter_context(archive.open("rb"))
    start = file.read(512)
    file.seek(0)
    if start.startswith(b"PK"):
        opened = held.enter_context(zipfile.ZipFile(file))
        return _in_zip(lambda: opened)
    if start.startswith(b"\x1f\x8b"):
        return _in_tar(_unpacked(file, held), held)
    if start[257:262] == b"ustar":
        return _in_tar(file, held)
    raise ClassError(f"{archive} is neither a folder nor a zip, a tar or a tar.gz.")


def _in_folder(root: Path) -> Iterator[Entry]:
    def stop(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(root, onerror=stop):
        folders.sort()
        for name in sorted(files + [name for name in folders if Path(folder, name).is_symlink()]):
            path = Path(folder, name)
            status = path.lstat()
            trouble = "" if stat.S_ISREG(status.st_mode) else SPECIAL
            yield Entry(
                path.relative_to(root).as_posix(),
                partial(_opened_file, path),
                time=_time_of(status.st_mtime),
                trouble=LINK if stat.S_ISLNK(status.st_mode) else trouble,
            )


def _opened_file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _in_zip(zip_file: Callable[[], zipfile.ZipFile]) -> Iterator[Entry]:
    """Yield what is in a zip, which is asked for anew whenever it is needed."""
    for info in zip_file().infolist():
        if not info.orig_filename.endswith("/"):  # is_dir() fails where there is no name
            # orig_filename: zipfile cuts off what follows a NUL, and turns \\ into / on Windows.
            yield Entry(
                info.orig_filename,
                partial(_opened, zip_file, info),
                time=_time_in_zip(info),
                trouble=_trouble_in_zip(info),
            )


def _opened(zip_file: Callable[[], zipfile.ZipFile], info: zipfile.ZipInfo) -> IO[bytes]:
    if info.flag_bits & 0x1:
        raise CollectError("it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CollectError("it is compressed in a way that is not known here")
    if info.filename.lower().endswith(".zip") and info.file_size > ZIP_RATIO * info.compress_size:
        raise CollectError(f"it is a zip that unpacks to more than {ZIP_RATIO} times its size")
    if info.file_size > MAX_BYTES:
        raise CollectError(TOO_LARGE)
    return zip_file().open(info)


def _trouble_in_zip(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind in (0, stat.S_IFREG):
        return ""
    return LINK if kind == stat.S_IFLNK else SPECIAL


def _time_in_zip(info: zipfile.ZipInfo) -> datetime | None:
    try:
        time = datetime(*info.date_time)  # a zip does not say the zone
    except ValueError:
        return None
    return time if time > datetime(1980, 1, 1) else None  # a zip's "unknown"


def _time_of(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds) if seconds > 0 else None  # as zips
    except (OverflowError, OSError, ValueError):
        return None


def _in_tar(file: IO[bytes], held: ExitStack) -> Iterator[Entry]:
    tar = held.enter_context(tarfile.TarFile(fileobj=file))
    members = tar.getmembers()
    file.seek(tar.offset)
    if file.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:  # a tar's end
        raise tarfile.ReadError(f"it is damaged after {len(members)} files")
    for member in members:
        if member.isdir():
            continue
        plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
        linked = member.issym() or member.islnk()
        yield Entry(
            member.name,
            partial(_extracted, tar, member),
            time=_time_of(member.mtime),
            trouble="" if plain else LINK if linked else SPECIAL,
        )


def _extracted(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    return cast(IO[bytes], tar.extractfile(member))


def _unpacked(file: IO[bytes], held: ExitStack) -> IO[bytes]:
    """Return what is in a gz, as a file that is gone when it is closed."""
    unpacked = held.enter_context(TemporaryFile())  # noqa: SIM115 - held
    with gzip.open(file) as packed:
        while chunk := packed.read(2**20):
            if unpacked.write(chunk) and unpacked.tell() > MAX_TAR_BYTES:
                raise ValueError(f"it unpacks to more than {MAX_TAR_BYTES // 2**30} GB")
    unpacked.seek(0)
    return unpacked


def _inner(outer: Entry) -> Iterator[Entry]:
    """Yield a zip that a student handed in, and what is in it."""
    try:
        listed = list(_in_zip(partial(_zip_in, outer)))
    except CollectError as error:
        yield replace(outer, trouble=str(error))
        return
    yield outer
    for entry in listed:
        yield replace(entry, path=outer.path, inside=entry.path, time=entry.time or outer.time)


def _zip_in(outer: Entry) -> zipfile.ZipFile:
    """Return the zip that an entry is, in memory for as long as it is used."""
    content = read(outer)
    if content.count(b"PK\x01\x02") > MAX_INNER_ENTRIES:
        raise CollectError(f"it has more than {MAX_INNER_ENTRIES} files in it")
    try:
        return zipfile.ZipFile(BytesIO(content))
    except DAMAGE as error:
        raise CollectError(f"it is a damaged zip ({error})") from error
