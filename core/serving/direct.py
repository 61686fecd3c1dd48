"""The way of a prediction through FastAPI, without what it does not need."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response


class DirectRoute(APIRoute):
    """Calls its function with the path's values and the request, and nothing else.

    It is described like any other call. But nothing is looked for in dependencies, no
    body is read for it and nothing that it returns is checked: the function is a
    coroutine that does all this itself and returns a Response. A prediction then costs
    a tenth of a millisecond less.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = self.endpoint

        async def handle(request: Request) -> Response:
            response: Response = await answer(**request.path_params, request=request)
            return response

        return handle
