"""Tables written in many dialects, each with the table that its author meant.

`CASES` is made when asked for; nothing of it is stored. A case says what every cell
is as text, and how many rows may be refused (they must be reported).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

Rows = tuple[tuple[str, ...], ...]

PEOPLE = (
    ("name", "age", "city", "joined", "balance"),
    tuple(
        (who, str(23 + 7 * i), city, f"2024-{1 + i:02d}-{10 + i}", f"{i * 13.7:.2f}")
        for i, (who, city) in enumerate(
            itertools.product(
                ["Ann", "Björn", "Chloé", "Dai"], ["Oslo", "New York", "Köln"]
            )
        )
    ),
)  # fmt: skip
NUMBERS = (
    ("x", "y", "z"),
    tuple((str(i), f"{i * 0.37:.3f}", str((i * 7919) % 100)) for i in range(14)),
)
WORDS = (
    ("animal", "sound", "home"),
    (
        ("dog", "woof", "kennel"), ("cat", "meow", "sofa"), ("cow", "moo", "stable"),
        ("hen", "cluck", "coop"), ("pig", "oink", "sty"), ("bee", "buzz", "hive"),
    ),
)  # fmt: skip
PRICES = (
    ("Artikel", "Preis", "Menge"),
    tuple(
        (f"Teil {i}", f"{1 + i}.{100 + i * 37},{10 + i}", str(i * 3)) for i in range(9)
    ),
)  # fmt: skip
NOTES = (
    ("id", "note", "score"),
    (
        ("1", "plain", "3.5"), ("2", "with, comma; and | bar", "4.0"),
        ("3", 'says "hi"', "1.25"), ("4", "it's fine", "2.5"), ("5", "", "0.5"),
        ("6", "two\nlines", "9.75"), ("7", "tab\there", "3.0"), ("8", "end", "4.5"),
    ),
)  # fmt: skip
TIMES = (
    ("when", "sensor", "reading"),
    tuple(
        (f"2024-03-{1 + i:02d} 10:{i:02d}:00", f"S{i % 3}", f"{20 + i / 4}")
        for i in range(10)
    ),
)  # fmt: skip
SPARSE = (
    ("key", "a", "b", "c"),
    tuple(
        (f"k{i}", str(i) if i % 2 else "", "" if i % 3 else "x", "") for i in range(12)
    ),
)  # fmt: skip
TABLES = {
    "people": PEOPLE, "numbers": NUMBERS, "words": WORDS, "prices": PRICES,
    "notes": NOTES, "times": TIMES, "sparse": SPARSE,
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """How a table is written."""

    delimiter: str = ","
    quote: str = '"'
    quoting: str = "minimal"
    escape: str = ""
    end: str = "\n"
    header: bool = True
    encoding: str = "utf-8"
    before: str = ""
    after: str = ""
    last_end: bool = True

    def cell(self, value: str) -> str:
        special = (self.delimiter, self.quote, "\n", "\r")
        needed = any(mark and mark in value for mark in special)
        if self.quoting == "none" or (self.quoting == "minimal" and not needed):
            return value
        inside = self.escape + self.quote if self.escape else self.quote * 2
        return self.quote + value.replace(self.quote, inside) + self.quote

    def line(self, cells: Sequence[str]) -> str:
        return self.delimiter.join(self.cell(cell) for cell in cells)

    def text(self, names: Sequence[str], rows: Rows) -> str:
        lines = [self.line(row) for row in ((names, *rows) if self.header else rows)]
        body = self.end.join(lines) + (self.end if self.last_end else "")
        return self.before + body + self.after


@dataclass(frozen=True)
class Case:
    """A file, and the table that its author meant.

    Attributes
    ----------
    names : tuple of str, or None
        None where the file has no header.
    n_refused : int
        Rows that are no part of the table.
    """

    title: str
    content: bytes = field(repr=False)
    names: tuple[str, ...] | None
    rows: Rows
    n_refused: int = 0


def written(title: str, table: tuple, how: Written, **changes) -> Case:
    names, rows = table
    content = how.text(names, rows).encode(how.encoding, errors="replace")
    case = Case(title, content, names if how.header else None, rows)
    return replace(case, **changes)


def _delimiters() -> Iterator[Case]:
    for name, mark in itertools.product(TABLES, ",;\t|:~^"):
        if mark == ":" and name == "times":
            continue
        how = Written(mark)
        yield written(f"{name} between {mark!r}", TABLES[name], how)
    for name in ("people", "numbers", "words", "notes"):
        for quoting, quote in itertools.product(("all", "minimal"), "\"'"):
            how = Written(";", quote, quoting, end="\r\n")
            yield written(f"{name} {quoting} in {quote}", TABLES[name], how)
        how = Written(",", quoting="all", escape="\\")
        yield written(f"{name} with backslashes", TABLES[name], how)
    for name in ("people", "numbers", "words"):
        yield written(
            f"{name} between blanks", TABLES[name], Written(" ", quoting="minimal")
        )
        yield written(f"{name} without last end", TABLES[name], Written(last_end=False))
        yield written(f"{name} with old Mac ends", TABLES[name], Written(end="\r"))


def _headless() -> Iterator[Case]:
    for name, mark in itertools.product(
        ("people", "numbers", "times", "prices"), ",;\t|"
    ):
        yield written(
            f"{name} headless {mark!r}", TABLES[name], Written(mark, header=False)
        )


def _encodings() -> Iterator[Case]:
    for encoding in (
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "cp1252",
        "latin-1",
    ):
        for mark in ",;\t":
            yield written(
                f"people in {encoding} {mark!r}",
                PEOPLE,
                Written(mark, encoding=encoding),
            )


BEFORE = {
    "a title": "Members of the club\n",
    "a title and a blank line": "Members of the club\n\n",
    "comments": "# made by export 1.2\n# on 2024-05-01\n",
    "a title with a comma": "Members, sorted by name\nas of May\n\n",
    "keys and values": "Source: office\nDate: 2024-05-01\nUnit: EUR\n",
    "padded title": "Members of the club,,,,\n,,,,\n",
    "percent comments": "% made by a machine\n% version 3\n",
    "slashes": "// made by a machine\n",
    "a sep line": "sep=,\n",
    "blank lines": "\n\n\n",
}  # fmt: skip
AFTER = {
    "a source": ("Source: the office\n", 1),
    "a blank and a note": ("\nMade on 2024-05-01 by the office\n", 1),
    "blank lines": ("\n\n\n", 0),
    "comments": ("# end of file\n", 1),
}


def _around() -> Iterator[Case]:
    for name, (what, before) in itertools.product(("people", "words"), BEFORE.items()):
        if name == "words" and what == "padded title":
            before = before.replace(",,,,", ",,")
        yield written(f"{name} below {what}", TABLES[name], Written(before=before))
    for name, what in itertools.product(("people", "words", "numbers"), AFTER):
        after, n_refused = AFTER[what]
        yield written(
            f"{name} above {what}",
            TABLES[name],
            Written(after=after),
            n_refused=n_refused,
        )
    names, rows = NUMBERS
    total = (*rows, ("Total", "33.67", "650"))
    yield written("numbers with a total", (names, total), Written())


def _without(rows: Rows, position: int) -> Rows:
    return rows[:position] + rows[position + 1 :]


def _ragged() -> Iterator[Case]:
    names, rows = PEOPLE
    for mark in ",;\t":
        lines = Written(mark).text(names, rows).splitlines(keepends=True)
        long, short = lines.copy(), lines.copy()
        long[4] = long[4].rstrip("\n") + f"{mark}extra{mark}more\n"
        short[6] = mark.join(short[6].split(mark)[:2]) + "\n"
        yield Case(
            f"one long row {mark!r}",
            "".join(long).encode(),
            names,
            _without(rows, 3),
            1,
        )
        yield Case(
            f"one short row {mark!r}",
            "".join(short).encode(),
            names,
            _without(rows, 5),
            1,
        )
        cut = [mark.join(cells).rstrip(mark) for cells in SPARSE[1]]
        text = "\n".join([mark.join(SPARSE[0]), *cut]) + "\n"
        yield Case(f"empty ends left out {mark!r}", text.encode(), *SPARSE)
        ended = [line.rstrip("\n") + mark + "\n" for line in lines]
        yield Case(f"{mark!r} at every end", "".join(ended).encode(), names, rows)
        most = [lines[0], *ended[1:]]
        yield Case(f"{mark!r} at the end of rows", "".join(most).encode(), names, rows)
        blank = "\n".join(lines)
        yield Case(f"blank lines between {mark!r}", blank.encode(), names, rows)
        mixed = "".join(
            line.replace("\n", "\r\n") if i % 2 else line
            for i, line in enumerate(lines)
        )
        yield Case(f"mixed ends {mark!r}", mixed.encode(), names, rows)
        zeros = "".join(lines).replace("Oslo", "Os\x00lo")
        yield Case(f"zero bytes {mark!r}", zeros.encode(), names, rows)
        named = mark.join(names[1:]) + "\n" + "".join(lines[1:])
        yield Case(
            f"row names {mark!r}", named.encode(), ("column_1", *names[1:]), rows
        )
        spaced = "".join(lines).replace(mark, mark + " ")
        yield Case(f"a blank behind {mark!r}", spaced.encode(), names, rows)


def _columns(widths: Sequence[int], table: tuple, right: bool) -> str:
    lines = []
    for row in (table[0], *table[1]):
        cells = [
            c.rjust(w) if right else c.ljust(w)
            for c, w in zip(row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def _fixed() -> Iterator[Case]:
    for name, right in itertools.product(
        ("people", "numbers", "words", "sparse"), (False, True)
    ):
        names, rows = TABLES[name]
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        text = _columns(widths, TABLES[name], right)
        meant = (names, rows)
        if name == "sparse":
            continue
        yield Case(
            f"{name} in fixed columns{' to the right' * right}", text.encode(), *meant
        )
        title = f"Table of {name}\n\n" + text
        yield Case(f"{name} titled, in fixed columns{right}", title.encode(), *meant)


def _shapes() -> Iterator[Case]:
    one = tuple((str(i * i),) for i in range(12))
    yield written("one column of numbers", (("square",), one), Written())
    prose = tuple((f"sentence {i}, with a comma",) for i in range(8))
    yield written("one column of prose", (("text",), prose), Written(quoting="all"))
    words = tuple((w,) for w in ("alpha", "beta", "gamma", "delta", "eps"))
    yield written("one column of words", (("word",), words), Written())
    names = tuple(f"c{i}" for i in range(700))
    wide = tuple(tuple(str((i * j) % 89) for i in range(700)) for j in range(12))
    yield written("700 columns", (names, wide), Written())
    long = tuple((str(i), "long " * 20_000, "z") for i in range(6))
    yield written("very long cells", (("a", "b", "c"), long), Written())
    for mark in ",;\t":
        yield written(f"one row {mark!r}", (PEOPLE[0], PEOPLE[1][:1]), Written(mark))
        yield written(f"two rows {mark!r}", (WORDS[0], WORDS[1][:2]), Written(mark))
        two = tuple((f"k{i}", f"word {i}") for i in range(9))
        yield written(f"two columns {mark!r}", (("key", "value"), two), Written(mark))
        years = ("country", "2019", "2020", "2021")
        grid = tuple(
            (c, *(str(i * n) for n in (3, 5, 7)))
            for i, c in enumerate(("NO", "DE", "FR", "UK", "US"))
        )
        yield written(f"years as names {mark!r}", (years, grid), Written(mark))
        urls = tuple(
            (str(i), f"http://a.org/?q={i}&r=1:2", f"{i}:30") for i in range(8)
        )
        yield written(f"addresses {mark!r}", (("n", "url", "at"), urls), Written(mark))
        lists = tuple((f"k{i}", f"a{i} b{i} c{i}", f"[{i}/1]") for i in range(8))
        yield written(
            f"lists in cells {mark!r}", (("k", "tags", "v"), lists), Written(mark)
        )
        euro = tuple((f"n{i}", f"{i},5{i}", f"{i * 2},25") for i in range(9))
        yield written(
            f"decimal commas {mark!r}", (("n", "a", "b"), euro), Written(mark)
        )
        stray = tuple((f"{i}", f'{5 + i}" pipe', "ok") for i in range(8))
        if mark != ",":
            yield written(
                f"inches {mark!r}",
                (("n", "size", "s"), stray),
                Written(mark, quoting="none"),
            )


def cases() -> Iterator[Case]:
    """Yield every case."""
    for family in (
        _delimiters,
        _headless,
        _encodings,
        _around,
        _ragged,
        _fixed,
        _shapes,
    ):
        yield from family()
