"""A file's columns beside those of a model: what fits, what is called otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.data.schema import Schema
from core.serving.batch import propose_mapping
from core.wording import counted
from pages.shared.frame import md

_MOST_NAMES = 12
_MOST_ASKED = 40


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


def match_columns(
    schema: Schema, names: Sequence[str], mapping: Mapping[str, str] | None = None
) -> ColumnMatch:
    """Compare a file's columns with those a model was trained on.

    Parameters
    ----------
    schema : Schema
    names : sequence of str
        Of the file.
    mapping : mapping of str to str, default=None
        Name in the file to name in the model, where they differ.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"age": [1.5], "fee": [2.5]}))
    >>> match_columns(schema, ["age", "Fee", "id"], {"Fee": "fee"})
    ColumnMatch(found=('age', 'fee'), missing=(), extra=('id',))
    """
    mapping = mapping or {}
    ours = {mapping.get(name, name) for name in names}
    return ColumnMatch(
        found=tuple(name for name in schema.names if name in ours),
        missing=tuple(name for name in schema.names if name not in ours),
        extra=tuple(n for n in names if n not in schema and n not in mapping),
    )


def ask_mapping(schema: Schema, names: Sequence[str], key: str) -> dict[str, str]:
    """Ask which columns of the file stand for those of the model that it lacks."""
    plain = match_columns(schema, names)
    if not plain.missing or not plain.extra:
        return {}
    proposed = {ours: theirs for theirs, ours in propose_mapping(
        schema.names, names).items()}  # fmt: skip
    title = f"Columns under other names: {len(proposed):,} recognised"
    mapping: dict[str, str] = {}
    with st.expander(title, expanded=bool(proposed), icon=":material/swap_horiz:"):
        st.caption("On the left what the model looks at, in the box what you call it.")
        with st.grid(2, min_column_width=220):
            for ours in plain.missing[:_MOST_ASKED]:
                theirs = proposed.get(ours)
                chosen = st.selectbox(
                    md(ours),
                    plain.extra,
                    index=None if theirs is None else plain.extra.index(theirs),
                    placeholder="Not in the file",
                    key=f"{key}-{ours}",
                )
                if chosen is not None:
                    mapping[chosen] = ours
    return mapping


def show_match(match: ColumnMatch, n_refused: int) -> None:
    """Say what is missing and what is not used; stop where nothing fits."""
    if not match.found:
        st.error(
            f"The file has none of the model's columns: {_names(match.missing)}."
            "\n\n**Next step:** check the first line of the file, or say above which "
            "column stands for which.",
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


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(md(name) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
