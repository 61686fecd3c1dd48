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
    """Return rows with a known class, and codes of the classes or numbers."""
    if CLASSES is None:
        numbers = rows[TARGET].to_numpy(dtype=np.float64, na_value=np.nan)
        return rows, numbers
    codes = rows[TARGET].map({{label: code for code, label in enumerate(CLASSES)}})
    known = codes.notna()
    return rows[known].reset_index(drop=True), codes[known].to_numpy(dtype=np.float64)


def fit(rows, parts):
    """Fit parts on these rows."""
    rows, y = truth(rows)
    n_outputs = 1 if CLASSES is None else len(CLASSES)
    encoders, model = {{}}, []
    for weight, family, style, settings, seed, _ in parts:
        if style not in encoders:
            columns = [] if style == "none" else [Feature(*f) for f in FEATURES]
            encoder = FrameEncoder(columns, style).fit(rows)
            encoders[style] = encoder, encoder.transform(rows)
        encoder, X = encoders[style]
        data = FitData(
            X=X, y=y, X_valid=X[:0], y_valid=y[:0], task=TASK, n_outputs=n_outputs,
            quantile=QUANTILE,
        )
        fitted = FITS[family](data, settings, seed, Watch(float("inf")))
        model.append((weight, encoder, fitted.estimator))
    return model


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
    model = fit(train, PARTS)
    known, y = truth(validation)
    score = METRIC.score(y, decided(METRIC, y, answers(model, known)))
    print(f"{{METRIC.title}} on {{len(y):,}} validation rows: {{score:.6f}}")
    print(f"{{METRIC.title}} in Rondo's run: {{SCORE_IN_RONDO:.6f}}")
    seen = pd.concat([train, validation], ignore_index=True)
    again = [place for place, part in enumerate(PARTS) if part[-1]]
    if again:
        for place, part in zip(again, fit(seen, [PARTS[place] for place in again])):
            model[place] = part
        print(f"Fitted again on all {{len(seen):,}} training and validation rows.")
    if asked.check:
        np.savez(asked.check, score=score, answers=calibrated(answers(model, seen)))
    if asked.test:
        known, y = truth(test)
        output = calibrated(answers(model, known))
        score = METRIC.score(y, output, threshold=THRESHOLD)
        print(f"{{METRIC.title}} on {{len(y):,}} test rows: {{score:.6f}}")
'''
