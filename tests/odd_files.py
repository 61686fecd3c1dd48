"""Odd files in the manner of public collections, each with the table that is in it.

Titles, notes, units, several rows of names, second tables, comments, foreign ends and
quotes: what offices, instruments and programs write around and between rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

NAMES = ("station", "day", "temp", "rain")
ROWS = tuple(
    (name, f"2024-03-{10 + i}", f"{4 + i * 0.7:.1f}", str((i * 37) % 90 + 10))
    for i, name in enumerate(
        ["Bergen", "Oslo", "Malmö", "Åre", "Turku", "Vaasa", "Oulu", "Gävle", "Lund"]
    )
)
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class OddFile:
    """A file, and what is right to read from it.

    Attributes
    ----------
    title : str
    content : bytes
    names : tuple of str or None
        None where the file names no columns.
    rows : tuple of tuples of str
    sayable : bool
        Whether nobody can be certain: that it is said so is as good.
    """

    title: str
    content: bytes
    names: tuple[str, ...] | None = NAMES
    rows: Rows = ROWS
    sayable: bool = False


def line(cells: tuple[str, ...], mark: str = ",") -> str:
    """Return one row as it is written without quotes."""
    return mark.join(cells) + "\n"


def lines(rows: Rows, mark: str = ",") -> str:
    """Return rows as they are written without quotes."""
    return "".join(line(row, mark) for row in rows)


BODY = lines(ROWS)
HEAD = line(NAMES)
BASE = HEAD + BODY


def files() -> list[OddFile]:
    """Return all odd files."""
    families = (
        _above(), _naming(), _below(), _between(), _quoted(), _encoded(), _several(),
        _printed(), _short(),
    )  # fmt: skip
    return [file for family in families for file in family]


def _file(title: str, text: str, *rest: object, **known: object) -> OddFile:
    return OddFile(title, text.encode(), *rest, **known)  # type: ignore[arg-type]


def _above() -> Iterator[OddFile]:
    titles = {
        "one title": "Weather of the north\n",
        "title and blank line": "Weather of the north\n\n",
        "title with a comma": "Weather of the north, spring\n\n",
        "title wider than the table": "Log by X, Friday, March 1, 2024, v2\n",
        "title as wide with blanks": "Weather of the north,,,\n,,,\n",
        "title and subtitle padded": "Weather,,,\nby station,,,\n,,,\n",
        "lines of one key and value": "Owner: us\nUnit: mm\nMade: 2024-04-01\n\n",
        "pairs of keys and values": "Owner,us\nUnit,mm\nMade,2024-04-01\n\n",
        "comments of number signs": "# weather\n# by us, the owners\n# free to use\n",
        "comments with delimiters": "# a, b, c, d\n# e, f, g, h\n#\n",
        "comments of per cent": "% weather\n% by us\n",
        "comments of semicolons": "; weather\n; by us\n",
        "many comments": "".join(f"# line {i}, of the preface\n" for i in range(30)),
        "blank lines": "\n\n\n",
        "rows of delimiters": ",,,\n,,,\n",
        "line of dashes": "Weather\n-------\n",
    }
    for title, text in titles.items():
        yield _file(f"{title} above", text + BASE)
    preface = "".join(f"remark {i}\n" for i in range(25)) + "\n"
    yield _file("preface longer than the table", preface + BASE, sayable=True)
    yield _file("names in the last comment", "# weather\n# by us\n#" + BASE,
                ("#station", *NAMES[1:]))  # fmt: skip
    wide = "Created as a set, by me, on a Monday\nwave,signal\n"
    spectrum = tuple((str(400 + i), f"{i * 0.13:.3f}") for i in range(20))
    yield _file("title of three cells over two columns", wide + lines(spectrum),
                ("wave", "signal"), spectrum)  # fmt: skip


def _naming() -> Iterator[OddFile]:
    units = ("", "date", "degC", "mm")
    yield _file("units under the names", HEAD + line(units) + BODY)
    full = ("name", "ISO 8601", "C", "mm")
    long = ("Station", "Day of it", "Temperature", "Rain fall")
    yield _file("three rows of names", HEAD + line(full) + line(long) + BODY)
    groups = ("", "", "measured", "")
    yield _file("groups over the names", line(groups) + BASE)
    twice = ("", "", "A", "", "B", "")
    inner = ("place", "day", "min", "max", "min", "max")
    rows = tuple((*row, str(i), str(i + 1)) for i, row in enumerate(ROWS))
    yield _file("groups over repeated names", line(twice) + line(inner) + lines(rows),
                ("place", "day", "min", "max", "min_2", "max_2"), rows)  # fmt: skip
    upper, lower = ("station", "day", "weather", ""), ("", "", "temp", "rain")
    yield _file("names in two rows that fill each other",
                line(upper) + line(lower) + BODY,
                ("station", "day", "weather", "rain"), sayable=True)  # fmt: skip
    steps = ("n", "0.001", "0.005", "0.01")
    grid = tuple((str(i), f"{i * 0.1:.2f}", str(i), str(i * 2)) for i in range(1, 12))
    yield _file("numbers as names behind a word", line(steps) + lines(grid),
                steps, grid)  # fmt: skip
    flags = ("id", "10022", "10025", "10047")
    states = tuple((f"id{i}", "TRUE", "FALSE", "TRUE") for i in range(1, 4))
    yield _file("numbers as names over words", line(flags) + lines(states),
                flags, states)  # fmt: skip
    rising = ("", "1985", "1993", "2000")
    yield _file("years behind an empty cell", line(rising) + lines(_counts()),
                ("column_1", *rising[1:]), _counts())  # fmt: skip
    years = ("country", "2019", "2020", "2021")
    yield _file("years as names", line(years) + lines(_counts()), years, _counts())
    yield _file("delimiter too many before the names", "," + BASE)
    yield _file("quote too many in the names", '"' + BASE)
    yield _file("names parted by semicolons", line(NAMES, ";") + BODY)
    yield _file("names in quotes", '"station","day","temp","rain"\n' + BODY)
    yield _file("delimiter behind each row", HEAD + BODY.replace("\n", ",\n"))
    yield _file("no names", BODY, None)
    numbered = tuple((str(i + 1), *row) for i, row in enumerate(ROWS))
    yield _file("row numbers without a name", HEAD + lines(numbered),
                ("column_1", *NAMES), numbered)  # fmt: skip
    more = (*NAMES, "remark", "by")
    padded = tuple((*row, "", "") for row in ROWS)
    yield _file("more names than any row has values", line(more) + BODY,
                more, padded)  # fmt: skip


def _counts() -> Rows:
    return tuple(
        (f"Land {c}", str(30 + i), str(50 + 3 * i), str(70 + 7 * i))
        for i, c in enumerate("ABCDEFGHIJ")
    )


def _below() -> Iterator[OddFile]:
    notes = {
        "120 rows of delimiters": ",,,\n" * 120,
        "one note": "\nSource: the weather office\n",
        "padded note": ",,,\nSource: the weather office,,,\n",
        "count of rows": "\n(9 rows affected)\n",
        "end of DOS": "\x1a",
        "blank lines": "\n\n\n",
        "several notes": "\n* provisional\n** corrected\nSource: us\n",
        "end marker": "EOF\n",
    }
    for title, text in notes.items():
        yield _file(f"{title} below", BASE + text)
    total = ("Total", "", "61.2", "400")
    yield _file("total below", BASE + line(total), NAMES, (*ROWS, total), sayable=True)


def _between() -> Iterator[OddFile]:
    half = len(ROWS) // 2
    first, last = lines(ROWS[:half]), lines(ROWS[half:])
    yield _file("names again", HEAD + first + HEAD + last)
    yield _file("blank lines between rows", BASE.replace("\n", "\n\n"))
    remarked = "".join(f"# row {i}\n{line(row)}" for i, row in enumerate(ROWS))
    yield _file("a comment above each row", HEAD + remarked)
    yield _file("comment between rows", HEAD + first + "# pause\n" + last)
    yield _file("section between rows", HEAD + first + "South\n" + last)
    yield _file("short row", HEAD + first + "Tromsø,2024-03-30\n" + last)
    yield _file("long row", HEAD + first + "a,b,c,d,e,f\n" + last)
    yield _file("mixed line ends", HEAD + first.replace("\n", "\r\n") + last)
    yield _file("line ends of old Macs", BASE.replace("\n", "\r"))
    for mark in (";", "\t", "|", "^", "~", "::", "\x01"):
        yield _file(f"parted by {mark!r}", lines((NAMES, *ROWS), mark))
    yield _file("comma and blank", lines((NAMES, *ROWS), ", "))
    yield _file("sep line", "sep=;\n" + lines((NAMES, *ROWS), ";"))
    aligned = "".join(
        "".join(f"{cell:<14}" for cell in row).rstrip() + "\n" for row in (NAMES, *ROWS)
    )
    yield _file("columns lined up by blanks", aligned)
    labels = ("code", "label")
    listed = tuple(
        (f"HC{i:02d}", f"Total; Estimate; Group {i}; All persons") for i in range(14)
    )
    yield _file("semicolons in the sentences of a comma file",
                lines((labels, *listed)), labels, listed)  # fmt: skip
    shapes = ("id", "shape")
    points = tuple((str(i), f"LINE({i} 2, {i} 3, 4 {i})") for i in range(11))
    yield _file("commas in the shapes of a semicolon file",
                lines((shapes, *points), ";"), shapes, points)  # fmt: skip
    letters = tuple((str(i), "ILVDE"[i % 5] + ";") for i in range(30))
    yield _file("semicolon at the end of each row", lines(letters), None, letters)


def _quoted() -> Iterator[OddFile]:
    def written(quote: str, mark: str = ",") -> str:
        rows = ([f"{quote}{c}{quote}" for c in row] for row in (NAMES, *ROWS))
        return "".join(mark.join(row) + "\n" for row in rows)

    yield _file("all in quotes", written('"'))
    yield _file("all in single quotes", written("'"))
    yield _file("quotes and semicolons", written('"', ";"))
    yield _file("each line in quotes", "".join(f'"{x}"\n' for x in BASE.splitlines()))
    amounts = tuple((f"{i},{i}00",) for i in range(1, 9))
    column = '"amount"\n' + "".join(f'"{row[0]}"\n' for row in amounts)
    yield _file("one quoted column with commas", column, ("amount",), amounts)
    inches = tuple((f"p{i}", f'{i}" pipe', str(i * 3)) for i in range(1, 9))
    yield _file("inches", lines((("id", "part", "n"), *inches)),
                ("id", "part", "n"), inches)  # fmt: skip
    talks = tuple((str(i), f"said {i},\nthen left", "x") for i in range(1, 9))
    text = "id,talk,by\n" + "".join(f'{a},"{b}",{c}\n' for a, b, c in talks)
    yield _file("line ends in quotes", text, ("id", "talk", "by"), talks)
    open_one = BASE.replace("Turku", '"Turku')
    yield _file("a quote never closed", open_one, sayable=True)
    escaped = text.replace("said", 'said \\"so\\"')
    told = tuple((a, b.replace("said", 'said "so"'), c) for a, b, c in talks)
    yield _file("quotes behind backslashes", escaped, ("id", "talk", "by"), told)


def _encoded() -> Iterator[OddFile]:
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252",
                     "latin-1"):  # fmt: skip
        yield OddFile(f"written in {encoding}", BASE.encode(encoding))
    prices = tuple((f"Item {i}", f"£{i * 517}") for i in range(1, 12))
    text = lines((("what", "price"), *prices))
    yield OddFile("pounds in cp1252", text.encode("cp1252"), ("what", "price"), prices)
    towns = tuple((t, str(i)) for i, t in enumerate(["Łódź", "Kraków", "Gdańsk"] * 4))
    yield OddFile("Polish in cp1250", lines((("miasto", "n"), *towns)).encode("cp1250"),
                  ("miasto", "n"), towns)  # fmt: skip
    nuls = BASE.replace("Oslo", "Os\x00lo")
    yield _file("a zero byte", nuls)


def _several() -> Iterator[OddFile]:
    other = ("river", "length", "depth", "flow")
    rows = tuple((f"River {i}", str(i * 50), str(i), str(i * 9)) for i in range(1, 8))
    yield _file("a second table of one width", BASE + lines((other, *rows)))
    yield _file(
        "a second table behind a blank line", BASE + "\n" + lines((other, *rows))
    )
    short = tuple(row[:3] for row in (other, *rows))
    yield _file("a narrower second table", BASE + "\n" + lines(short))
    wide = tuple((*row, "x", "y") for row in (other, *rows[:5]))
    yield _file("a wider second table", BASE + "\n" + lines(wide))
    dump = "# Dump of groups\n# version 130\n\n# GROUPS\n"
    yield _file("sections of a dump", dump + BASE + "\n# RIVERS\n" + lines(short))


def _printed() -> Iterator[OddFile]:
    widths = (8, 12, 6, 6)

    def row(cells: tuple[str, ...]) -> str:
        return " | ".join(f"{c:<{w}}" for c, w in zip(cells, widths, strict=True))

    rule = "-+-".join("-" * w for w in widths)
    body = "\n".join(map(row, ROWS))
    yield _file("printed by psql", f"{row(NAMES)}\n{rule}\n{body}\n(9 rows)\n")
    bars = "\n".join(f"| {row(cells)} |" for cells in ROWS)
    ruled = "|".join("-" * (w + 2) for w in widths)
    yield _file("Markdown", f"| {row(NAMES)} |\n|{ruled}|\n{bars}\n")
    border = "+" + "+".join("-" * (w + 2) for w in widths) + "+"
    boxed = "\n".join([border, f"| {row(NAMES)} |", border, bars, border, ""])
    yield _file("printed by MySQL", boxed)
    grid = "".join(f"| {row(cells)} |\n{border}\n" for cells in ROWS)
    double = border.replace("-", "=")
    yield _file("drawn grid", f"{border}\n| {row(NAMES)} |\n{double}\n{grid}")
    prose = (
        "It rained, and we stayed in. The next day, by noon, it stopped; we went out.\n"
        "Nobody had seen such a spring, they said.\n"
        "The river rose, fell, and rose again.\n"
    )
    yield _file("prose", prose * 4, None, (), sayable=True)
    yield _file("settings", "[main]\nname = x\nsize = 3\n[other]\nname = y\n", None, (),
                sayable=True)  # fmt: skip
    log = "".join(f"2024-03-0{i} 10:0{i}:00 INFO started, ok\n" for i in range(1, 9))
    yield _file("log", log, None, (), sayable=True)
    yield _file("XML", "<rows><row a='1'/><row a='2'/></rows>\n", None, (), True)


def _short() -> Iterator[OddFile]:
    yield _file("names and one row", HEAD + lines(ROWS[:1]), NAMES, ROWS[:1])
    yield _file("names alone", HEAD, NAMES, (), sayable=True)
    yield _file("one word", "hello\n", None, (), sayable=True)
    words = (("dog", "woof"), ("cat", "meow"), ("cow", "moo"))
    yield _file("words only", lines(words), None, words, sayable=True)
    yield _file("no line end", BASE.rstrip("\n"))
