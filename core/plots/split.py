"""The chart of a split: what is in each of its sets."""

from core.data import SplitDiagnosis
from core.plots.theme import Chart, new_figure, short


def draw_split(diagnosis: SplitDiagnosis, target: str) -> Chart:
    """Draw the mix of classes in train, validation and test.

    Parameters
    ----------
    diagnosis : SplitDiagnosis
        Of a target with classes; a number's mean and sd belong in a table.
    target : str
    """
    figure = new_figure(x="Share of rows", height=220)
    sets = [item for item in diagnosis.sets if item.n_rows]
    levels = list(sets[0].target_mix)[:10]
    for level in levels:
        figure.add_bar(
            x=[item.target_mix.get(level, 0.0) for item in sets],
            y=[item.name.capitalize() for item in sets],
            orientation="h",
            name=short(level),
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack", legend_title_text=short(target), showlegend=True
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1])
    figure.update_yaxes(autorange="reversed")
    mix = "; ".join(
        f"{item.name}: "
        + ", ".join(f"{k} {v:.1%}" for k, v in list(item.target_mix.items())[:3])
        for item in sets
    )
    return Chart(
        figure,
        alt=f"Mix of {target} in each set. {mix}.",
        reading="The bars should look alike; by time or group they may differ.",
    )
