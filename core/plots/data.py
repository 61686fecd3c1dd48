"""Charts of a table: distributions, the target along them, what goes together."""

from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from core.data import Associations, ColumnProfile, Histogram, Relation
from core.plots.brushing import add_cells
from core.plots.theme import BAD, NEUTRAL, Chart, new_figure, short, text
from core.wording import counted, day_text

MOST_BARS = 15
MOST_CELLS = 16
LEAK_POWER = 0.96
_LOW, _NOTHING, _HIGH = "#3b8fc2", "rgba(125, 133, 144, 0.12)", "#d4572a"


def draw_distribution(column: ColumnProfile, target: str | None = None) -> Chart:
    """Draw how often values occur, stacked by class where the target has classes.

    Parameters
    ----------
    column : ColumnProfile
        With a histogram.
    target : str, default=None
        Its name, for the legend.
    """
    histogram = _histogram(column)
    figure = new_figure(x=text(column.name), y="Rows", height=300)
    classes = histogram.by_class or {"": histogram.counts}
    for name, counts in classes.items():
        _add_bars(figure, column, counts, name)
    figure.update_layout(
        barmode="stack",
        showlegend=bool(histogram.by_class),
        bargap=0.02 if histogram.edges else 0.2,
        legend_title_text=short(target) if target else None,
    )
    _name_bins(figure, column)
    return Chart(figure, alt=_distribution_words(column), reading=_reading(column))


def draw_target_along(column: ColumnProfile, target: str) -> Chart:
    """Draw how the target changes from bin to bin of one column.

    For two classes the share of the rarer one, for several classes the share of
    each, for a number its mean.

    Parameters
    ----------
    column : ColumnProfile
        With a histogram that was split by the target.
    target : str
    """
    histogram = _histogram(column)
    name = short(target)
    if histogram.target_mean:
        figure = new_figure(x=text(column.name), y=f"Mean of {name}", height=300)
        _add_line(figure, column, histogram.target_mean, "Mean")
        spoken = "mean"
    else:
        figure = new_figure(x=text(column.name), y="Share of rows", height=300)
        if len(histogram.by_class) == 2:  # the second class keeps its own colour
            figure.add_scatter(x=[None], y=[None], showlegend=False, hoverinfo="skip")
        for level, shares in _shares(histogram).items():
            _add_line(figure, column, shares, level)
        figure.update_yaxes(tickformat=".0%", rangemode="tozero")
        figure.update_layout(showlegend=True, legend_title_text=name)
        spoken = "share of each class"
    _name_bins(figure, column)
    return Chart(
        figure,
        alt=f"{spoken.capitalize()} of {target} along {column.name}, bin by bin.",
        reading=_reading_along(column, spoken),
    )


def _reading_along(column: ColumnProfile, spoken: str) -> str:
    places = "from left to right" if _histogram(column).edges else "from value to value"
    return (
        f"Where the {spoken} stays the same {places}, this column alone tells little "
        "about the target; points that rest on few rows jump by chance."
    )


def _histogram(column: ColumnProfile) -> Histogram:
    return column.histogram or Histogram(counts=())


def _shares(histogram: Histogram) -> dict[str, list[float | None]]:
    """Return the share of each class in each bin; the rarer one of two classes."""
    by_class = histogram.by_class
    chosen = list(by_class)[1:] if len(by_class) == 2 else list(by_class)
    totals = [sum(counts) for counts in zip(*by_class.values(), strict=True)]
    return {
        name: [
            count / total if total else None
            for count, total in zip(by_class[name], totals, strict=True)
        ]
        for name in chosen
    }


def _add_bars(
    figure: go.Figure, column: ColumnProfile, counts: Sequence[int], name: str
) -> None:
    figure.add_bar(
        x=_places(column),
        y=list(counts),
        name=short(name) if name else "Rows",
        customdata=_bin_names(column),
        hovertemplate="%{customdata}: %{y:,} rows<extra></extra>",
    )


def _add_line(
    figure: go.Figure, column: ColumnProfile, values: Sequence[float | None], name: str
) -> None:
    form = ".1%" if name != "Mean" else ",.4~g"
    figure.add_scatter(
        x=_places(column),
        y=list(values),
        mode="lines+markers" if _histogram(column).edges else "markers",
        marker_size=7,
        name=short(name),
        customdata=_bin_names(column),
        hovertemplate="%{customdata}: %{y:" + form + "}<extra></extra>",
    )


def _places(column: ColumnProfile) -> list[float]:
    """Return bin centres of numbers; positions of words."""
    histogram = _histogram(column)
    if not histogram.edges:
        return [float(i) for i in range(len(histogram.counts))]
    pairs = zip(histogram.edges, histogram.edges[1:], strict=False)
    return [low / 2 + high / 2 for low, high in pairs]


