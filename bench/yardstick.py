"""The yardstick: a bare Starlette program that answers the bytes it is given, on the same server and settings.

PLENARY_BENCH_BODY names the file with the body. `/whole` answers it from memory, `/file` from the file, and
`/unchanged` answers 304.
"""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route


def create_app() -> Starlette:
    """The bare program, for uvicorn's `--factory`."""
    path = Path(os.environ["PLENARY_BENCH_BODY"])
    body = path.read_bytes()
    kind = os.environ["PLENARY_BENCH_TYPE"]

    async def whole(_request: Request) -> Response:
        return Response(body, media_type=kind)

    async def file(_request: Request) -> Response:
        return FileResponse(path, media_type=kind)

    async def unchanged(_request: Request) -> Response:
        return Response(status_code=304, headers={"etag": '"same"'})

    return Starlette(routes=[Route("/whole", whole), Route("/file", file), Route("/unchanged", unchanged)])
