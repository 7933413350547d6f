"""The service worker, at the root because it may keep only pages that lie below its own address."""

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from app.routes.door import Needs
from app.routes.pages import APP

router = APIRouter(dependencies=[Depends(Needs("public.read"))])


@router.get("/sw.js")
def door_worker() -> FileResponse:
    """Asked for anew each time, so that a fault in it can be mended on devices that have it."""
    return FileResponse(
        APP / "static" / "js" / "door-worker.js",
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache", "Content-Security-Policy": "default-src 'self'"},
    )
