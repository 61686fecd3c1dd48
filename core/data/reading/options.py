"""How a file is to be read, as far as a person says so."""

from dataclasses import dataclass
from typing import Any, Literal

from core.errors import DataError

Format = Literal["csv", "json", "json lines", "parquet", "excel"]


@dataclass(frozen=True)
class ReadOptions:
    """What is known about a file; None where it is to be found out.

    Attributes
    ----------
    as_text : bool, default False
        Keep every cell as it was written, without types and missing values.
    format : {"csv", "json", "json lines", "parquet", "excel"}
        "csv" reads any text as a table, whatever it looks like.
    encoding, delimiter, quote : str
        A quote of "" means that there is none.
    header : bool
        Whether the first row names the columns.
    skip_lines : int
        Lines before the table.
    decimal : {".", ","}
        The decimal sign where numbers could be read with either.
    day_first : bool
        Whether dates that could be read either way begin with the day.
    sheet : str
        Of a workbook; the file in an archive; the key that holds the records of JSON.
    total_row : bool
        Whether a last row that calls itself a total is a row of the table.
    max_rows, max_columns : int
        A larger table is refused.
    """

    as_text: bool = False
    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header: bool | None = None
    skip_lines: int | None = None
    decimal: str | None = None
    day_first: bool | None = None
    sheet: str | None = None
    total_row: bool | None = None
    max_rows: int | None = None
    max_columns: int | None = None

    def __post_init__(self) -> None:
        for mark, what in ((self.delimiter, "delimiter"), (self.quote, "quote")):
            if mark is not None and (len(mark) > 1 or mark in ("\n", "\r", "\x00")):
                raise DataError(
                    f"The {what} {mark!r} is not one character.",
                    hint="Give one character, such as a comma.",
                )
        if self.delimiter is not None and self.delimiter == (self.quote or '"'):
            raise DataError(
                "The same character cannot stand between values and around them.",
                hint="Choose another delimiter or another quote.",
            )
        if self.decimal not in (None, ".", ","):
            raise DataError(
                f"The decimal sign {self.decimal!r} is unknown.", hint="Use . or ,"
            )
        if self.skip_lines is not None and self.skip_lines < 0:
            raise DataError("Fewer than no lines cannot be skipped.", hint="Use 0.")

    @property
    def said(self) -> dict[str, Any]:
        """What is known about the file, without limits."""
        limits = ("max_rows", "max_columns", "as_text")
        return {
            name: value
            for name, value in vars(self).items()
            if value is not None and name not in limits
        }

    def check_size(self, n_rows: int, n_columns: int) -> None:
        """Refuse an empty table, and one that is larger than allowed.

        Raises
        ------
        DataError
        """
        if not n_rows or not n_columns:
            raise DataError(
                "The table has no rows below its header.",
                hint="Bring a table with at least a few rows.",
            )
        counts = (
            (n_rows, self.max_rows, "rows"),
            (n_columns, self.max_columns, "columns"),
        )
        for count, limit, what in counts:
            if limit is not None and count > limit:
                raise DataError(
                    f"The table has {count:,} {what}; at most {limit:,} are taken.",
                    hint=f"Bring fewer {what}, or raise RONDO_MAX_{what.upper()}.",
                )
