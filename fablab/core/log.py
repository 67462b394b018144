"""How the house logs: one line a fact, to standard error, with ids and never names or secrets."""

import logging


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error; the chatter of libraries is left out."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "urllib3", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
