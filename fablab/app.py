"""The whole application: wired, with its screens and its API. It starts no thread."""

from typing import Any

from flask_openapi3 import Info, OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from fablab.api import register as register_api
from fablab.core.config import Config, load_config
from fablab.core.paths import STATIC, TEMPLATES
from fablab.members.signins import OLDEST
from fablab.web import register as register_web
from fablab.wiring import wire

MAX_BODY = 2 * 1024 * 1024


def create_app(config: Config | None = None, **overrides: Any) -> OpenAPI:
    """The application for these settings, or for those of the instance folder."""
    config = config or load_config(**overrides)
    app = OpenAPI(
        __name__,
        info=Info(title="FabLab", version="1"),
        template_folder=str(TEMPLATES),
        static_folder=str(STATIC),
        doc_ui=False,
        security_schemes={"bearer": {"type": "http", "scheme": "bearer"}},
    )
    app.config.update(_flask_settings(config))
    wire(app, config)
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    register_web(app)
    register_api(app)
    return app


def _flask_settings(config: Config) -> dict[str, Any]:
    return {
        "SECRET_KEY": config.secret_key,
        "SESSION_COOKIE_NAME": "fablab",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": OLDEST,  # When a sign-in ends before, its row says.
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY,
        "WTF_CSRF_TIME_LIMIT": None,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }
