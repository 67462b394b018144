"""What templates can say: dates, money and words in the reader's language, icons, and who is looking."""

from datetime import date, datetime
from typing import Any

from flask import Flask, request, url_for
from flask_login import current_user
from jinja2 import StrictUndefined

from fablab.billing.prices import Quote
from fablab.core import clock, i18n
from fablab.core.money import rounded
from fablab.core.paths import STATIC
from fablab.core.period import first_day_of
from fablab.members.actor import Actor
from fablab.members.memberships.wording import how_long
from fablab.members.models import Role
from fablab.web.ground import words
from fablab.web.ground.icons import icon
from fablab.web.ground.months import lab_zone
from fablab.web.ground.navigation import groups
from fablab.web.ground.pulse import pulse
from fablab.web.ground.settings import settings
from fablab.web.ground.stencil import BLANK, Stencil
from fablab.web.ground.ways import way

THEMES = ("light", "dark")


def register(app: Flask) -> None:
    """Teach the templates."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        time=i18n.show_time,
        day=i18n.show_day,
        date=i18n.show_date,
        month=show_month,
        moment=i18n.show_moment,
        period=i18n.show_period,
        money=i18n.show_money,
        duration=i18n.show_duration,
        cents=rounded,
        number=i18n.show_number,
        utc=utc,
        ago=show_since,
        age=show_age,
        price=show_price,
        how_long=how_long,
    )
    environment.globals.update(
        asset=asset,
        icon=icon,
        lab_zone=lab_zone,
        words=words,
        pulse=pulse,
        settings=settings,
        stencil=Stencil,
        blank=BLANK,
        way=way,
        Role=Role,
    )
    app.context_processor(_surroundings)


def asset(name: str) -> str:
    """The address of a static file, with its age, so that browsers keep it until it changes."""
    path = STATIC / name
    return url_for("static", filename=name, v=int(path.stat().st_mtime) if path.is_file() else None)


def utc(moment: datetime) -> str:
    """An instant as links carry it: `2026-09-15T12:30:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def show_month(month: str | date) -> str:
    """The month with its year, from `2026-09` or a day in it, with a capital."""
    text = i18n.show_month(first_day_of(month) if isinstance(month, str) else month)
    return text[:1].upper() + text[1:]


def show_since(moment: datetime) -> str:
    """Since when, on the lab's clock: the time of today, or day and time."""
    zone = lab_zone()
    today = clock.now().astimezone(zone).date() == moment.astimezone(zone).date()
    return i18n.show_time(moment, zone) if today else i18n.show_moment(moment, zone)


def show_age(moment: datetime) -> str:
    """How long ago an instant was, roughly."""
    return i18n.show_age(int((clock.now() - moment).total_seconds()))


def show_price(quote: Quote, currency: str = "EUR") -> str:
    """A price and what it buys: `3,50 € / h`."""
    base = "h" if quote.per_seconds == 3600 else "min"
    return f"{i18n.show_money(quote.amount_cents, currency)} / {base}"


def _surroundings() -> dict[str, Any]:
    theme = request.cookies.get("theme")
    viewer: Actor | None = current_user.actor if current_user.is_authenticated else None
    return {
        "locale": i18n.locale(),
        "theme": theme if theme in THEMES else "",
        "viewer": viewer,
        "groups": groups(viewer),
        "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        "now": clock.now(),
    }
