"""The deployment's settings, as the screens need them."""

from flask import current_app

from fablab.core.config import Config
from fablab.usage.connections import Means


def settings() -> Config:
    """The settings that this application was made with."""
    found: Config = current_app.config["FABLAB"]
    return found


def means() -> Means:
    """What this deployment brings to reach a machine."""
    config = settings()
    return Means(config.secret_key, config.printer_networks, config.machine_timeout_seconds)
