"""Which encoding of one or two bytes a letter a text has, told from its letters.

Every candidate decodes a piece of the text; the one under whose language the letters
are most probable wins. Letters of a language are weighed by how frequent they are,
characters of Chinese, Japanese and Korean by whether they are of the frequent half of
their standard; letters of two scripts in one word, and signs within words, speak
against a candidate.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_ASCII: Final = math.log(1 / 60)
_FOREIGN: Final = math.log(1e-6)
_PRIOR: Final = 8.0
"""So much more probable, as a logarithm, another encoding than cp1252 has to be."""

_SIGNS: Final = "\u2019\u2018“”„\u2013—…€£°©®«»½¼²³·ºª§№•\u00d7±µ¡¿\u00a0"
_RUSSIAN: Final = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъ"
_GREEK: Final = "αοιετσνηυρπκμλςδγωχθφάέήίόύώβξζψ"
_WESTERN: Final = "éèàáíóúñçüöäßåøæêâôîûëïãõù"
_CENTRAL: Final = "áčďéěíňóřšťúůýžąćęłńśźżăâîşţőűöüđä"
_TURKISH: Final = "ıüşğçöâîû"
_MIXED: Final = re.compile(
    r"[A-Za-z](?=[\u0370-\u052f])|[\u0370-\u052f](?=[A-Za-z])", re.UNICODE
)
_INSIDE: Final = re.compile(r"[A-Za-z][^\x00-\x7f\w\u2019\u2018·\-](?=[A-Za-z])")
_PRICED: Final = re.compile(r"[£€] ?(?=\d)|(?<=\d) ?€")
_PRICE: Final = 11.0
_RAISED: Final = re.compile(
    r"[a-zß-öø-ÿ](?=[À-ÖØ-ÞŠŽŒŸ])|[\u0430-\u0451](?=[\u0410-\u042f])"
)


def _language(
    letters: str, *, ranked: bool = False, upper: str = ""
) -> dict[str, float]:
    """Return the logarithm of each letter's probability in a language."""
    weights = [1 / (rank + 2) if ranked else 1.0 for rank in range(len(letters))]
    total = sum(weights)
    shares = dict.fromkeys(_SIGNS, 0.0005)
    for letter, weight in zip(letters, weights, strict=True):
        capital = upper[letters.index(letter)] if upper else letter.upper()
        if len(capital) == 1:
            shares[capital] = 0.12 * weight / total
        shares[letter] = 0.85 * weight / total
    return {letter: math.log(share) for letter, share in shares.items()}


_TURKISH_UPPER: Final = "IÜŞĞÇÖÂÎÛ"
_SINGLE: Final[Mapping[str, dict[str, float]]] = {
    "cp1252": _language(_WESTERN),
    "cp1250": _language(_CENTRAL),
    "cp1254": _language(_TURKISH, upper=_TURKISH_UPPER) | {"İ": math.log(0.02)},
    "cp850": _language(_WESTERN),
    "mac-roman": _language(_WESTERN),
    "cp1251": _language(_RUSSIAN, ranked=True),
    "koi8-r": _language(_RUSSIAN, ranked=True),
    "cp866": _language(_RUSSIAN, ranked=True),
    "cp1253": _language(_GREEK, ranked=True),
}
_RARE_HERE: Final = math.log(0.0005)


def _double(
    codec: str, common: range, n_common: int, *, kana: float = 0.0
) -> Callable[[str], float]:
    """Return how probable a character is where the first byte says how frequent."""
    frequent = math.log((0.95 - kana) / n_common)
    marks, rare = math.log(0.04 / 280), math.log(0.01 / 4000)
    syllables = math.log(kana / 170) if kana else _FOREIGN

    def weigh(letter: str) -> float:
        if "\u3040" <= letter <= "\u30ff":
            return syllables
        if "\u3000" <= letter <= "\u303f" or "\uff00" <= letter <= "\uff5e":
            return marks
        written = letter.encode(codec)
        if len(written) != 2:
            return _FOREIGN
        return frequent if written[0] in common and _usual(written, codec) else rare

    return weigh


def _usual(written: bytes, codec: str) -> bool:
    """Say whether both bytes are of the old, narrow standard."""
    return written[1] >= 0xA1 or codec in ("cp932", "cp950")


_DOUBLE: Final[Mapping[str, tuple[str, Callable[[str], float]]]] = {
    "gb18030": ("gb18030", _double("gb18030", range(0xB0, 0xD8), 3755)),
    "big5": ("cp950", _double("cp950", range(0xA4, 0xC7), 5401)),
    "shift_jis": ("cp932", _double("cp932", range(0x88, 0x98), 2965, kana=0.5)),
    "euc-jp": ("euc-jp", _double("euc-jp", range(0xB0, 0xD0), 2965, kana=0.5)),
    "euc-kr": ("cp949", _double("cp949", range(0xB0, 0xC9), 2350)),
}


WIDER: Final = {name: codec for name, (codec, _) in _DOUBLE.items()}
"""Which codec of Python reads all that is called by a name."""


@dataclass(frozen=True)
class Charset:
    """An encoding that was recognised.

    Attributes
    ----------
    name : str
        As a person chooses it.
    codec : str
        As Python knows it.
    second : str
        The next one in probability.
    sure : bool
        Whether the text is at least e**20 times as probable as under the next one.
    """

    name: str
    codec: str
    second: str
    sure: bool


def guess_charset(piece: bytes) -> Charset:
    r"""Recognise the encoding of a text that is not UTF-8; cp1252 where in doubt.

    Parameters
    ----------
    piece : bytes
        From the beginning of a line on, with some bytes above 127 in it.

    Examples
    --------
    >>> guess_charset("ночь,число\nвьюга,9\n".encode("koi8-r")).name
    'koi8-r'
    >>> guess_charset("naam,plaats\nJosé,Málaga\n".encode("cp1252")).name
    'cp1252'
    """  # noqa: RUF002
    scores: dict[str, float] = {}
    for name, known in _SINGLE.items():
        text = _decoded(piece, name)
        if text is None and name == "cp1252":
            text = piece.decode("latin-1")
        if text is not None:
            scores[name] = _weigh_single(text, known)
    for name, (codec, weigh) in _DOUBLE.items():
        text = _decoded(piece, codec)
        if text is not None:
            scores[name] = _weigh(text, weigh)
    for name in scores:
        scores[name] -= 0.0 if name == "cp1252" else _PRIOR
    ordered = sorted(scores, key=lambda name: -scores[name]) or ["latin-1"]
    first, second = ordered[0], (ordered[1:] or ["latin-1"])[0]
    codec = _DOUBLE[first][0] if first in _DOUBLE else first
    sure = scores.get(first, 0.0) - scores.get(second, -1e9) > 20
    return Charset(first, codec, second, sure)


def _decoded(piece: bytes, codec: str) -> str | None:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        return decoder.decode(piece)
    except UnicodeDecodeError:
        return None


def _weigh_single(text: str, known: Mapping[str, float]) -> float:
    def weigh(letter: str) -> float:
        return known.get(letter, _RARE_HERE if letter.isalpha() else _FOREIGN)

    priced = len(_PRICED.findall(text))
    odd = len(_MIXED.findall(text)) + len(_INSIDE.findall(text))
    raised = len(_RAISED.findall(text))
    return _weigh(text, weigh) - 5 * odd - 3 * raised + _PRICE * priced


def _weigh(text: str, weigh: Callable[[str], float]) -> float:
    return sum(
        count * (_ASCII if letter < "\x80" else weigh(letter))
        for letter, count in Counter(text).items()
    )
