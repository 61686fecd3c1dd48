"""The tables of the database. A change here needs a migration beside it."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from core.storage.types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

projects = Table(
    "projects",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# A cycle points at what its steps made; the records themselves never change.
cycles = Table(
    "cycles",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("dataset_id", String(40)),
    Column("target", Text),
    Column("task", String(20)),
    Column("recipe_id", String(40)),
    Column("split_id", String(40)),
    Column("run_id", String(40)),
    Column("evaluation_id", String(40)),
    Column("version_number", Integer),
    UniqueConstraint("project_id", "number"),
)

# Datasets, recipes, splits, runs, evaluations: frozen, each with its content hash.
records = Table(
    "records",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("payload", JSON, nullable=False),
    Index(None, "project_id", "kind", "created_at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("cycle_id", String(40)),
    Column("kind", String(40), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("state", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("heartbeat_at", UtcDateTime),
    Column("pid", Integer),
    Column("attempts", Integer, nullable=False, default=0),
    Column("progress", Float, nullable=False, default=0.0),
    Column("message", Text, nullable=False, default=""),
    Column("detail", JSON, nullable=False),
    Column("result", JSON),
    Column("error", JSON),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Index(None, "project_id", "created_at"),
    Index(None, "state"),
)

openings = Table(
    "openings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("project_id", ForeignKey("projects.id"), nullable=False),
    Column("split_hash", String(64), nullable=False),
    Column("run_id", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("why", Text, nullable=False, default=""),
    Index(None, "project_id", "split_hash"),
)

versions = Table(
    "versions",
    metadata,
    Column("project_id", String(80), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("directory", Text, nullable=False),
    Column("manifest_sha256", String(64), nullable=False),
    Column("summary", JSON, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

aliases = Table(
    "aliases",
    metadata,
    Column("project_id", String(80), primary_key=True),
    Column("alias", String(20), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

# Append only; each row's hash covers the row before it.
history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("project_id", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("number", Integer),
    Column("alias", String(20)),
    Column("why", Text, nullable=False, default=""),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "project_id", "id"),
)

predictions = Table(
    "predictions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("source", String(20), nullable=False),
    Column("key", Text),
    Column("inputs", JSON, nullable=False),
    Column("output", JSON, nullable=False),
    Column("threshold", Float),
    Column("latency_ms", Float),
    Column("warnings", JSON, nullable=False),
    Column("role", String(20)),
    Index(None, "project_id", "at"),
    Index(None, "project_id", "version", "at"),
)

# Predictions that killed processes had answered and not captured yet: at most so many.
capture_losses = Table(
    "capture_losses",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", String(80), nullable=False),
    Column("most", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
    Index(None, "project_id", "until"),
)

# What capture keeps of a project's answers: the newest row counts, an empty payload
# stands for the defaults of the settings.
capture_policies = Table(
    "capture_policies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("project_id", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("payload", JSON, nullable=False),
    Index(None, "project_id", "id"),
)

# What the shadow would have answered to a prediction; nobody was given it.
shadows = Table(
    "shadows",
    metadata,
    Column("prediction_id", String(40), primary_key=True),
    Column("project_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("output", JSON, nullable=False),
    Column("latency_ms", Float),
    Index(None, "project_id", "version", "at"),
)

# Calls for predictions, answered or refused, by hour: counts that only grow.
calls = Table(
    "calls",
    metadata,
    Column("project_id", String(80), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("key_id", String(40), primary_key=True),
    Column("status", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("n_rows", Integer, nullable=False),
    Column("n_warned", Integer, nullable=False),
)

# A key itself is never kept, only its hash.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", String(80)),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("per_minute", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    UniqueConstraint("digest"),
)

# How a project's calls are shared between its versions; no row: all to the champion.
routes = Table(
    "routes",
    metadata,
    Column("project_id", String(80), primary_key=True),
    Column("mode", String(20), nullable=False),
    Column("share", Float, nullable=False),
    Column("sticky_by", Text),
    Column("guardrails", JSON, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("tripped_at", UtcDateTime),
    Column("tripped_why", Text),
)

# Rules that a person has put above the model; an ended one keeps its row.
overrides = Table(
    "overrides",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", String(80), nullable=False),
    Column("rule", JSON, nullable=False),
    Column("outcome", JSON, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "project_id", "created_at"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("prediction_id", ForeignKey("predictions.id"), nullable=False),
    Column("project_id", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("value", JSON, nullable=False),
    Column("superseded", Boolean, nullable=False, default=False),
    Index(None, "prediction_id"),
    Index(None, "project_id", "at"),
    Index(None, "project_id", "id"),
)

# What Monitor knows of a stretch of time. Its key lets one worker alone summarise it;
# `judged` is the revision that alarms were last decided on. Windows of n rows form a
# chain: `after` and `cut` are the places of the last row before and within (the order
# of core.retraining.mix); nothing follows the same place twice.
windows = Table(
    "windows",
    metadata,
    Column("project_id", String(80), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("period", String(10), primary_key=True),
    Column("start", UtcDateTime, primary_key=True),
    Column("end", UtcDateTime, nullable=False),
    Column("claim", String(40)),
    Column("claimed_at", UtcDateTime),
    Column("revision", Integer, nullable=False, default=0),
    Column("judged", Integer, nullable=False, default=0),
    Column("n_rows", Integer, nullable=False, default=0),
    Column("n_labels", Integer, nullable=False, default=0),
    Column("n_calls", Integer, nullable=False, default=0, server_default="0"),
    Column("outcome_mark", Integer, nullable=False, default=0),
    Column("summary", JSON, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("after", String(48)),
    Column("cut", String(48)),
    Index(None, "project_id", "version", "period", "after", unique=True),
)

# How a project is watched: period, rules, where alarms go.
watches = Table(
    "watches",
    metadata,
    Column("project_id", String(80), primary_key=True),
    Column("payload", JSON, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

# `open_key` names version and rule until the alarm is resolved: one at a time.
alarms = Table(
    "alarms",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("project_id", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("rule_id", String(40), nullable=False),
    Column("open_key", String(160)),
    Column("state", String(20), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("last_window", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("muted_until", UtcDateTime),
    Column("payload", JSON, nullable=False),
    Column("note", Text, nullable=False, default=""),
    UniqueConstraint("open_key"),
    Index(None, "project_id", "opened_at"),
)

# What was to be told outside, by which channel; kept until it has arrived.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("alarm_id", ForeignKey("alarms.id"), nullable=False),
    Column("event", String(20), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    UniqueConstraint("alarm_id", "event", "channel"),
    Index(None, "state", "next_at"),
)
