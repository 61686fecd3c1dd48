"""A whole file of rows: read, matched with the model's columns, answered, kept."""

import re
from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd
import streamlit as st

from core.data import Table, read_table
from core.data.schema import Schema
from core.errors import ServingError
from core.serving import Service
from core.serving.batch import neutralise_formulas, score_table
from core.wording import counted
from pages.shared.frame import md, stop_on_error
from pages.shared.state import forget, recall, remember, workspace

MOST_ROWS = 200_000
_N_SHOWN = 8
_MOST_NAMES = 12
_TYPES = ["csv", "tsv", "txt", "gz", "zip", "parquet", "xlsx"]


@dataclass(frozen=True)
class ColumnMatch:
    """How the columns of a file fit those of a model.

    Attributes
    ----------
    found, missing : tuple of str
        Columns of the model that the file has, and has not.
    extra : tuple of str
        Columns of the file that the model does not look at.
    """

    found: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def match_columns(schema: Schema, frame: pd.DataFrame) -> ColumnMatch:
    """Compare a file's columns with those a model was trained on.

    Examples
    --------
    >>> from core.data import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"age": [1.5], "fee": [2.5]}))
    >>> match_columns(schema, pd.DataFrame({"age": [3.0], "id": ["a"]}))
    ColumnMatch(found=('age',), missing=('fee',), extra=('id',))
    """
    names = [str(name) for name in frame.columns]
    return ColumnMatch(
        found=tuple(name for name in schema.names if name in names),
        missing=tuple(name for name in schema.names if name not in names),
        extra=tuple(name for name in names if name not in schema),
    )


@dataclass(frozen=True, eq=False)
class ScoredFile:
    """A file whose rows were answered and kept.

    Attributes
    ----------
    upload_id : str
        Of the upload it was made from.
    csv : bytes
        All rows in the order of the file, safe to open in a spreadsheet.
    head : DataFrame of shape (at most 8, n_columns + n_answers)
    n_rows, n_warned : int
        Rows answered; of these, with a warning.
    """

    upload_id: str
    csv: bytes
    head: pd.DataFrame
    n_rows: int
    n_warned: int


def score_whole_file(service: Service) -> None:
    """Show the tab: upload, look, score, download."""
    version = service.version
    uploaded = st.file_uploader(
        "A table with the columns of the model, one row for each answer",
        type=_TYPES,
        key=f"predict-file-{version.project}",
    )
    kept = f"scored-{version.label}"
    if uploaded is None:
        forget(kept)
        return
    with stop_on_error():
        table = _read(uploaded.file_id, uploaded)
        frame = table.frame
        _refuse_too_many(frame)
    _show_match(match_columns(version.schema, frame), len(table.report.refused))
    scored: ScoredFile | None = recall(kept)
    if scored is not None and scored.upload_id == uploaded.file_id:
        _show_scored(scored, uploaded.name, version.number)
        return
    _show_head(frame, "The first rows of the file.")
    if st.button(
        f"Answer {counted('row', len(frame))}",
        type="primary",
        icon=":material/play_arrow:",
    ):
        with stop_on_error(), st.spinner("Answering and keeping every row"):
            remember(kept, _score(service, frame, uploaded.file_id))
        st.rerun()


@st.cache_resource(max_entries=2, scope="session", show_spinner="Reading the file")
def _read(upload_id: str, _uploaded: BinaryIO) -> Table:  # noqa: ARG001
    _uploaded.seek(0)
    return read_table(_uploaded, name=getattr(_uploaded, "name", "table"))


def _refuse_too_many(frame: pd.DataFrame) -> None:
    if len(frame) > MOST_ROWS:
        raise ServingError(
            f"The file has {len(frame):,} rows; this page answers at most "
            f"{MOST_ROWS:,} at once.",
            hint="Split the file, or call the API with a part of the rows at a time.",
        )


def _show_match(match: ColumnMatch, n_refused: int) -> None:
    if not match.found:
        st.error(
            f"The file has none of the model's columns: {_names(match.missing)}."
            "\n\n**Next step:** check the first line of the file.",
            title="Nothing to answer from",
        )
        st.stop()
    if match.missing:
        one = len(match.missing) == 1
        st.warning(
            f"No value is known for {_names(match.missing)}; every answer is less "
            "sure for it.",
            title=f"{len(match.missing):,} of the model's columns "
            f"{'is' if one else 'are'} not in the file",
        )
    said = []
    if match.extra:
        said.append(f"The model does not use {_names(match.extra)}.")
    if n_refused:
        said.append(f"Left out as no rows: {counted('line', n_refused)}.")
    if said:
        st.caption(" ".join(said))


def _show_head(frame: pd.DataFrame, alt: str) -> None:
    head = frame.head(_N_SHOWN)
    config = {
        str(name): st.column_config.DateColumn()
        for name in head.select_dtypes("datetime")
        if _are_days(head[name].dropna())
    }
    st.dataframe(head, hide_index=True, alt=alt, column_config=config)
    st.caption(f"{counted('row', len(frame))}, {counted('column', frame.shape[1])}.")


def _are_days(moments: pd.Series) -> bool:
    return bool((moments == moments.dt.normalize()).all())


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(md(name) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _score(service: Service, frame: pd.DataFrame, upload_id: str) -> ScoredFile:
    """Answer and keep all rows; the answers stand behind the file's own columns."""
    scored = score_table(service, frame, log=workspace().log)
    warned = scored[scored.columns[-2]] != ""
    return ScoredFile(
        upload_id=upload_id,
        csv=neutralise_formulas(scored).to_csv(index=False).encode(),
        head=scored.iloc[:_N_SHOWN, frame.shape[1] :],
        n_rows=len(scored),
        n_warned=int(warned.sum()),
    )


def _show_scored(scored: ScoredFile, file_name: str, version: int) -> None:
    warned = f", {scored.n_warned:,} with a warning" if scored.n_warned else ""
    st.success(
        f"Answered and kept: {counted('row', scored.n_rows)}{warned}.",
        icon=":material/check_circle:",
    )
    st.download_button(
        "Download the answered file",
        scored.csv,
        file_name=f"{answered_name(file_name)}-v{version}.csv",
        mime="text/csv",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
    )
    st.dataframe(scored.head, hide_index=True, alt="The first answers.")
    st.caption("The first answers; in the file they stand behind its own columns.")


def answered_name(file_name: str) -> str:
    """Return a plain name for the answered file, without its ending.

    Examples
    --------
    >>> answered_name("../../May rows.csv.gz"), answered_name("$x$")
    ('May-rows-answered', 'x-answered')
    """
    stem = re.split(r"[\\/]", file_name)[-1].split(".")[0]
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:60]
    return f"{plain or 'rows'}-answered"
