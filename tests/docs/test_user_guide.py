import ast
import re
from pathlib import Path

import pytest

from core.deployment import snippets
from core.serving.api import create_api
from core.settings import Settings
from core.workspace import open_workspace
from pages.shared.navigation import INFO

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "user-guide.md"
PAGES = [ROOT / "README.md", GUIDE]
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
API = "http://localhost:8501/api"
ROW = {
    "contract": "month-to-month",
    "tenure_months": 12,
    "support_calls": 3,
    "satisfaction": 4,
}


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)


def anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("api")
    workspace = open_workspace(
        Settings(home=folder / "workspace", models=folder / "models", api_key=None)
    )
    api = create_api(workspace.registry, workspace.log, workspace.settings)
    found = {
        (method.upper(), path)
        for path, methods in api.openapi()["paths"].items()
        for method in methods
    }
    workspace.close()
    return found


@pytest.mark.parametrize("name", INFO)
def test_every_page_has_its_section_and_its_picture(name: str):
    text = GUIDE.read_text("utf-8")
    assert f"\n## {INFO[name].title}\n" in text
    section = text.split(f"\n## {INFO[name].title}\n")[1].split("\n## ")[0]
    assert f"](images/{name}.png)" in section


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_picture_and_relative_link_leads_somewhere(page: Path):
    for picture, address in LINK.findall(page.read_text("utf-8")):
        if address.startswith(("http://", "https://")):
            continue
        path, _, part = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), address
        if part:
            anchors = [anchor(each) for each in headings(target.read_text("utf-8"))]
            assert part in anchors, address
        if picture:
            assert target.read_bytes().startswith(b"\x89PNG"), address
            assert target.stat().st_size < 200_000, address


def block(language: str) -> str:
    """Return the first block of code in this language."""
    text = GUIDE.read_text("utf-8")
    return text.split(f"```{language}\n")[1].split("```")[0]


def test_the_calls_are_those_that_the_deploy_page_shows():
    address = f"{API}/projects/customers-who-may-leave/predict"
    curl, python, _ = snippets(address, ROW)
    assert block(curl.language).strip() == curl.code.strip()
    shown, made = ast.parse(block(python.language)), ast.parse(python.code)
    assert ast.dump(shown) == ast.dump(made)


def test_every_route_that_the_guide_names_exists_and_none_is_left_out(
    routes: set[tuple[str, str]],
):
    named = re.findall(r"`(GET|POST) /api(/[^`]+)`", GUIDE.read_text("utf-8"))
    assert set(named) == routes


def test_every_call_in_the_guide_goes_to_a_route_of_the_api(
    routes: set[tuple[str, str]],
):
    text = GUIDE.read_text("utf-8")
    called = re.findall(rf"{re.escape(API)}(/[\w/.-]+)", text)
    assert called
    for path in called:
        general = path.replace("customers-who-may-leave", "{project}")
        assert ("POST", general) in routes