def _name_bins(figure: go.Figure, column: ColumnProfile) -> None:
    histogram, places = _histogram(column), _places(column)
    if histogram.labels:
        names = [short(label, 18) for label in histogram.labels]
        figure.update_xaxes(tickvals=places, ticktext=names)
    elif column.schema.kind == "date" and places:
        few = places[:: max(1, len(places) // 5)]
        figure.update_xaxes(tickvals=few, ticktext=[day_text(place) for place in few])


def _bin_names(column: ColumnProfile) -> list[str]:
    histogram = _histogram(column)
    if histogram.labels:
        return [short(label) for label in histogram.labels]
    edges = histogram.edges
    if column.schema.kind == "date":
        return [f"{day_text(a)} to {day_text(b)}" for a, b in pairwise(edges)]
    pairs = list(pairwise(edges))
    if column.schema.kind == "integer" and pairs and pairs[0][1] - pairs[0][0] == 1:
        return [f"{(low + high) / 2:,.0f}" for low, high in pairs]
    return [f"{low:,.4g} to {high:,.4g}" for low, high in pairs]


def _distribution_words(column: ColumnProfile) -> str:
    schema = column.schema
    present = schema.n_rows - schema.n_missing
    if schema.levels:
        top = zip(schema.levels[:3], schema.counts[:3], strict=True)
        frequent = ", ".join(f"{level} {count / present:.0%}" for level, count in top)
        return f"{schema.n_distinct:,} values of {schema.name}. Frequent: {frequent}."
    if schema.median is None or schema.low is None or schema.high is None:
        return f"{schema.name} has no values."
    ends = [schema.median, schema.low, schema.high]
    words = [day_text(v) if schema.kind == "date" else f"{v:,.4g}" for v in ends]
    return (
        f"Distribution of {schema.name}: median {words[0]}, 98% of the values "
        f"between {words[1]} and {words[2]}."
    )


def _reading(column: ColumnProfile) -> str:
    lead = f"Of {column.schema.n_rows:,} rows"
    if column.schema.n_missing:
        lead += f" ({column.schema.n_missing:,} without a value)"
    if _histogram(column).clipped:
        return f"{lead}; the outer bars also hold all that lies beyond them."
    return f"{lead}; each bar counts the rows whose value falls there."


def draw_relation(relation: Sequence[Relation]) -> Chart:
    """Draw how well each column alone predicts the target, the best on top.

    Parameters
    ----------
    relation : sequence of Relation
        Best first; at most 15 are drawn.
    """
    shown = list(relation)[:MOST_BARS]
    metric = shown[0].metric if shown else "AUC"
    figure = new_figure(
        x="From chance (0) to certainty (1)", height=90 + 26 * max(len(shown), 1)
    )
    places = list(range(len(shown)))[::-1]
    figure.add_bar(
        x=[item.power for item in shown],
        y=places,
        orientation="h",
        marker_color=[BAD if item.power >= LEAK_POWER else NEUTRAL for item in shown],
        customdata=[[text(i.column), i.score, i.bits or 0.0] for i in shown],
        hovertemplate="%{customdata[0]}: " + metric + " %{customdata[1]:.3f}, "
        "mutual information %{customdata[2]:.3f} bits<extra></extra>",
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[short(item.column, 24) for item in shown],
    )
    figure.update_xaxes(range=[0, 1.02])
    best = ", ".join(f"{i.column} {i.metric} {i.score:.2f}" for i in shown[:5])
    n_rows = shown[0].n_rows if shown else 0
    return Chart(
        figure,
        alt=f"What each column alone tells about the target. Best: {best}.",
        reading="How well a small tree does with this column alone, on rows it did not "
        f"see, of {counted('row', n_rows)} sampled: 0 is guessing, 1 is always right. "
        f"A column near 1 may know the answer. Point at a bar for its {metric} "
        "and for the mutual information.",
    )


def draw_associations(
    associations: Associations, target: str | None = None, most: int = MOST_CELLS
) -> Chart:
    """Draw the association of every pair as a heat map, the target last.

    Parameters
    ----------
    associations : Associations
    target : str, default=None
    most : int, default=16
        Columns drawn: the target, and those most related to it.
    """
    names = list(associations.names)[-most:]
    start = len(associations.names) - len(names)
    rows = [list(row[start:]) for row in associations.values[start:]]
    places = list(range(len(names)))
    labels = [short(name, 16) for name in names]
    figure = new_figure(height=130 + 26 * max(len(names), 2))
    figure.add_heatmap(
        z=rows,
        x=places,
        y=places,
        zmin=-1,
        zmax=1,
        colorscale=[[0.0, _LOW], [0.5, _NOTHING], [1.0, _HIGH]],
        xgap=1,
        ygap=1,
        colorbar={"thickness": 10, "tickvals": [-1, 0, 1]},
    )
    said = [
        [
            f"{text(a)} and {text(b)}: {value:.2f}"
            for b, value in zip(names, row, strict=True)
        ]
        for a, row in zip(names, rows, strict=True)
    ]
    add_cells(figure, said)
    figure.update_xaxes(tickvals=places, ticktext=labels, tickangle=-90)
    figure.update_yaxes(tickvals=places, ticktext=labels)
    found = Associations(
        tuple(names), tuple(map(tuple, rows)), associations.n_rows
    ).strongest(5)
    pairs = ", ".join(f"{a} and {b} {value:.2f}" for a, b, value in found)
    last = " The target is last." if target else ""
    return Chart(
        figure,
        alt=f"Association of {len(names)} columns. Strongest: {pairs}.{last}",
        reading="Orange rises together, blue runs against each other, pale has "
        f"little to do with each other; on {associations.n_rows:,} rows.{last}",
    )
