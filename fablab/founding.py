"""Founds a network: who invoices, the first site with its hours, and the usual categories of machines.

What was founded is changed by staff later; the lab's first visit will lead through more of it one day.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.billing.models import IssuerRule
from fablab.catalog.models import Category
from fablab.core.refusals import Refusal, Refused
from fablab.members import queries as members
from fablab.members import services
from fablab.sites.hours import Opening
from fablab.sites.models import LegalEntity, Site, VatRegime
from fablab.sites.services import give_timetable
from fablab.training.services import add_course

CATEGORIES = {
    "fr": (("Imprimante 3D", "printer"), ("Découpe laser", "lightning-charge"), ("Fraiseuse numérique", "tools")),
    "en": (("3D printer", "printer"), ("Laser cutter", "lightning-charge"), ("CNC mill", "tools")),
}
COURSES = {"fr": "Formation : %s", "en": "Training: %s"}
CLASSES = {"fr": "Adulte", "en": "Adult"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What must be known to begin; the hours are those of every weekday, in minutes of the site's clock."""

    entity: str
    address: str
    site: str
    town: str
    timezone: str
    vat_rate_bp: int
    opens: int
    closes: int
    locale: str
    today: date


def found(session: Session, charter: Charter) -> Site:
    """Make the network's first site and all that a machine, a price and an invoice need.

    Raises:
        Refused: there is a site already, the time zone is none, or the hours end before they begin.
    """
    reasons = []
    if session.scalar(select(Site.id).limit(1)) is not None:
        reasons.append(Refusal("founded", "This network has a site already."))
    if charter.timezone not in available_timezones():
        reasons.append(Refusal("timezone", f"{charter.timezone!r} is no time zone; one is Europe/Paris."))
    if not 0 <= charter.opens < charter.closes <= 1440:
        reasons.append(Refusal("hours", "The site must close after it opens, on the same day."))
    if reasons:
        raise Refused(reasons)
    entity = LegalEntity(name=charter.entity, address=charter.address, timezone=ZoneInfo(charter.timezone).key)
    site = Site(slug="site-1", name=charter.site, town=charter.town, timezone=charter.timezone)
    session.add_all([entity, site])
    session.flush()
    session.add(VatRegime(legal_entity_id=entity.id, valid_from=charter.today, rate_bp=charter.vat_rate_bp))
    session.add(IssuerRule(legal_entity_id=entity.id))
    give_timetable(session, site, [Opening(day, charter.opens, charter.closes) for day in range(7)])
    if not members.classes(session):
        services.add_class(session, CLASSES[charter.locale])
    for position, (name, icon) in enumerate(CATEGORIES[charter.locale]):
        category = Category(name=name, icon=icon, position=position)
        session.add(category)
        session.flush()
        add_course(session, COURSES[charter.locale] % name, category_ids=(category.id,))
    session.flush()
    return site
