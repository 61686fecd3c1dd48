"""Columns of many words outside Rondo: the same means in every bundle."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from core.data import describe_schema
from core.deployment import build_bundle
from core.modeling.encoder import FrameEncoder
from core.modeling.model import Model
from core.registry import save_version
from tests.fitted import customers


@pytest.mark.parametrize("kind", ["embedded", "plain"])
def test_words_told_by_their_means_are_told_so_without_rondo(tmp_path, kind):
    frame = customers()[["age"]].assign(
        town=[None if i % 31 == 0 else f"town {i % 24}" for i in range(120)]
    )
    y = (np.arange(120) % 24 < 9).astype(int)
    schema = describe_schema(frame)
    pipeline = make_pipeline(FrameEncoder(schema, "linear", 2), LogisticRegression())
    pipeline.fit(frame, y)
    assert "town mean of the target" in pipeline[0].get_feature_names_out()
    model = Model(
        name="Linear", family="linear", task="binary", target="y", metric="log_loss",
        schema=schema, pipeline=pipeline, classes_=np.array(["no", "yes"], object),
        threshold=0.4,
    )  # fmt: skip
    version = save_version(
        model, tmp_path / "p" / "1", reference=frame, key_path=tmp_path / "key"
    )
    bundle = build_bundle(version, kind, tmp_path / "out")
    assert bundle.offered, bundle.reason
    assert bundle.parity.largest < 1e-6
