"""The dashboard's server: Streamlit's pages, this program's own routes, and what lives as long as the server does."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from posture_coach.dashboard import camera
from posture_coach.dashboard.analyze import picture as analyze_picture
from posture_coach.dashboard.analyze import routes as analyze_routes
from posture_coach.dashboard.calibrate import route as calibrate_route
from posture_coach.dashboard.live import route as live_route
from posture_coach.dashboard.options import OPTIONS
from posture_coach.dashboard.port import check_port
from posture_coach.dashboard.root import BackendAtRoot
from posture_coach.dashboard.trends import history
from posture_coach.errors import PostureCoachError
from posture_coach.pose.camera import is_camera
from posture_coach.pose.sources import is_url
from posture_coach.pose.video import open_video
from posture_coach.resources import app_file

SCRIPT = Path(__file__).with_name("pages.py")
ROUTES: list[BaseRoute] = [live_route.ROUTE, calibrate_route.ROUTE, *analyze_routes.ROUTES]
MIDDLEWARE = [Middleware(BackendAtRoot)]


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Start what all tabs share, and stop it with the server: the camera is freed, uploaded files are deleted."""
    try:
        camera.start()
        analyze_routes.start()
        yield
    finally:
        analyze_routes.stop()
        analyze_picture.close()
        camera.stop()
        history.READER.close()


def run(
    port: int,
    source: str | None = None,
    place: str | None = None,
    keep: bool | None = None,
    *,
    open_browser: bool = True,
) -> None:
    """Serve the dashboard until Ctrl-C.

    Parameters
    ----------
    source
        What to watch, as for `posture_coach.pose.camera.open_live`; None: the first camera, or a bundled sample.
    place
        Whose own upright to hold against; None: the one that is recognised.
    keep
        True keeps a played file in the history too, False keeps nothing; None: as the user has settled it.

    Raises
    ------
    SourceError
        The source is a file that cannot be played; a camera or a stream may still come.
    PostureCoachError
        The port is in use.
    """
    if source is not None and not is_camera(source) and not is_url(source):
        open_video(source).close()
    check_port(port)
    camera.choose(source, place, keep)
    options = {**OPTIONS, "server.port": port, "server.headless": not open_browser}
    module = _load(app_file())
    module.app.run(config=options)


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("posture_coach_app", path)
    if spec is None or spec.loader is None:
        raise PostureCoachError(f"{path} is missing. Reinstall posture-coach.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
