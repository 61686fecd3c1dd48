"""Versions to carry away: built in a job, tried, and only then offered."""

from collections.abc import Sequence

import streamlit as st

from core.deployment import (
    KINDS,
    PLATFORMS,
    Bundle,
    BundleKind,
    Parity,
    commands,
    image_name,
)
from core.registry import VersionInfo
from core.wording import counted
from core.workspace import Job
from pages.shared.deploy_push import show_push
from pages.shared.frame import md, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import recall, remember, workspace

_JOB = "bundle-job"


def show_bundles(project_id: str, versions: Sequence[VersionInfo]) -> None:
    """Ask which version, and show each form that it can be carried away in."""
    st.markdown(
        "Take a version to a place where Rondo is not. Each bundle is **run on its own "
        "before it is offered**, in a process that may import nothing but the bundle "
        "and its locked libraries; its answers must be those of the version."
    )
    numbers = [info.number for info in versions]
    champion = workspace().registry.champion(project_id)
    number = st.selectbox(
        "Version",
        numbers,
        index=numbers.index(champion) if champion in numbers else 0,
        format_func=lambda n: f"{n} (live)" if n == champion else str(n),
        key="bundle-version",
        width=220,
    )
    _tell_failure(number)
    built = workspace().bundles.of(project_id, number)
    jobs = {
        job.arguments["kind"]: job
        for job in workspace().bundles.building(project_id, number)
    }
    for kind in KINDS.values():
        with st.container(border=True):
            _show_kind(project_id, number, kind, built.get(kind.name), jobs)


def _tell_failure(number: int) -> None:
    """Show why the last job failed, if it did: its row is no longer at work."""
    last = recall(_JOB)
    if last is None or last[0] != number:
        return
    job = workspace().jobs.get(last[1])
    if job.state == "failed":
        watch_job(job.id, "Building")


def _show_kind(
    project_id: str,
    number: int,
    kind: BundleKind,
    bundle: Bundle | None,
    jobs: dict[str, Job],
) -> None:
    st.markdown(f"**{kind.title}**  \n{kind.about}")
    job = jobs.get(kind.name)
    if job is not None:
        watch_job(job.id, "Building")
        return
    if bundle is not None:
        _show_result(bundle)
    with st.container(horizontal=True):
        if bundle is not None and bundle.offered:
            st.download_button(
                f"Download ({bundle.path.stat().st_size / 1e6:,.1f} MB)",
                bundle.path.read_bytes,
                bundle.file_name,
                "application/zip",
                icon=":material/download:",
                type="primary",
                key=f"take-{kind.name}",
            )
        label = "Build and try" if bundle is None else "Build again"
        if st.button(label, icon=":material/package_2:", key=f"build-{kind.name}"):
            with stop_on_error():
                started = workspace().bundles.start(project_id, number, kind.name)
            remember(_JOB, (number, started.id))
            st.rerun()
    if kind.name == "container" and bundle is not None and bundle.offered:
        _show_platforms(image_name(project_id, number))
    if kind.name == "mlflow" and bundle is not None and bundle.offered:
        show_push(project_id, number)


def _show_platforms(image: str) -> None:
    """Show the commands for one host; the bundle's DEPLOY.md has them all."""
    platforms = {platform.name: platform for platform in PLATFORMS}
    name = st.selectbox(
        "Where it shall run",
        list(platforms),
        format_func=lambda key: platforms[key].title,
        key="bundle-platform",
        width=420,
    )
    told = commands(platforms[name], image)
    own = ", with your own values for what stands in angle brackets"
    where = f"In the unpacked folder{own if '<' in told.deploy else ''}:"
    st.markdown(f"{platforms[name].about} {where}")
    st.code(told.deploy, language="bash", wrap_lines=True)
    st.markdown("To take it down again:")
    st.code(told.tear_down, language="bash", wrap_lines=True)


def _show_result(bundle: Bundle) -> None:
    when = f"{bundle.built_at:%Y-%m-%d %H:%M} UTC"
    if bundle.offered and bundle.parity is not None:
        st.success(
            f"{parity_words(bundle.parity)} Built {when}.",
            icon=":material/check_circle:",
        )
        return
    st.warning(
        f"**Not offered.** {md(bundle.reason)} Tried {when}.",
        icon=":material/block:",
    )


def parity_words(parity: Parity) -> str:
    """Say in one or two sentences how well a bundle agrees with its version.

    Examples
    --------
    >>> parity_words(Parity(2000, 65, 0, 1.2e-16, 0.4))[:60]
    'Ran on its own and gave the same answers to 2,000 rows like '
    """
    gap = "none" if parity.largest == 0 else f"{parity.largest:.1g}"
    return (
        "Ran on its own and gave the same answers to "
        f"{counted('row', parity.n_real)} like those of training and to "
        f"{parity.n_nasty:,} made to go wrong (missing, unseen, extreme, of the wrong "
        f"type). Largest difference: {gap}."
    )
