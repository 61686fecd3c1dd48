import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODES = sorted(
    {
        code
        for path in (ROOT / "core" / "data").rglob("*.py")
        for code in re.findall(r'"(DATA-\d{3})"', path.read_text("utf-8"))
    }
)


@pytest.mark.parametrize("code", CODES)
def test_every_finding_of_data_has_its_heading(code):
    text = (ROOT / "docs" / "findings.md").read_text("utf-8")
    assert re.search(rf"^### {code} \S", text, re.MULTILINE)


def test_no_heading_is_left_over():
    text = (ROOT / "docs" / "findings.md").read_text("utf-8")
    assert re.findall(r"^### (DATA-\d{3})", text, re.MULTILINE) == CODES
