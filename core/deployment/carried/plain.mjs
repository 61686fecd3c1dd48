// The model as plain JavaScript: no library at all, for browsers and Node.
//
//     import { predict } from "./model.mjs";
//     predict({ column: value, ... });

const MODEL = JSON.parse("{}");

const FAR = 1e6;
const LARGEST = 3.4028234663852886e38;
const WORDS = ["category", "text", "id"];
const TRUE = ["true", "yes", "y", "t", "1", "on"];
const FALSE = ["false", "no", "n", "f", "0", "off"];
const NUMBER = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/;
const MOMENT = new RegExp(
  "^([0-9]{4})(?:([-/.]?)([0-9]{2})(?:\\2([0-9]{2})" +
    "(?:[T ]([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]+))?)?)?" +
    "\\s*(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?$",
);

/** Answer one row; what is absent or does not fit counts as missing. */
export function predict(record) {
  const raw = new Map(
    MODEL.columns.map((c) => [c.name, read(own(record, c.name), c.kind)]),
  );
  const rows = MODEL.encoders.map((encoder) => encode(encoder, raw));
  const outputs = MODEL.members.map((m) => ask(m.estimator, rows[m.encoder]));
  const weights = MODEL.members.map((member) => member.weight);
  const mean = outputs[0].map(
    (_, i) => total(outputs.map((o, m) => weights[m] * o[i])) / total(weights),
  );
  if (MODEL.classes === null) {
    const half = halfWidth(rows, mean[0]);
    const interval = half === null ? null : [mean[0] - half, mean[0] + half];
    return { prediction: mean[0], interval };
  }
  const shares = calibrated(mean);
  let code = shares.indexOf(Math.max(...shares));
  if (shares.length === 2) {
    code = shares[1] >= (MODEL.threshold === null ? 0.5 : MODEL.threshold) ? 1 : 0;
  }
  const named = MODEL.classes.map((label, i) => [text(label), shares[i]]);
  const answer = {
    prediction: MODEL.classes[code],
    probabilities: Object.fromEntries(named),
  };
  if (MODEL.uncertainty === null) return answer;
  const limit = MODEL.uncertainty.limit + 1e-9;
  const likeliest = shares.indexOf(Math.max(...shares));
  const inside = (_, i) => 1 - shares[i] <= limit || i === likeliest;
  return { ...answer, prediction_set: MODEL.classes.filter(inside) };
}

function halfWidth(rows, number) {
  if (MODEL.uncertainty === null) return null;
  const { reach, difficulty } = MODEL.uncertainty;
  if (difficulty === null) return reach;
  const narrow = Math.fround(Math.min(Math.max(number, -LARGEST), LARGEST));
  const row = [...rows[difficulty.encoder], narrow];
  return reach * Math.max(ask(difficulty.estimator, row)[0], difficulty.floor);
}

function own(object, name) {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

function read(cell, kind) {
  const nothing = WORDS.includes(kind) ? null : NaN;
  if (cell === null || cell === undefined || Number.isNaN(cell)) return nothing;
  if (typeof cell === "string" && cell.trim() === "") return nothing;
  if (kind === "boolean") {
    const word = text(cell).trim().toLowerCase();
    return TRUE.includes(word) ? 1 : FALSE.includes(word) ? 0 : NaN;
  }
  if (kind === "date") return moment(cell);
  if (WORDS.includes(kind)) return typeof cell === "object" ? null : text(cell);
  if (typeof cell === "string" && !NUMBER.test(cell.trim())) return NaN;
  const number = typeof cell === "object" ? NaN : Number(cell);
  return Number.isFinite(number) ? number : NaN;
}

function text(value) {
  if (value === true) return "True";
  return value === false ? "False" : String(value);
}

function moment(cell) {
  const found = typeof cell === "string" ? MOMENT.exec(cell.trim()) : null;
  if (found === null) return NaN;
  const [, year, , month, day, hour, minute, second, fraction, zone] = found;
  const parts = [month ?? 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0].map(Number);
  const [m, d, h, min, s] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), m - 1, d);
  const sound = date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  if (!sound || Number(year) < 1 || h > 23 || min > 59 || s > 59) return NaN;
  let shift = 0;
  if (zone !== undefined && zone !== "Z") {
    const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
    shift = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
    shift = zone[0] === "-" ? -shift : shift;
  }
  const micros = Number((fraction ?? "0").slice(0, 6).padEnd(6, "0"));
  const seconds = date.getTime() / 1000 + h * 3600 + min * 60 + s - shift;
  return (seconds * 1e6 + micros) / 1e6;
}

function encode(encoder, raw) {
  const values = encoder.numbers.names.map((name) => raw.get(name));
  const row = numbers(encoder.numbers, values);
  for (const column of encoder.columns) {
    row.push(...KINDS[column.kind](column, raw.get(column.name)));
  }
  return row;
}

