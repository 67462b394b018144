"""Founds a network: who invoices, the first site with its hours, the usual categories, and the first administrator.

The command line founds with its options; a new lab's first visitor is led through the same by the screens in
`web/people/welcome.py`, which only open with the key that the server prints: whoever comes first by chance founds
nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.fr import siren as sirens

from fablab.billing.models import IssuerRule
from fablab.catalog.models import Category
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.members import passwords, services
from fablab.members import queries as members
from fablab.members.models import Member, Role
from fablab.sites.hours import Opening
from fablab.sites.models import LegalEntity, Site, VatRegime
from fablab.sites.services import give_timetable
from fablab.training.services import add_course

CATEGORIES = {
    "fr": (("Imprimante 3D", "printer"), ("Découpe laser", "lightning-charge"), ("Fraiseuse numérique", "tools")),
    "en": (("3D printer", "printer"), ("Laser cutter", "lightning-charge"), ("CNC mill", "tools")),
}
COURSES = {"fr": "Formation : %s", "en": "Training: %s"}
NO_VAT = {"fr": "TVA non applicable, art. 293 B du CGI", "en": "No VAT due"}
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
    siren: str = ""
    with_courses: bool = True
    """Make a course for each category, which its machines need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """The first administrator."""

    name: str
    email: str
    password: str
    password_hash: str


def key_of(secret_key: str) -> str:
    """The word that opens the welcome of a lab that nobody has founded yet."""
    return hmac.new(secret_key.encode(), b"fablab welcome", hashlib.sha256).hexdigest()[:32]


def is_new(session: Session) -> bool:
    """Tell whether nobody is a member and nothing was founded."""
    nobody = session.scalar(select(Member.id).limit(1)) is None
    return nobody and session.scalar(select(Site.id).limit(1)) is None


def welcome(session: Session, charter: Charter, founder: Founder, now: datetime) -> Member:
    """Found a new network, with its first administrator.

    Raises:
        Refused: it is not new, or what was written does not hold together; every reason is told.
    """
    if not is_new(session):
        raise Refused.because("founded", _("This lab was set up already. Sign in."))
    reasons = passwords.check(founder.password, email=founder.email, name=founder.name)
    if charter.siren and not sirens.is_valid(charter.siren):
        text = _("“%(text)s” is not a SIREN: nine digits, of which the last checks the others.", text=charter.siren)
        reasons.append(Refusal("siren", text))
    try:
        found(session, charter)
    except Refused as refused:
        reasons += refused.refusals
    try:
        first_class = next(iter(members.classes(session)), None) or services.add_class(session, CLASSES[charter.locale])
        member = services.add_member(
            session,
            name=founder.name,
            email=founder.email,
            member_class=first_class,
            now=now,
            locale=charter.locale,
        )
    except Refused as refused:
        reasons += refused.refusals
    if reasons:
        raise Refused(reasons)
    services.grant_role(session, member, Role.ADMIN)
    member.password_hash = founder.password_hash
    session.flush()
    return member


def found(session: Session, charter: Charter) -> Site:
    """Make the network's first site and all that a machine, a price and an invoice need.

    Raises:
        Refused: there is a site already, the time zone is none, or the hours end before they begin.
    """
    reasons = []
    if session.scalar(select(Site.id).limit(1)) is not None:
        reasons.append(Refusal("founded", _("This network has a site already.")))
    if charter.timezone not in available_timezones():
        reasons.append(
            Refusal("timezone", _("“%(text)s” is not a time zone; one is Europe/Paris.", text=charter.timezone[:60]))
        )
    if not 0 <= charter.opens < charter.closes <= 1440:
        reasons.append(Refusal("hours", _("The site must close after it opens, on the same day.")))
    if reasons:
        raise Refused(reasons)
    entity = LegalEntity(
        name=charter.entity,
        address=charter.address,
        timezone=ZoneInfo(charter.timezone).key,
        siren=sirens.compact(charter.siren) or None,
    )
    site = Site(slug="site-1", name=charter.site, town=charter.town, timezone=charter.timezone)
    session.add_all([entity, site])
    session.flush()
    mention = "" if charter.vat_rate_bp else NO_VAT[charter.locale]
    rate = charter.vat_rate_bp
    session.add(VatRegime(legal_entity_id=entity.id, valid_from=charter.today, rate_bp=rate, mention=mention))
    session.add(IssuerRule(legal_entity_id=entity.id))
    give_timetable(session, site, [Opening(day, charter.opens, charter.closes) for day in range(7)])
    if not members.classes(session):
        services.add_class(session, CLASSES[charter.locale])
    for position, (name, icon) in enumerate(CATEGORIES[charter.locale]):
        category = Category(name=name, icon=icon, position=position)
        session.add(category)
        session.flush()
        if charter.with_courses:
            add_course(session, COURSES[charter.locale] % name, category_ids=(category.id,))
    session.flush()
    return site
