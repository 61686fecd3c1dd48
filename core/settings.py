"""Every setting of Rondo, read from the environment, with its type and default.

docs/settings.md lists the same settings; a test holds the two together.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings, each from the variable ``RONDO_<NAME>``.

    Examples
    --------
    >>> Settings(home="somewhere").database
    'sqlite:///somewhere/rondo.db'
    """

    model_config = SettingsConfigDict(env_prefix="RONDO_", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path("workspace"),
        description="Folder of projects, datasets, jobs and the SQLite database.",
    )
    models: Path = Field(
        default=Path("models"), description="Folder of saved versions."
    )
    files_url: str | None = Field(
        default=None,
        description="Another place for tables, splits and runs than the home: any "
        "address that fsspec knows, for example s3://bucket/rondo.",
    )
    models_url: str | None = Field(
        default=None,
        description="A second place for saved versions, such as s3://bucket/models: "
        "each is copied there, and fetched from there where its folder is missing.",
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy address of another database than SQLite in the home.",
    )
    api_key: str | None = Field(
        default=None,
        description="A key for all API calls, sent in the header X-API-Key; more keys, "
        "each for its own use, are made on the page Deploy. While this one is not set, "
        "callers on this machine need none.",
    )
    four_eyes: bool = Field(
        default=False,
        description="Whether a version goes live only after a second person has "
        "approved it on the page Deploy. A roll back needs no approval.",
    )
    max_upload_mb: int = Field(
        default=1024, ge=1, description="Largest file that an upload may have, in MB."
    )
    max_rows: int = Field(
        default=20_000_000, ge=10, description="Most rows that a table may have."
    )
    max_columns: int = Field(
        default=5_000, ge=2, description="Most columns that a table may have."
    )
    max_request_rows: int = Field(
        default=10_000, ge=1, description="Most rows that one API call may carry."
    )
    max_request_mb: int = Field(
        default=25, ge=1, description="Largest body of one API call, in MB."
    )
    job_slots: int = Field(
        default=1, ge=1, description="Jobs that run at the same time; others wait."
    )
    job_threads: int | None = Field(
        default=None,
        ge=1,
        description="Processor cores that one job may use; all when not set.",
    )
    dask_scheduler: str | None = Field(
        default=None,
        description="Address of a Dask scheduler, for example tcp://10.0.0.4:8786. "
        "Candidates then train on its workers, one for each thread, instead of in "
        "local processes, and files of rows are answered there piece by piece. Workers "
        "need the same Rondo and libraries, and must be trusted: models come back as "
        "pickles. Needs requirements-dask.txt.",
    )
    watch_minutes: float = Field(
        default=10.0,
        ge=0,
        description="Minutes between two looks of the server at captured predictions, "
        "for window summaries and alarms; 0 leaves it to `python -m core.monitoring`.",
    )
    alarm_webhook: SecretStr | None = Field(
        default=None,
        description="Address that alarms are posted to as JSON, for projects without "
        "one of their own.",
    )
    alarm_emails: str = Field(
        default="",
        description="E-mail addresses for alarms, separated by commas, for projects "
        "without their own.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server for alarms: smtp://user:password@host:587, or "
        "smtps:// for encryption from the start. Without one no mail is sent.",
    )
    mail_from: str = Field(
        default="rondo@localhost", description="Sender of mails about alarms."
    )
    public_url: str = Field(
        default="",
        description="Address of this server as people reach it, for links in alarms.",
    )

    capture_drop: str = Field(
        default="",
        description="Columns whose values are never written to the log of predictions, "
        "separated by commas. Receipts of such answers say so.",
    )
    capture_hash: str = Field(
        default="",
        description="Columns of which only a keyed hash is written, separated by "
        "commas: equal values stay equal. Needs RONDO_CAPTURE_KEY.",
    )
    capture_key: SecretStr | None = Field(
        default=None, description="Key of these hashes, 16 characters or more."
    )
    capture_mode: Literal["synchronous", "queued"] = Field(
        default="synchronous",
        description="When the API's answers are captured. synchronous: before they are "
        "given, so that none is lost. queued: within half a second after that, which "
        "is quicker; what a killed process had not stored yet is counted and reported. "
        "Projects may choose otherwise on the page Deploy, as for all of capture but "
        "the key.",
    )
    capture_share: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the API's answers that is kept, drawn by chance. An "
        "answer that is not kept has no receipt and takes no outcome.",
    )
    capture_days: int | None = Field(
        default=None,
        ge=1,
        description="Days that captured predictions are kept, their outcomes with "
        "them; for ever when not set. Summaries of windows stay.",
    )
    capture_max_mb: int | None = Field(
        default=None,
        ge=1,
        description="Capture pauses while the SQLite database is larger, in MB: "
        "answers are given but not kept. Predict, Monitor and /health/ready say so.",
    )

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database in use."""
        return self.database_url or f"sqlite:///{self.home / 'rondo.db'}"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
