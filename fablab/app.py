"""Puts the application together: settings, database, screens, API. It starts no thread."""

from typing import Any

from flask import appcontext_pushed
from flask_openapi3 import Info, OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from fablab import models
from fablab.api import register as register_api
from fablab.billing import handlers as billing_handlers
from fablab.core.config import Config, load_config
from fablab.core.db import db, engine_url, prepare_engine
from fablab.core.links import set_public_url
from fablab.core.paths import STATIC, TEMPLATES
from fablab.notices import handlers as notice_handlers
from fablab.notices import problems as problem_notices
from fablab.notices import shifts as shift_notices
from fablab.web import register as register_web

WIRED = (models, billing_handlers, notice_handlers, problem_notices, shift_notices)
"""Imported so that their rows are known and their handlers listen."""
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
    app.config["FABLAB"] = config
    # Requests, commands and the worker all begin by opening a context, each in a thread of its own.
    appcontext_pushed.connect(lambda sender: set_public_url(config.public_url), sender=app, weak=False)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    register_web(app)
    register_api(app)
    return app


def _flask_settings(config: Config) -> dict[str, Any]:
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": engine_url(config.database_url),
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(config),
        "SESSION_COOKIE_NAME": "fablab",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": 14 * 24 * 3600,
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY,
        "WTF_CSRF_TIME_LIMIT": None,
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def _engine_options(config: Config) -> dict[str, Any]:
    if config.database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    return {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True}
