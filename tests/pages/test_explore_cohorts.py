import numpy as np
import pandas as pd
import pytest

from core.data import Cohort, Condition
from core.data.row_rules import KEEP
from tests.pages.test_explore import HOSTILE, Site, box, press, site, small, words

__all__ = ["site"]
LOW = Cohort("low $x$ :red[a]", (Condition(HOSTILE, "<", 0.0),))


def bars(page):
    return next(m for m in page.multiselect if m.label == "Show the rows of")


def told(page):
    return words(page).replace("\\", "")


def buttons(page):
    return [button.label for button in page.button]


def test_the_rows_behind_a_bar_are_shown_with_the_target_among_them(site: Site):
    page = site.bring(small(), "y").open("Columns")
    box(page, "One column closely").set_value("plan").run()
    bars(page).set_value([0]).run()
    assert not page.exception
    n_rows = int(small()["plan"].value_counts().iloc[0])
    assert f"{n_rows} of 120 rows" in told(page)
    assert "95 % intervals" in told(page)
    assert len(set(page.dataframe[-1].value["plan"])) == 1


def test_rows_are_shown_page_by_page(site: Site):
    frame = pd.concat([small()] * 6, ignore_index=True).assign(plan="a")
    page = site.bring(frame).open("Columns")
    box(page, "One column closely").set_value("plan").run()
    bars(page).set_value([0]).run()
    assert len(page.dataframe[-1].value) == 100
    assert "The first 500 of 720 rows" in told(page)


def test_chosen_rows_are_named_and_the_page_is_filtered_to_them(site: Site):
    page = site.bring(small(), "y").open("Columns")
    box(page, "One column closely").set_value("plan").run()
    bars(page).set_value([0]).run()
    field = next(t for t in page.text_input if t.label == "Name of the cohort")
    field.set_value("same plan").run()
    page = press(page, "Keep these rows")
    (kept,) = site.workspace.cohorts.list(site.project_id)
    box(page, "Rows to look at").set_value("same plan").run()
    assert not page.exception
    n_rows = int(kept.mask(small()).sum())
    assert f"{n_rows} of 120 rows" in told(page)
    page.button[buttons(page).index("Show all rows")].click().run()
    assert "Show all rows" not in buttons(page)


@pytest.mark.parametrize("part", ["Findings", "Columns", "Relations", "Clean", "Split"])
def test_every_part_can_be_looked_at_in_a_cohort(site: Site, part):
    site.bring(small(), "y").workspace.cohorts.save(site.project_id, LOW)
    page = site.open(part)
    box(page, "Rows to look at").set_value(LOW.name).run()
    assert not page.exception
    assert "Show all rows" in buttons(page)
    assert "Fix" not in buttons(page)
    for element in (*page.markdown, *page.caption):
        assert ":red[a]" not in element.value


def test_a_cohort_that_does_not_fit_the_table_is_reported(site: Site):
    gone = Cohort("gone", (Condition("nowhere", "==", 1),))
    site.bring(small(), "y").workspace.cohorts.save(site.project_id, gone)
    page = site.open("Columns")
    box(page, "Rows to look at").set_value("gone").run()
    assert not page.exception
    assert "This table lacks nowhere" in told(page)


def test_a_cohort_is_written_as_a_rule_renamed_and_deleted(site: Site):
    page = site.bring(small(), "y").open("Table")
    rule = next(t for t in page.text_input if t.label == "Rule")
    rule.set_value("plan == 'a'")
    name = next(t for t in page.text_input if t.label == "Name of the new cohort")
    name.set_value("plan a")
    page = press(page, "Keep the cohort")
    next(t for t in page.text_input if t.label == "Name of plan a").set_value("A")
    page = press(page, "Rename")
    (kept,) = site.workspace.cohorts.list(site.project_id)
    assert (kept.name, kept.mask(small()).sum()) == (
        "A",
        (small()["plan"] == "a").sum(),
    )
    press(page, "Delete")
    assert not site.workspace.cohorts.list(site.project_id)


