"""An application wired to its settings, its database and its handlers: all that commands and the worker need.

Screens and API are put on top of it by `app.py`; their thousand schemas and routes take longer to load than the rest.
"""

from typing import Any

from flask import Flask, appcontext_pushed

from fablab import models
from fablab.billing import handlers as billing_handlers
from fablab.billing import retention as billing_retention
from fablab.billing.spending import Reckoner
from fablab.booking import handlers as booking_handlers
from fablab.booking import retention as booking_retention
from fablab.booking.draws import handlers as draw_handlers
from fablab.booking.purse import set_purse
from fablab.booking.queue import handlers as queue_handlers
from fablab.catalog import retention as catalog_retention
from fablab.core import purges
from fablab.core.config import Config
from fablab.core.db import db, engine_url, prepare_engine
from fablab.core.lab import Lab, set_lab
from fablab.core.links import set_public_url
from fablab.members import retention as member_retention
from fablab.notices import accounts as account_notices
from fablab.notices import conduct as conduct_notices
from fablab.notices import draws as draw_notices
from fablab.notices import handlers as notice_handlers
from fablab.notices import memberships as membership_notices
from fablab.notices import people as people_notices
from fablab.notices import privacy as privacy_notices
from fablab.notices import problems as problem_notices
from fablab.notices import several as several_notices
from fablab.notices import shifts as shift_notices
from fablab.notices import terms as term_notices
from fablab.notices import waiting as waiting_notices
from fablab.presence import handlers as presence_handlers
from fablab.presence import retention as presence_retention
from fablab.shifts import handlers as shift_handlers
from fablab.usage import handlers as usage_handlers
from fablab.usage import retention as usage_retention

WIRED = (
    models,
    account_notices,
    billing_handlers,
    conduct_notices,
    draw_notices,
    membership_notices,
    notice_handlers,
    people_notices,
    problem_notices,
    several_notices,
    shift_notices,
    term_notices,
    waiting_notices,
)
PRIVACY = (
    booking_handlers,
    draw_handlers,
    presence_handlers,
    privacy_notices,
    queue_handlers,
    shift_handlers,
    usage_handlers,
)
RETENTION = (
    billing_retention,
    booking_retention,
    presence_retention,
    catalog_retention,
    member_retention,
    presence_retention,
    purges,
    usage_retention,
)
"""Imported so that their rows are known and their handlers listen."""


def faceless(config: Config) -> Flask:
    """An application without screens and without the API."""
    app = Flask(__name__)
    wire(app, config)
    return app


def wire(app: Flask, config: Config) -> None:
    """Give an application its settings and its database."""
    app.config["FABLAB"] = config
    app.config["SQLALCHEMY_DATABASE_URI"] = engine_url(config.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(config)
    # Requests, commands and the worker all begin by opening a context, each in a thread of its own.
    appcontext_pushed.connect(lambda sender: _speak_as(config), sender=app, weak=False)
    set_purse(Reckoner())
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def _speak_as(config: Config) -> None:
    set_public_url(config.public_url)
    set_lab(Lab(config.lab_name, config.mail_from))


def _engine_options(config: Config) -> dict[str, Any]:
    if config.database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    return {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True}
