from pathlib import Path

from core.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_has_its_heading_its_words_and_its_default():
    text = (DOCS / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        section = text.split(f"## RONDO_{name.upper()}\n")[1].split("\n## ")[0]
        assert field.description in section
        default = "not set" if field.default is None else f"`{field.default}`"
        assert f"Default: {default}." in section
