"""From bytes to UTF-8: which encoding a text file has, told from its bytes."""

import codecs
import mmap
import re
from dataclasses import dataclass, replace
from typing import Final

from core.data.reading.charsets import WIDER, Charset, guess_charset
from core.data.reading.scan import contains, is_utf8
from core.data.reading.sources import ACCEPTED
from core.errors import DataError

_SAMPLE: Final = 2**16
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS: Final = re.compile(rb"[\x02-\x08\x0b\x0e-\x1a\x1c\x1d\x7f]")
_SEQUENCES: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_NOT_CP1252: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, eq=False)
class Decoded:
    """A text file in UTF-8.

    Attributes
    ----------
    data : bytes or mmap
        UTF-8, from `start` on.
    start : int
        Length of a byte order mark before the text.
    encoding : str
        What the file was written in.
    notes : tuple of str
    """

    data: "bytes | mmap.mmap"
    start: int
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes | mmap.mmap, encoding: str | None = None) -> Decoded:
    """Return a file's text as UTF-8, without NUL characters.

    Files in UTF-8 are not copied. Without `encoding`, a byte order mark decides,
    then the pattern of zero bytes (UTF-16), then whether all is valid UTF-8, then
    the letters (`guess_charset`); where these leave it open, the file is read as
    Windows-1252, or Latin-1 where that has no such character.

    Raises
    ------
    DataError
        The bytes are no text, or do not fit the encoding given.

    Examples
    --------
    >>> decoded = decode("Käse".encode("cp1252"))
    >>> decoded.encoding, decoded.data.decode()
    ('cp1252', 'Käse')
    """
    sample = bytes(data[:_SAMPLE])
    if encoding is not None:
        return _without_nul(_as_given(data, encoding))
    for mark, name in _MARKS:
        if sample.startswith(mark):
            if name == "utf-8-sig" and is_utf8(data):
                return _without_nul(Decoded(data, _behind_marks(sample), name))
            return _without_nul(_transcode(data, name))
    wide = _utf16_without_mark(sample)
    if wide:
        return _without_nul(_transcode(data, wide))
    _refuse_binary(sample)
    if is_utf8(data):
        return _without_nul(Decoded(data, 0, "utf-8"))
    return _without_nul(_eight_bit(data, sample))


def _behind_marks(sample: bytes) -> int:
    """Return the length of the byte order marks before a text, often just one."""
    start = 0
    while sample.startswith(codecs.BOM_UTF8, start):
        start += len(codecs.BOM_UTF8)
    return start


def _as_given(data: bytes | mmap.mmap, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise DataError(
            f"There is no encoding {encoding!r}.",
            hint="Use utf-8, utf-16, cp1252 or latin-1.",
        ) from error
    if name in ("utf-8", "utf-8-sig") and is_utf8(data):
        mark = bytes(data[:3]) == codecs.BOM_UTF8
        return Decoded(data, 3 if mark else 0, name)
    if encoding in WIDER:
        return replace(_transcode(data, WIDER[encoding]), encoding=encoding)
    return _transcode(data, name)


def _transcode(data: bytes | mmap.mmap, encoding: str) -> Decoded:
    try:
        text = bytes(data).decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise DataError(
            f"The file is not written in {encoding}.",
            hint="Choose another encoding, for example utf-8 or cp1252.",
        ) from error
    return Decoded(text.encode("utf-8", errors="replace"), 0, encoding)


def _utf16_without_mark(sample: bytes) -> str | None:
    if len(sample) < 4:
        return None
    even, odd = sample[0::2], sample[1::2]
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros_odd > 0.7 and zeros_even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if zeros_even > 0.7 and zeros_odd < 0.05 else None


def _refuse_binary(sample: bytes) -> None:
    n_controls = len(_CONTROLS.findall(sample))
    many_zeros = sample.count(0) > 0.3 * len(sample)
    if many_zeros or n_controls > max(2, 0.02 * len(sample)):
        raise DataError("The file is not text, whatever its name says.", hint=ACCEPTED)


def _eight_bit(data: bytes | mmap.mmap, sample: bytes) -> Decoded:
    high = b"".join(_HIGH.findall(sample))
    in_sequences = sum(len(item) for item in _SEQUENCES.findall(high))
    if high and in_sequences > 0.9 * len(high):
        text = bytes(data).decode("utf-8", errors="replace")
        n_bad = text.count("\ufffd")
        note = f"{n_bad:,} places are not valid UTF-8 and are shown as \ufffd."
        return Decoded(text.encode(), 0, "utf-8", (note,))
    charset = guess_charset(_first_letters(data))
    if charset.name == "cp1252":
        return _transcode(data, "latin-1" if _NOT_CP1252.search(data) else "cp1252")
    return _recognised(data, charset)


def _first_letters(data: bytes | mmap.mmap) -> bytes:
    """Return a piece with letters beyond ASCII, from the beginning of a line on."""
    found = _HIGH.search(data)
    start = data.rfind(b"\n", 0, found.start()) + 1 if found else 0
    return bytes(data[start : start + _SAMPLE])


def _recognised(data: bytes | mmap.mmap, charset: Charset) -> Decoded:
    text = bytes(data).decode(charset.codec, errors="replace")
    notes = []
    if not charset.sure:
        notes.append(
            f"The letters look like {charset.name}, but {charset.second} is possible; "
            "choose the encoding yourself if words look wrong."
        )
    n_bad = text.count("\ufffd")
    if n_bad:
        notes.append(
            f"{n_bad:,} places are not valid {charset.name} and are shown as \ufffd."
        )
    return Decoded(text.encode(errors="replace"), 0, charset.name, tuple(notes))


def _without_nul(decoded: Decoded) -> Decoded:
    data = decoded.data
    if not contains(data, b"\x00"):
        return decoded
    content = bytes(data)
    note = f"{content.count(0):,} zero bytes in the text were left out."
    return Decoded(
        content.replace(b"\x00", b""),
        decoded.start,
        decoded.encoding,
        (*decoded.notes, note),
    )
