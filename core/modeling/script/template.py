"""The parts of a training script that are the same in all of them."""

from typing import Final

HEAD: Final = '''"""{title}

    python train.py table.parquet             # clean, split, fit, print the score
    python train.py table.parquet --test      # the score on the test rows, too

Needs {needs}; no Rondo. The table is the one that was brought in (Parquet, as Rondo
offers it); a CSV file works too, with the types that pandas guesses.
"""

from __future__ import annotations
'''

SPLITS: Final = {
    "stratified": ("stratified", "stratified(table, SPLIT_MIX, SHARES, rng)"),
    "time": ("by_time", "by_time(key(table, SPLIT_COLUMN), SHARES, rng)"),
    "group": ("by_group", "by_group(key(table, SPLIT_COLUMN), SHARES, rng)"),
    "column": ("by_name", "by_name(key(table, SPLIT_COLUMN), SHARES, rng)"),
    "time and group": (
        "by_time_and_group",
        "by_time_and_group(key(table, SPLIT_COLUMN), key(table, SPLIT_GROUP), SHARES)",
    ),
}
"""For each way to split: the function that is carried along, and how it is called."""

MAIN: Final = '''

class Feature:
    """A column that the model uses."""

    def __init__(self, name, kind):
        self.name, self.kind = name, kind


def read(path):
    """Return the table, cleaned, with the rows whose target is known."""
    given = pd.read_csv(path) if path.endswith(".csv") else pd.read_parquet(path)
    table = clean(given.apply(tidy) if len(given.columns) else given)
    if WORDS is not None and pd.api.types.is_bool_dtype(table[TARGET].dtype):
        written = table[TARGET].map({{False: WORDS[0], True: WORDS[1]}})
        table = table.assign(**{{TARGET: written.astype("str")}})
    return table[table[TARGET].notna()].reset_index(drop=True)


def key(table, name):
    """Return the column that a split goes by."""
    return canonical_column(table[name])


def divide(table):
    """Return the training, validation and test rows."""
    rng = np.random.default_rng(SPLIT_SEED)
    codes = {divide}
    return [table[codes == code].reset_index(drop=True) for code in range(3)]


def truth(rows):
    """Return numbers, or codes of the classes; NaN where that is unknown."""
    if CLASSES is None:
        return rows[TARGET].to_numpy(dtype=np.float64, na_value=np.nan)
    codes = {{label: code for code, label in enumerate(CLASSES)}}
    return rows[TARGET].map(codes).to_numpy(dtype=np.float64, na_value=np.nan)


def usable(rows):
    """Return the rows that count, their truth, and facts about them."""
    y = truth(rows)
    facts = RowFacts(
        read_weights(rows, WEIGHT), read_groups(rows, GROUPS), read_times(rows, TIME)
    )
    counts = np.ones(len(y)) if facts.weight is None else facts.weight
    known = np.flatnonzero(np.isfinite(y) & (counts > 0))
    return take(rows, known), y[known], facts.take(known)


def take(rows, places):
    """Return rows by their places."""
    return rows.iloc[places].reset_index(drop=True)


def ground(train, validation):
    """Return rows, truth, weights and groups, and how models are validated."""
    rows, y, facts = usable(train)
    if IN_FOLDS:
        scheme = make_scheme(
            y, TASK, n_features=len(FEATURES), budget_s=BUDGET_S, facts=facts,
            random_state=SCHEME_SEED,
        )
        judged = np.concatenate([fold.valid for fold in scheme.folds])
        together = facts.take(judged).together()
        return rows, y, facts.weight, facts.group, scheme, together
    held, y_held, held_facts = usable(validation)
    scheme = given_validation(len(y), len(y_held))
    weight = facts.weight
    if weight is not None:
        weight = np.concatenate([weight, held_facts.weight])
    group = facts.group
    if group is not None:
        group = np.concatenate([group, held_facts.group + group.max(initial=-1) + 1])
    rows, y = pd.concat([rows, held], ignore_index=True), np.concatenate([y, y_held])
    return rows, y, weight, group, scheme, held_facts.together()


def fit(rows, y, counts, group, parts, fold, share):
    """Fit parts on these rows, with the iterations that one fold's fit has found."""
    n_outputs = 1 if CLASSES is None else len(CLASSES)
    encoders, model = {{}}, []
    for weight, family, style, settings, seed, iterations, _ in parts:
        if style not in encoders:
            columns = [] if style == "none" else [Feature(*f) for f in FEATURES]
            n_classes = None if CLASSES is None else n_outputs
            encoder = FrameEncoder(columns, style, n_classes)
            encoders[style] = encoder, encoder.fit_transform(rows, y, group)
        encoder, X = encoders[style]
        if iterations and iterations[fold] is not None:
            settings = {{**settings, "iterations": iterations[fold]}}
        data = FitData(
            X=X, y=y, X_valid=X[:0], y_valid=y[:0], task=TASK, n_outputs=n_outputs,
            share=share, quantile=QUANTILE, weight=counts,
            monotonic=directions(encoder, MONOTONIC),
        )
        fitted = FITS[family](data, settings, seed, Watch(float("inf")))
        model.append((weight, encoder, fitted.estimator))
    return model


def validated(rows, y, weight, group, scheme):
    """Fit every fold; return the parts to keep, and what was said of held-out rows."""
    kept, outputs = [], []
    for place, fold in enumerate(scheme.folds):
        counts, _ = fit_weights(y, weight, BALANCED, fold.train, fold.valid)
        beside = None if group is None else group[fold.train]
        learned = take(rows, fold.train), y[fold.train], counts, beside
        model = fit(*learned, PARTS, place, scheme.share)
        outputs.append(answers(model, take(rows, fold.valid)))
        kept = [*kept, *model] if scheme.averaged else model
    return kept, np.concatenate(outputs)


def answers(model, rows):
    """Return the probability of each class, or numbers: the weighted mean of parts."""
    n_outputs = 1 if CLASSES is None else len(CLASSES)
    total = sum(weight for weight, _, _ in model)
    outputs = [
        weight * read_output(estimator, encoder.transform(rows), n_outputs)
        for weight, encoder, estimator in model
    ]
    return sum(outputs) / total


def calibrated(output):
    """Return probabilities that mean what they say."""
    return output if CALIBRATION is None else CALIBRATION.apply(output)


def main():
    """Fit the model and print how good it is."""
    parser = argparse.ArgumentParser(description="Train the model again.")
    parser.add_argument("table", help="Parquet or CSV")
    parser.add_argument("--test", action="store_true", help="score the test rows")
    parser.add_argument("--check", help="write score and answers into this file")
    asked = parser.parse_args()
    train, validation, test = divide(read(asked.table))
    rows, y, weight, group, scheme, together = ground(train, validation)
    model, output = validated(rows, y, weight, group, scheme)
    judged = np.concatenate([fold.valid for fold in scheme.folds])
    counts = None if weight is None else weight[judged] / weight[judged].mean()
    said = decided(METRIC, y[judged], output, weight=counts, together=together)
    score = METRIC.score(y[judged], said, weight=counts)
    print(f"{{METRIC.title}} on {{scheme.words}}: {{score:.6f}}")
    print(f"{{METRIC.title}} in Rondo's run: {{SCORE_IN_RONDO:.6f}}")
    again = [place for place, part in enumerate(PARTS) if part[-1]]
    if again:
        every = np.arange(len(y))
        counts, _ = fit_weights(y, weight, BALANCED, every, every)
        parts = [PARTS[place] for place in again]
        for place, part in zip(again, fit(rows, y, counts, group, parts, -1, 1.0)):
            model[place] = part
        print(f"Fitted again on all {{len(y):,}} training and validation rows.")
    if asked.check:
        seen = pd.concat([train, validation], ignore_index=True)
        np.savez(asked.check, score=score, answers=calibrated(answers(model, seen)))
    if asked.test:
        known = np.flatnonzero(np.isfinite(truth(test)))
        rows = take(test, known)
        y, output = truth(rows), calibrated(answers(model, rows))
        score = METRIC.score(y, output, threshold=THRESHOLD)
        print(f"{{METRIC.title}} on {{len(y):,}} test rows: {{score:.6f}}")
'''
