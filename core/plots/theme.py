"""The one look of all charts.

Streamlit paints fonts, background, grid and the colourway of a figure in the
light or dark mode of the browser. So a chart sets none of these; where a colour
carries a meaning, it takes one of the four below, each of which keeps a contrast
of at least 3:1 on both backgrounds.
"""

from dataclasses import dataclass

import plotly.graph_objects as go

GOOD = "#1f8f5f"
BAD = "#d4572a"
WARN = "#b8860b"
NEUTRAL = "#7d8590"

MAX_POINTS = 2_000
"""Most points drawn one by one; beyond that a chart draws an aggregate."""


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure with the words that belong to it.

    Attributes
    ----------
    figure : plotly.graph_objects.Figure
    alt : str
        What the chart shows, with its main figures, for those who hear it.
    reading : str
        How to read it, in one sentence.
    """

    figure: go.Figure
    alt: str
    reading: str


def new_figure(*, x: str = "", y: str = "", height: int = 320) -> go.Figure:
    """Return an empty figure in the common style.

    Parameters
    ----------
    x, y : str, default=""
        Axis titles; escape names from outside with `text`.
    height : int, default=320
        Height in pixels.

    Examples
    --------
    >>> new_figure(x="Age").layout.xaxis.title.text
    'Age'
    """
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
        bargap=0.06,
        barcornerradius=2,
        dragmode=False,
    )
    figure.update_xaxes(title_text=x, automargin=True, zeroline=False)
    figure.update_yaxes(title_text=y, automargin=True, zeroline=False)
    return figure


def text(value: object) -> str:
    """Return a name as Plotly shall show it: literally.

    Examples
    --------
    >>> text("<b>a</b>")
    '&lt;b>a&lt;/b>'
    """
    return str(value).replace("&", "&amp;").replace("<", "&lt;").replace("$", "&#36;")


def window_name(label: str) -> str:
    """Return a window's name for an axis: its first and last moment in two lines.

    Examples
    --------
    >>> window_name("2026-03"), window_name("1 · 2026-03-02 09:00 to 17:30")
    ('2026-03', '1 · 2026-03-02 09:00<br>to 17:30')
    """
    return text(label).replace(" to ", "<br>to ")


def short(value: object, length: int = 28) -> str:
    """Return a name cut to `length` characters, then escaped as in `text`.

    Examples
    --------
    >>> short("a very long name of a column indeed", 12)
    'a very long…'
    """
    plain = " ".join(str(value).split())
    return text(plain if len(plain) <= length else plain[: length - 1] + "…")
