import pytest

from core.modeling import METRICS
from core.plots.training import (
    draw_intervals,
    draw_search,
    draw_speed,
    pareto,
)
from core.wording import score_text

AUC, RMSE = METRICS["roc_auc"], METRICS["rmse"]
HOSTILE = "<b>$x$</b> [a](b)"


def _row(name: str, score: float | None, **values: object) -> dict[str, object]:
    ends = (None, None) if score is None else (score - 0.05, score + 0.05)
    return {
        "candidate": name, "family": "linear", "score": score, "low": ends[0],
        "high": ends[1], "row_ms": 5.0, "finished_s": 1.0, "state": "done", **values,
    }  # fmt: skip


def test_the_line_never_gets_worse_over_time() -> None:
    rows = [
        _row("c", 0.9, finished_s=9.0),
        _row("a", 0.7, finished_s=1.0),
        _row("b", 0.6, finished_s=5.0),
    ]
    line = draw_search(rows, AUC).figure.data[0]
    assert list(line.x) == [1.0, 5.0, 9.0]
    assert list(line.y) == [0.7, 0.7, 0.9]


def test_the_best_of_a_loss_is_the_lowest() -> None:
    rows = [_row("a", 3.0, finished_s=1.0), _row("b", 2.0, finished_s=2.0)]
    chart = draw_search(rows, RMSE)
    assert list(chart.figure.data[0].y) == [3.0, 2.0]
    assert "b with 2.000" in chart.alt
    assert "Lower is better" in chart.reading


def test_nothing_finished_yet_is_a_chart_too() -> None:
    for chart in (
        draw_search([], AUC),
        draw_search([_row("a", None)], AUC),
        draw_intervals([], AUC, ""),
        draw_speed([], AUC, ""),
    ):
        assert chart.alt
        assert chart.reading


def test_a_bad_outlier_does_not_squeeze_the_others() -> None:
    scores = [10.0, 10.1, 10.2, 10.3, 500.0]
    rows = [_row(str(i), score) for i, score in enumerate(scores)]
    low, high = draw_search(rows, RMSE).figure.layout.yaxis.range
    assert low < 10.0
    assert 10.3 < high < 20


def test_intervals_show_the_best_of_each_family_and_the_chosen_one() -> None:
    rows = [_row(f"m{i}", 0.9 - i / 100) for i in range(20)]
    rows.append(_row("Other", 0.6, family="lightgbm"))
    rows.append(_row("Baseline", 0.5, family="baseline"))
    figure = draw_intervals(rows, AUC, "m17").figure
    names = [trace.y[0] for trace in figure.data]
    assert names == ["m0", "m17", "Other", "Baseline"]


def test_the_interval_reaches_from_low_to_high() -> None:
    trace = draw_intervals([_row("a", 0.8, low=0.7, high=0.95)], AUC, "a").figure.data[
        0
    ]
    assert trace.error_x.array[0] == pytest.approx(0.15)
    assert trace.error_x.arrayminus[0] == pytest.approx(0.1)


def test_the_dotted_line_holds_what_nothing_beats_in_both() -> None:
    rows = [
        _row("slow", 0.9, row_ms=20.0),
        _row("fast", 0.7, row_ms=1.0),
        _row("neither", 0.6, row_ms=5.0),
    ]
    assert [row["candidate"] for row in pareto(rows, AUC)] == ["fast", "slow"]
    line = draw_speed(rows, AUC, "slow").figure.data[0]
    assert list(line.x) == [1.0, 20.0]


def test_names_are_shown_literally() -> None:
    rows = [_row(HOSTILE, 0.8), _row("b", 0.7)]
    for chart in (
        draw_search(rows, AUC),
        draw_intervals(rows, AUC, "b"),
        draw_speed(rows, AUC, "b"),
    ):
        assert "<b>" not in chart.figure.to_json().replace("\\u003c", "<")


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.5, "0.500"), (-1234.5, "-1,234"), (123.45, "123.5"), (0.0, "0.000")],
)
def test_scores_have_the_digits_that_matter(value: float, words: str) -> None:
    assert score_text(value) in {words, words.replace("1,234", "1,235")}
