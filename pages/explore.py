"""Explore: bring a table, look at it, say what to predict, clean it, split it."""

import streamlit as st

from pages.shared.explore_bring import ask_table
from pages.shared.explore_clean import show_recipe
from pages.shared.explore_cohort import ask_cohort
from pages.shared.explore_columns import show_columns
from pages.shared.explore_findings import show_what_was_found
from pages.shared.explore_relations import show_relations
from pages.shared.explore_source import show_source
from pages.shared.explore_split import show_split
from pages.shared.explore_target import ask_target
from pages.shared.frame import header, next_step, stop_on_error
from pages.shared.state import require_cycle, workspace

header("Explore", "Bring a table, look at it, say what to predict, clean it, split it.")
with stop_on_error():
    cycle = require_cycle()
if cycle.dataset_id is None:
    ask_table(cycle)
    st.stop()
with stop_on_error():
    dataset = workspace().data.get(cycle.dataset_id)
    ask_target(cycle, dataset)
    cohort = ask_cohort(cycle, dataset)
table, findings, columns, relations, clean, split = st.tabs(
    ["Table", "Findings", "Columns", "Relations", "Clean", "Split"],
    key="explore-part",
    on_change="rerun",
)
if table.open:
    with table, stop_on_error():
        show_source(cycle, dataset)
if findings.open:
    with findings, stop_on_error():
        show_what_was_found(cycle, dataset, cohort)
if columns.open:
    with columns, stop_on_error():
        show_columns(cycle, dataset, cohort)
if relations.open:
    with relations, stop_on_error():
        show_relations(cycle, dataset, cohort)
if clean.open:
    with clean, stop_on_error():
        show_recipe(cycle, dataset)
if split.open:
    with split, stop_on_error():
        show_split(cycle, dataset)
made = workspace().data.split_of(cycle.id)
if made is not None and made.sources == cycle.sources:
    next_step("train", "The table is split. Train models on the training rows.")
