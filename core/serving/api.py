"""The API: predictions, outcomes and their description over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from core.registry import Registry
from core.serving.answerer import Answerer
from core.serving.answering import Answered
from core.serving.body import body_reader, kind_of, outcomes_of, parse_json, rows_of
from core.serving.call_limits import CallLimits
from core.serving.calls import CallLedger
from core.serving.counting import ANSWERED, CallCounter
from core.serving.description import describe_version
from core.serving.direct import DirectRoute
from core.serving.docs_page import SECURITY_HEADERS, docs_page
from core.serving.explain_call import add_explain_call
from core.serving.guard import KeyGuard
from core.serving.keys import ApiKeys
from core.serving.live import LiveServices
from core.serving.log import PredictionLog
from core.serving.metrics import ServiceMetrics
from core.serving.openapi import (
    ERRORS,
    OUTCOME_BODY,
    OUTCOME_RESPONSES,
    PREDICT_BODY,
    PREDICT_RESPONSES,
    without_assumed_errors,
)
from core.serving.outcomes import read_outcomes
from core.serving.project_openapi import project_openapi
from core.serving.receipt import find_kept, replay
from core.serving.responses import handle_errors, json_response
from core.serving.tabular import (
    ARROW,
    CSV,
    as_arrow,
    as_csv,
    rows_of_arrow,
    rows_of_csv,
)
from core.settings import Settings

_ABOUT = (
    "Predictions of live versions. Every answer has a permanent id; send what came "
    "true under that id, and the project learns how well its model does."
)


def create_api(registry: Registry, log: PredictionLog, settings: Settings) -> FastAPI:
    """Make the API; it runs alone or mounted under any path.

    With ``RONDO_API_KEY`` set, every call but the health ones needs the key; without
    one, only callers on this machine are answered.

    Parameters
    ----------
    registry : Registry
    log : PredictionLog
    settings : Settings
        ``api_key``, ``max_request_rows`` and ``max_request_mb`` are read.

    Returns
    -------
    FastAPI
        ``app.state.live`` holds the loaded services, ``app.state.ledger`` counts calls.
    """
    live, metrics = LiveServices(registry), ServiceMetrics()
    app = FastAPI(title="Rondo", description=_ABOUT, docs_url=None, redoc_url=None)
    app.state.live = live
    app.add_middleware(
        KeyGuard,
        api_key=settings.api_key,
        keys=ApiKeys(registry.database),
        limits=CallLimits(settings.home / "limits"),
    )
    ledger = CallLedger(registry.database, registry.champions)
    app.state.ledger = ledger
    app.add_middleware(CallCounter, ledger=ledger)  # outside the guard
    handle_errors(app, metrics)
    _add_calls(app, log, settings, metrics)
    add_explain_call(app, live, body_reader(settings.max_request_mb))
    _add_description(app, live)
    _add_health(app, live, metrics, log)
    without_assumed_errors(app.openapi())  # made once and kept by the application
    return app


def _add_health(
    app: FastAPI, live: LiveServices, metrics: ServiceMetrics, log: PredictionLog
) -> None:
    @app.get("/health/live", summary="The process runs.")
    def is_live() -> Response:
        return json_response({"status": "live"})

    @app.get("/health/ready", summary="The database answers, too.")
    def is_ready() -> Response:
        live.check_database()
        paused = {"capture": "paused"} if log.is_paused else {}
        return json_response({"status": "ready", **paused})

    @app.get("/metrics", summary="Figures of this process, for Prometheus.")
    def show_metrics() -> Response:
        return Response(metrics.text(), media_type=metrics.content_type)


def _add_description(app: FastAPI, live: LiveServices) -> None:
    @app.get(
        "/projects/{project}/schema",
        summary="The columns of the live version, with an example.",
        responses=ERRORS,
    )
    def show_schema(project: str) -> Response:
        return json_response(describe_version(live.champion(project).version))

    @app.get(
        "/projects/{project}/predictions/{prediction_id}",
        summary="The receipt of an answer: what was kept, and the same row asked anew.",
        responses=ERRORS,
    )
    def show_receipt(project: str, prediction_id: str) -> Response:
        kept = find_kept(live.registry.database, project, prediction_id)
        return json_response(
            replay(live.version(project, kept.version), kept).to_dict()
        )

    @app.get(
        "/projects/{project}/openapi.json",
        summary="These calls with the live version's own types and an example.",
        responses=ERRORS,
    )
    def show_own_openapi(project: str) -> Response:
        version = live.champion(project).version
        return json_response(project_openapi(app.openapi(), version))

    @app.get("/docs", include_in_schema=False)
    def show_docs(request: Request) -> Response:
        prefix = request.scope.get("root_path", "")
        page = docs_page(app.openapi(), live.registry.champions(), prefix)
        return HTMLResponse(page, headers=SECURITY_HEADERS)


def _in_the_form_asked_for(request: Request, answered: Answered) -> Response:
    """Answer as CSV or Arrow where the caller asks for that, else as JSON."""
    accepted = request.headers.get("accept", "").lower()
    if ARROW in accepted:
        return Response(as_arrow(answered), media_type=ARROW)
    if CSV in accepted:
        return Response(as_csv(answered), media_type=CSV)
    return json_response(answered.to_dict())


def _add_calls(
    app: FastAPI, log: PredictionLog, settings: Settings, metrics: ServiceMetrics
) -> None:
    live: LiveServices = app.state.live
    most = settings.max_request_rows
    read_body = body_reader(settings.max_request_mb)
    read_rows = body_reader(settings.max_request_mb, (CSV, ARROW))
    Body = Annotated[bytes, Depends(read_body)]
    answer = Answerer(live, log)
    direct = APIRouter(route_class=DirectRoute)

    @direct.post(
        "/projects/{project}/predict",
        summary="Answer one row or many with the live version.",
        responses=PREDICT_RESPONSES,
        openapi_extra=PREDICT_BODY,
    )
    async def predict(project: str, request: Request) -> Response:
        body, kind = await read_rows(request), kind_of(request)
        if kind in (CSV, ARROW):
            read = rows_of_csv if kind == CSV else rows_of_arrow
            rows: list[Any] = await run_in_threadpool(read, body, most)
        else:
            rows = rows_of(parse_json(body), most)
        with metrics.seconds.labels(project).time():
            key = request.headers.get("x-route-key")
            answered = await answer(project, rows, key)
        labels = (project, str(answered.version))
        metrics.predictions.labels(*labels).inc(len(answered.answers))
        n_warned = sum(bool(answer.warnings) for answer in answered.answers)
        metrics.warnings.labels(*labels).inc(n_warned)
        facts = (answered.version, len(answered.answers), n_warned)
        setattr(request.state, ANSWERED, facts)
        return _in_the_form_asked_for(request, answered)

    app.include_router(direct)

    @app.post(
        "/projects/{project}/outcomes",
        summary="Tell what came true, under the ids of the predictions.",
        responses=OUTCOME_RESPONSES,
        openapi_extra=OUTCOME_BODY,
    )
    def add_outcomes(project: str, body: Body) -> Response:
        service = live.for_outcomes(project)
        pairs = outcomes_of(parse_json(body), most)
        values = read_outcomes(service.version.model, [value for _, value in pairs])
        ids = [id_ for id_, _ in pairs]
        report = log.add_outcomes(project, zip(ids, values, strict=True))
        metrics.outcomes.labels(project).inc(report.n_added + report.n_replaced)
        told: dict[str, Any] = report.to_dict()
        return json_response(told)
