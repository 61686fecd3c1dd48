"""The bytes of a file, and what kind of file they are (never by its name alone)."""

import io
import mmap
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from core.data.reading.scan import sha256
from core.errors import DataError

MOST_BYTES: Final = 4 * 2**30
"""A compressed file may not unfold to more than this."""

_CHUNK: Final = 2**20
_NO_TABLE: Final = re.compile(r"(?i)(^|/)(readme|licen[cs]e)|\.(md|pdf|html?|xml)$")
_FOREIGN: Final = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"II*\x00": "a picture",
    b"MM\x00*": "a picture",
    b"RIFF": "a picture, a sound or a film",
    b"ID3": "a sound",
    b"OggS": "a sound",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"ARROW1": "an Arrow file; write it as Parquet",
    b"FEA1": "a Feather file; write it as Parquet",
    b"Obj\x01": "an Avro file",
    b"\x80\x02": "a Python pickle, which Rondo never opens",
    b"\x80\x03": "a Python pickle, which Rondo never opens",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x80\x04\x95": "a Python pickle, which Rondo never opens",
    b"\x80\x05\x95": "a Python pickle, which Rondo never opens",
    b"\x7fELF": "a program",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"(\xb5/\xfd": "compressed with zstandard",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}


@dataclass(frozen=True, eq=False)
class Raw:
    """A file's bytes.

    Attributes
    ----------
    data : bytes or mmap
    name : str
        The last part of its name.
    size_bytes : int
    """

    data: "bytes | mmap.mmap"
    name: str
    size_bytes: int

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes as they came, hex digits."""
        return sha256(self.data)


def open_source(source: str | Path | BinaryIO, name: str | None) -> Raw:
    """Return the bytes of a path (mapped, not copied) or of an open file."""
    data: bytes | mmap.mmap
    if isinstance(source, str | Path):
        data = _map(Path(source))
        given = name or Path(source).name
    else:
        data = source.read()
        given = name or str(getattr(source, "name", "") or "table")
    return Raw(data, PurePath(given).name or "table", len(data))


def _map(path: Path) -> bytes | mmap.mmap:
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                return b""
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise DataError(
            f"The file {path.name!r} cannot be opened.",
            hint="Check that it is there and may be read.",
        ) from error


def detect_format(data: bytes | mmap.mmap) -> str:
    """Tell "parquet", "excel", "gzip", "zip" or "csv" from the first bytes.

    Raises
    ------
    DataError
        The bytes are another kind of file, which is named.
    """
    start = bytes(data[:16])
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "excel"
    if start.startswith(b"PK\x03\x04"):
        return "excel" if _is_workbook(data) else "zip"
    for magic, kind in _FOREIGN.items():
        if start.startswith(magic):
            raise DataError(f"The file is {kind}, not a table.", hint=ACCEPTED)
    return "csv"


ACCEPTED: Final = "Bring a CSV, TSV or JSON file (also .gz or .zip), Parquet or Excel."


def _is_workbook(data: bytes | mmap.mmap) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return False
    return any(name.startswith(("xl/", "content.xml")) for name in names)


def unzip(
    data: bytes | mmap.mmap, wanted: str | None = None
) -> tuple[bytes, str, tuple[str, ...]]:
    """Return one file of a zip archive, its name, and the names of all.

    Without `wanted`, it is the first one that is not called a note or a licence.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {
                item.filename: item
                for item in archive.infolist()
                if not item.is_dir() and not item.filename.startswith("__MACOSX/")
            }
            chosen = _member(list(members), wanted)
            if members[chosen].file_size > MOST_BYTES:
                raise _too_large()
            with archive.open(members[chosen]) as file:
                content = file.read(MOST_BYTES + 1)
            return content, chosen, tuple(members)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise DataError(
            "The archive is broken or locked by a password.",
            hint="Unpack it yourself and bring the table in it.",
        ) from error


def _member(names: list[str], wanted: str | None) -> str:
    if not names:
        raise DataError(
            "The archive holds no file.",
            hint="Bring an archive of one table, or the table itself.",
        )
    if wanted in names:
        return str(wanted)
    if wanted is not None and len(names) > 1:
        raise DataError(
            f"The archive holds no file {wanted!r}.",
            hint=f"Choose one of: {', '.join(names[:10])}.",
        )
    tables = [name for name in names if not _NO_TABLE.search(name)]
    return (tables or names)[0]


def gunzip(data: bytes | mmap.mmap) -> bytes:
    """Return the content of a gzip file, of one or several parts."""
    parts: list[bytes] = []
    size, position = 0, 0
    unpack = zlib.decompressobj(wbits=31)
    try:
        while position < len(data) or unpack.unconsumed_tail:
            chunk = unpack.unconsumed_tail or bytes(data[position : position + _CHUNK])
            if not unpack.unconsumed_tail:
                position += len(chunk)
            part = unpack.decompress(chunk, 16 * _CHUNK)
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise _too_large()
            if unpack.eof:
                position -= len(unpack.unused_data)
                if not _next_part(data, position):
                    break
                unpack = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise _cut_off() from error
    if not unpack.eof:
        raise _cut_off()
    return b"".join(parts)


def _next_part(data: bytes | mmap.mmap, position: int) -> bool:
    return bytes(data[position : position + 2]) == b"\x1f\x8b"


def _cut_off() -> DataError:
    return DataError(
        "The compressed file is broken or cut off.",
        hint="Compress or download it again.",
    )


def _too_large() -> DataError:
    return DataError(
        f"The compressed file unfolds to more than {MOST_BYTES // 2**30} GB.",
        hint="Bring it as Parquet, or in parts.",
    )
