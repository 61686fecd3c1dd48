"""What a verdict rests on: turned rows, latency, cohorts."""

import pandas as pd
import streamlit as st

from core.retraining import Judged
from core.wording import percent, signed_text
from pages.shared.frame import facts, md


def show_judged(judged: Judged) -> None:
    """Show what the verdict rests on: turned rows, latency, cohorts."""
    found = judged.verdict
    told: list[tuple[str, object]] = [("Rows judged on", f"{found.n_rows:,}")]
    if found.n_gained is not None and found.n_lost is not None:
        told += [
            ("From wrong to right", f"{found.n_gained:,}"),
            ("From right to wrong", f"{found.n_lost:,}"),
        ]
    told.append(("One row", f"{judged.challenger_ms:.1f} ms"))
    told.append(("The champion's", f"{judged.champion_ms:.1f} ms"))
    facts(told)
    if judged.slices:
        st.dataframe(
            pd.DataFrame(
                {
                    "Cohort": [name for name, _ in judged.slices],
                    "Rows": [each.n_rows for _, each in judged.slices],
                    "Difference": [
                        signed_text(each.difference, each.champion)
                        for _, each in judged.slices
                    ],
                    "Verdict": [each.decision for _, each in judged.slices],
                }
            ),
            hide_index=True,
            alt="The verdict for each cohort.",
        )
    if judged.turned:
        share = percent((found.n_lost or 0) / found.n_rows)
        with st.expander(f"Rows that turn from right to wrong ({md(share)})"):
            st.caption(f"The newest {len(judged.turned)} of them.")
            st.dataframe(
                pd.DataFrame(list(judged.turned)),
                hide_index=True,
                alt="Rows that the champion had right and the challenger has wrong.",
            )
