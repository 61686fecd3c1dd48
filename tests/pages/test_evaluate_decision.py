"""Deciding on the Evaluate page: a threshold from validation rows drives the rest."""

import pytest
import streamlit as st

from tests.pages.test_evaluate import Site, charts, make_site, press, words


@pytest.fixture
def site(settings):
    return make_site(settings)


def decide(site: Site, *, opened: bool = False):
    page = site.open()
    key = "evaluate-section" if opened else "evaluate-before"
    page.session_state[key] = "Decision"
    page.run()
    assert not page.exception
    return page


def box(page, label):
    return next(b for b in page.selectbox if b.label == label)


def use(page):
    label = next(b.label for b in page.button if b.label.startswith("Use "))
    press(page, label)
    return float(label.split()[1])


@pytest.mark.parametrize(
    "way",
    ["A metric", "How many can be handled", "A precision", "Money", "By hand"],
)
def test_a_threshold_is_chosen_each_way_without_a_test_row(site, way):
    page = decide(site)
    box(page, "Choose it by").set_value(way).run()
    assert not page.exception
    assert len(charts(page)) == 1
    assert "no test row is read" in words(page)
    wanted = use(page)
    run = site.workspace.training.run(site.cycle_id)
    assert site.workspace.decisions.model(run).threshold == pytest.approx(
        wanted, abs=1e-3
    )
    assert site.workspace.evaluation.openings(site.cycle_id) == []


def test_dearer_false_alarms_raise_the_threshold(site):
    page = decide(site)
    box(page, "Choose it by").set_value("Money").run()
    cheap = use(page)
    page.number_input(key="worth-alarm").set_value(-40.0).run()
    assert use(page) > cheap
    assert "most money per row" in words(page)


def test_a_floor_out_of_reach_says_what_can_be_had(site):
    page = decide(site)
    box(page, "Choose it by").set_value("A precision").run()
    page.slider(key="threshold-floor").set_value(100).run()
    assert not page.exception
    reached = not any("No threshold makes" in w.value for w in page.warning)
    assert reached == any(b.label.startswith("Use ") for b in page.button)


def test_what_is_decided_after_opening_changes_the_report(site):
    site.workspace.evaluation.open(site.cycle_id)
    page = decide(site, opened=True)
    box(page, "Choose it by").set_value("By hand").run()
    page.slider(key="threshold-hand").set_value(0.95).run()
    wanted = use(page)
    page.session_state["evaluate-section"] = "Report"
    page.run()
    assert not page.exception
    found = site.workspace.evaluation.latest(site.cycle_id)
    assert found.champion.threshold == pytest.approx(wanted, abs=1e-3)
    assert f"{wanted:.3f}" in words(page)
    assert len(site.workspace.evaluation.openings(site.cycle_id)) == 1
    press(page, "Save as a version")
    model = site.workspace.registry.load(site.cycle.project_id, 1).model
    assert model.threshold == found.champion.threshold


def test_recalibrating_is_told_before_it_is_offered(site):
    said = words(decide(site))
    assert "the Brier score goes from" in said
    assert "learned from the other four" in said


@pytest.mark.parametrize(
    ("task", "said"),
    [("multiclass", "no threshold"), ("regression", "no threshold to choose")],
)
def test_other_targets_are_told_that_there_is_no_threshold(settings, task, said):
    page = decide(make_site(settings, task))
    assert said in words(page)
    assert not any(b.label.startswith("Use ") for b in page.button)


def test_a_run_without_answers_says_what_to_do(site):
    run = site.workspace.training.run(site.cycle_id)
    key = f"projects/{run.project_id}/runs/{run.id}/judged.npz"
    site.workspace.data.files.write(key, b"other")
    st.cache_resource.clear()
    page = decide(site)
    assert "Train again" in page.error[0].value
