"""What a monitor asks: does the database answer, and does somebody meter?"""

from flask import Blueprint, jsonify
from flask.wrappers import Response

from fablab.core.db import DatabaseFailed
from fablab.web.ground import access
from fablab.web.ground.pulse import pulse

screen = Blueprint("health", __name__)


@screen.get("/healthz")
@access.public
def healthz() -> tuple[Response, int]:
    """200 when all is well; 503 when machines are not read, or the database does not answer."""
    try:
        beat = pulse()
    except DatabaseFailed:
        return jsonify(status="stale", worker_beat=None, database="unreachable"), 503
    told = beat.beat_at.isoformat() if beat.beat_at else None
    status, code = ("stale", 503) if beat.is_stale else ("ok", 200)
    return jsonify(status=status, worker_beat=told, database="ok"), code
