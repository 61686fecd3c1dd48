"""The catalogue of families, in the order in which a person meets them."""

from types import MappingProxyType
from typing import Final

from core.modeling.boosting import (
    HISTOGRAM_SETTINGS,
    LIGHTGBM_MISSING,
    LIGHTGBM_SETTINGS,
    draw_histogram,
    draw_lightgbm,
    fit_histogram,
    fit_lightgbm,
)
from core.modeling.catboosting import (
    CATBOOST_MISSING,
    CATBOOST_SETTINGS,
    draw_catboost,
    fit_catboost,
)
from core.modeling.family import Family
from core.modeling.forests import draw_forest, fit_extra_trees, fit_random_forest
from core.modeling.online import ONLINE, draw_online, fit_online
from core.modeling.plain import (
    draw_linear,
    draw_neighbours,
    draw_network,
    fit_baseline,
    fit_linear,
    fit_neighbours,
    fit_network,
)

_ALL = (
    Family(
        "baseline",
        "Baseline",
        "Always gives the most likely answer of the training rows; what every other "
        "model has to beat.",
        "none",
        fit_baseline,
        ({},),
        monotonic=True,
        quantiles=True,
    ),
    Family(
        "linear",
        "Linear model",
        "Adds up a weight for each column; small, instant, easy to explain, and often "
        "nearly as good.",
        "linear",
        fit_linear,
        ({"penalty": 1.0}, {"penalty": 30.0}),
        draw_linear,
        monotonic=True,
    ),
    Family(
        "lightgbm",
        "LightGBM",
        "Boosting: trees that each correct the ones before; mostly the best on tables.",
        "tree",
        fit_lightgbm,
        LIGHTGBM_SETTINGS,
        draw_lightgbm,
        monotonic=True,
        quantiles=True,
    ),
    Family(
        "catboost",
        "CatBoost",
        "Boosting with symmetric trees, which ask one question at all nodes of a "
        "level; often the better half of LightGBM.",
        "tree",
        fit_catboost,
        CATBOOST_SETTINGS,
        draw_catboost,
        monotonic=True,
        quantiles=True,
    ),
    Family(
        "histogram_boosting",
        "Histogram boosting",
        "The boosting that scikit-learn brings; close to LightGBM, without a further "
        "library.",
        "tree",
        fit_histogram,
        HISTOGRAM_SETTINGS,
        draw_histogram,
        monotonic=True,
        quantiles=True,
    ),
    Family(
        "extra_trees",
        "Extra trees",
        "Many trees with random splits, averaged; steady on small and noisy tables.",
        "tree",
        fit_extra_trees,
        ({"min_samples_leaf": 2, "max_features": 0.7},),
        draw_forest,
        monotonic=True,
    ),
    Family(
        "random_forest",
        "Random forest",
        "Many trees on drawn rows, averaged; robust, but large on disk.",
        "tree",
        fit_random_forest,
        ({"min_samples_leaf": 2, "max_features": 0.5},),
        draw_forest,
        monotonic=True,
    ),
    Family(
        "neural_network",
        "Neural network",
        "Layers of weights learned step by step; good where the answer changes "
        "smoothly.",
        "smooth",
        fit_network,
        (
            {
                "hidden_layer_sizes": [128, 64],
                "alpha": 1e-4,
                "learning_rate_init": 1e-3,
            },
        ),
        draw_network,
    ),
    Family(
        "nearest_neighbours",
        "Nearest neighbours",
        "Looks up the most similar training rows; easy to grasp, slow to answer on "
        "large tables.",
        "smooth",
        fit_neighbours,
        ({"n_neighbors": 15, "weights": "distance"},),
        draw_neighbours,
        most_rows=50_000,
        weights=False,
        blended=False,
    ),
    Family(
        ONLINE,
        "Online linear model",
        "A linear model that can go on learning from later rows, new words among them; "
        "less accurate than one that is trained anew.",
        "hashed",
        fit_online,
        ({"alpha": 1e-4, "learning_rate": "constant", "eta0": 0.01},),
        draw_online,
        asked_for=True,
    ),
)

FAMILIES: Final = MappingProxyType({family.name: family for family in _ALL})
"""Every family by its name."""

UNAVAILABLE: Final = MappingProxyType(
    {
        name: why
        for name, why in (
            ("lightgbm", LIGHTGBM_MISSING),
            ("catboost", CATBOOST_MISSING),
        )
        if why
    }
)
"""Families that cannot run on this machine, and why."""