def test_a_rule_that_does_not_fit_is_refused(site: Site):
    page = site.bring(small(), "y").open("Table")
    next(t for t in page.text_input if t.label == "Rule").set_value("nowhere > 1")
    next(t for t in page.text_input if t.label == "Name of the new cohort").set_value(
        "x"
    )
    page = press(page, "Keep the cohort")
    assert "which is not there" in page.error[0].value
    assert not site.workspace.cohorts.list(site.project_id)


def test_a_cell_of_two_columns_shows_its_rows(site: Site):
    page = site.bring(small(), "y").open("Relations")
    box(page, "One column").set_value("plan")
    box(page, "and another").set_value("since").run()
    box(page, "Rows whose plan is").set_value(0).run()
    assert not page.exception
    rows = page.dataframe[-1].value
    assert len(rows) == small()["plan"].value_counts().iloc[0]
    assert rows.columns[0] == "plan"


def test_names_and_values_from_outside_are_shown_literally_among_rows(site: Site):
    rng = np.random.default_rng(0)
    frame = small().assign(**{HOSTILE: rng.choice([HOSTILE, "b"], 120)})
    page = site.bring(frame, "y").open("Columns")
    box(page, "One column closely").set_value(HOSTILE).run()
    bars(page).set_value([0, 1]).run()
    assert not page.exception
    for element in (*page.markdown, *page.caption):
        assert ":red[a]" not in element.value


def test_a_fix_says_before_what_it_does_to_rows_and_score(site: Site):
    frame = pd.concat([small(), small().head(10)], ignore_index=True)
    page = site.bring(frame, "y").open("Findings")
    assert "Quick score" not in told(page)
    page.session_state["look-DATA-002"] = "What the fix would do"
    page.run()
    assert not page.exception
    assert "Quick score, AUC" in told(page)
    assert "the same rows and folds both times" in told(page)


def test_a_finding_says_how_many_rows_it_is_about(site: Site):
    frame = pd.concat([small(), small().head(10)], ignore_index=True)
    page = site.bring(frame, "y").open("Findings")
    page.session_state["look-DATA-002"] = "Rows"
    page.run()
    assert not page.exception
    assert "5 of 20 rows (15.4%)" in told(page)


def test_the_rows_of_a_cohort_are_shown_and_then_left_out(site: Site):
    site.bring(small(), "y").workspace.cohorts.save(site.project_id, LOW)
    page = site.open("Clean")
    box(page, "What to do").set_value("drop_cohort").run()
    box(page, "Cohort").set_value(LOW.name).run()
    next(t for t in page.toggle if t.label == "Show what it would do").set_value(
        True
    ).run()
    n_rows = int(LOW.mask(small()).sum())
    assert f"5 of {n_rows} rows" in told(page)
    assert not site.workspace.data.recipe(site.cycle.id).steps
    page = press(page, "Add step")
    assert not page.exception
    assert len(site.workspace.data.cleaned(site.cycle.id)) == 120 - n_rows
    site.workspace.cohorts.delete(site.project_id, LOW.name)
    assert len(site.workspace.data.cleaned(site.cycle.id)) == 120 - n_rows


def test_only_rows_where_a_formula_holds_are_kept(site: Site):
    page = site.bring(small(), "y").open("Clean")
    box(page, "What to do").set_value("drop_holding").run()
    formula = next(t for t in page.text_input if t.label == "Formula")
    formula.set_value(f"`{HOSTILE}` < 0").run()
    box(page, "What to do with them").set_value(KEEP).run()
    page = press(page, "Add step")
    n_rows = int((small()[HOSTILE] < 0).sum())
    assert f"{120 - n_rows} of 120 rows left out" in told(page)
    assert len(site.workspace.data.cleaned(site.cycle.id)) == n_rows