function numbers(block, values) {
  const top = block.fill.includes(null) ? LARGEST : FAR;
  const row = values.map((value, i) => {
    const fill = block.fill[i] === null ? NaN : block.fill[i];
    const filled = Number.isFinite(value) ? value : fill;
    const scaled = (filled - block.offset[i]) / block.scale[i];
    return Math.fround(Math.min(Math.max(scaled, -top), top));
  });
  const marks = block.marked.map((i) => (Number.isFinite(values[i]) ? 0 : 1));
  return [...row, ...marks];
}

const KINDS = {
  codes(column, word) {
    const code = word === null ? null : (own(column.codes, word) ?? column.other);
    return [code === null ? NaN : code];
  },
  indicators(column, word) {
    const other = Object.keys(column.codes).length;
    const place = word === null ? other + 1 : (own(column.codes, word) ?? other);
    const length = other + 1 + (column.mark ? 1 : 0);
    return Array.from({ length }, (_, i) => (i === place ? 1 : 0));
  },
  means(column, word) {
    const other = Object.keys(column.codes).length;
    const place = word === null ? other + 1 : (own(column.codes, word) ?? other);
    return column.table[place];
  },
  moments(column, value) {
    const names = column.numbers.names;
    if (!Number.isFinite(value)) return numbers(column.numbers, names.map(() => NaN));
    const second = Math.trunc(value);
    const day = Math.floor(second / 86400);
    const date = new Date(day * 86400000);
    const first = new Date(date);
    first.setUTCMonth(0, 1);
    const parts = {
      days: (value - column.start_s) / 86400,
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      weekday: (date.getUTCDay() + 6) % 7,
      "day of year": (date - first) / 86400000 + 1,
      hour: Math.floor((second - day * 86400) / 3600),
    };
    for (const [part, length] of [["month", 12], ["weekday", 7], ["hour", 24]]) {
      const angle = (2 * Math.PI * parts[part]) / length;
      parts[`${part} sine`] = Math.sin(angle);
      parts[`${part} cosine`] = Math.cos(angle);
    }
    return numbers(column.numbers, names.map((name) => parts[name]));
  },
};

function ask(estimator, row) {
  let found;
  if (estimator.kind === "constant") return estimator.value;
  if (estimator.kind === "rescaled") {
    const value = ask(estimator.inner, row)[0] * estimator.scale + estimator.offset;
    return [estimator.log ? Math.expm1(value) : value];
  }
  if (estimator.kind === "linear") {
    const scores = estimator.intercept.map((start, k) =>
      row.reduce((sum, x, i) => sum + x * estimator.weights[i][k], start),
    );
    found = linked(estimator.link, scores);
  } else {
    found = trees(estimator, row);
  }
  if (!estimator.codes) return found;
  return MODEL.classes.map((_, i) => found[estimator.codes.indexOf(i)] ?? 0);
}

function trees(given, row) {
  const reached = given.roots.map((root) => given.value[leaf(given, root, row)]);
  if (given.kind === "forest") {
    return reached[0].map((_, k) => total(reached.map((v) => v[k])) / reached.length);
  }
  const groups = given.start.length;
  const scores = given.start.map(
    (start, k) => total(reached.filter((_, i) => i % groups === k)) + start,
  );
  return linked(given.link, scores);
}

function leaf(given, root, row) {
  let node = root;
  for (;;) {
    const value = row[given.feature[node]];
    const left = Number.isNaN(value)
      ? given.missing_left[node]
      : value <= given.threshold[node];
    const following = (left ? given.left : given.right)[node];
    if (following === node) return node;
    node = following;
  }
}

function linked(link, scores) {
  if (link === "identity") return scores;
  if (link === "sigmoid") {
    const positive = 1 / (1 + Math.exp(-scores[0]));
    return [1 - positive, positive];
  }
  const raised = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return raised.map((each) => each / total(raised));
}

function calibrated(shares) {
  const curves = MODEL.calibration;
  if (curves.length === 0) return shares;
  if (shares.length === 2) {
    const positive = onCurve(shares[1], ...curves[0]);
    return [1 - positive, positive];
  }
  const moved = shares.map((share, i) => Math.max(onCurve(share, ...curves[i]), 1e-6));
  return moved.map((each) => each / total(moved));
}

function onCurve(x, xs, ys) {
  if (x >= xs.at(-1)) return ys.at(-1);
  const place = xs.findLastIndex((start) => start <= x);
  if (place < 0) return ys[0];
  const slope = (ys[place + 1] - ys[place]) / (xs[place + 1] - xs[place]);
  return slope * (x - xs[place]) + ys[place];
}
