"""What staff do to sites and rooms: add them, write about them, show them."""

from dataclasses import dataclass, fields
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core.actor import Actor, Role
from fablab.core.errors import NotFound
from fablab.core.files import StoredFile, keep_picture
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of, slug_of
from fablab.core.versions import check_version
from fablab.sites import queries
from fablab.sites.holidays import countries, is_known
from fablab.sites.models import Room, SignUpRule, Site, Staffing

LONGEST_NOTICE = 336
"""Hours: two weeks."""
OLDEST_OF_AGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    """What is written about a site."""

    name: str
    town: str
    address: str = ""
    timezone: str = "Europe/Paris"
    country: str = "FR"
    subdivision: str = ""
    description: str = ""
    email: str = ""
    phone: str = ""
    map_url: str = ""
    staffing: str = Staffing.PLANNED
    shift_notice_hours: int = 48
    sign_up: str = SignUpRule.CLOSED
    adult_age: int = 18
    needs_membership: bool = False


def card_of(row: Site) -> SiteCard:
    """What is written about a site now."""
    return SiteCard(**{item.name: getattr(row, item.name) for item in fields(SiteCard)})


def add_site(session: Session, actor: Actor, card: SiteCard) -> Site:
    """Add a site; its short word is made from its name, and stays.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together.
    """
    actor.needs_everywhere(Role.ADMIN)
    _check(card)
    row = Site(slug=slug_of(card.name, set(session.scalars(select(Site.slug))), "site"))
    _write(row, card)
    session.add(row)
    session.flush()
    return row


def edit_site(session: Session, actor: Actor, site_id: int, card: SiteCard, version: int) -> Site:
    """Change what is written about a site, as read at `version`. Its zone and its country change its hours: that goes
    through `booking.changes.change_hours`.

    Raises:
        Forbidden: not a fabmanager of the site.
        Refused: what was written does not hold together.
        Conflict: somebody else changed it since.
    """
    row = queries.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    check_version(row.version, version)
    _check(card)
    _write(row, card)
    row.version += 1
    session.flush()
    return row


def show_photo(session: Session, actor: Actor, site_id: int, content: bytes, name: str, now: datetime) -> Site:
    """Show a photo of a site, in place of the one before.

    Raises:
        Forbidden: not a fabmanager of the site.
        Refused: it is no picture that we can read, or too large.
    """
    row = queries.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    kept = keep_picture(session, content, name, now)
    _forget_photo(session, row)
    row.photo_id = kept.id
    session.flush()
    return row


def hide_photo(session: Session, actor: Actor, site_id: int) -> None:
    """Show no photo of a site any more.

    Raises:
        Forbidden: not a fabmanager of the site.
    """
    row = queries.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    _forget_photo(session, row)


def add_room(session: Session, actor: Actor, site_id: int, name: str) -> Room:
    """Add a room to a site; one that was removed and had that name is there again.

    Raises:
        Forbidden: not a fabmanager of the site.
        Refused: it has no name, or another has it.
    """
    queries.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    namesake = _namesake(session, site_id, name)
    if namesake is not None:
        if namesake.removed_at is None:
            raise _taken(name)
        namesake.removed_at = None
        session.flush()
        return namesake
    row = Room(site_id=site_id, name=_room_name(name))
    session.add(row)
    session.flush()
    return row


def rename_room(session: Session, actor: Actor, room_id: int, name: str) -> Room:
    """Call a room something else.

    Raises:
        Forbidden: not a fabmanager of its site.
        NotFound: there is no such room, or it was removed.
        Refused: it would have no name, or that of another.
    """
    row = queries.room(session, room_id)
    actor.needs_at_site(Role.FABMANAGER, row.site_id)
    queries.lock_site(session, row.site_id)
    if row.removed_at is not None:
        raise NotFound(f"room {room_id}")
    namesake = _namesake(session, row.site_id, name)
    if namesake is not None and namesake.id != row.id:
        raise _taken(name)
    row.name = _room_name(name)
    session.flush()
    return row


def _namesake(session: Session, site_id: int, name: str) -> Room | None:
    return session.scalar(select(Room).where(Room.site_id == site_id, Room.name == _room_name(name)))


def _room_name(name: str) -> str:
    found = line_of(name)
    if not found:
        raise Refused.because("name_missing", _("A room needs a name."))
    return found


def _taken(name: str) -> Refused:
    text = _("This site has a room called “%(name)s”, or had one. Choose another name.", name=line_of(name)[:120])
    return Refused.because("name_taken", text)


def _forget_photo(session: Session, row: Site) -> None:
    if row.photo_id is None:
        return
    former = session.get(StoredFile, row.photo_id)
    row.photo_id = None
    session.flush()
    if former is not None:
        session.delete(former)
        session.flush()


def _check(card: SiteCard) -> None:
    reasons = []
    if not line_of(card.name):
        reasons.append(Refusal("name_missing", _("A site needs a name.")))
    if not line_of(card.town):
        reasons.append(Refusal("town_missing", _("Say in which town it is.")))
    if card.timezone not in available_timezones():
        text = _("“%(text)s” is no time zone; one is Europe/Paris.", text=line_of(card.timezone)[:40])
        reasons.append(Refusal("timezone", text))
    if not is_known(card.country):
        reasons.append(Refusal("country", _("The public holidays of this country are not known.")))
    elif not is_known(card.country, card.subdivision):
        known = ", ".join(countries()[card.country][:40]) or _("none")
        text = _("The public holidays of this part of the country are not known; known are: %(known)s.", known=known)
        reasons.append(Refusal("subdivision", text))
    if card.email and not _is_email(card.email):
        reasons.append(Refusal("email", _("“%(email)s” is not an e-mail address.", email=line_of(card.email)[:80])))
    if card.map_url and not _is_web(card.map_url):
        reasons.append(Refusal("map_url", _("A map link begins with https:// or http://, as a browser shows it.")))
    if card.staffing not in list(Staffing):
        reasons.append(Refusal("staffing", _("Staffed hours come from the timetable, or from shifts.")))
    if not 1 <= card.shift_notice_hours <= LONGEST_NOTICE:
        text = _("A shift needs its people between 1 and %(count)s hours ahead.", count=LONGEST_NOTICE)
        reasons.append(Refusal("shift_notice", text))
    if card.sign_up not in list(SignUpRule):
        reasons.append(Refusal("sign_up", _("People join by themselves, after an approval, or not by themselves.")))
    if not 1 <= card.adult_age <= OLDEST_OF_AGE:
        text = _("People come of age between 1 and %(count)s years.", count=OLDEST_OF_AGE)
        reasons.append(Refusal("adult_age", text))
    if reasons:
        raise Refused(reasons)


def _is_email(text: str) -> bool:
    try:
        validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(line_of(text))
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(text.strip()) & set(' "<>\\')


def _write(row: Site, card: SiteCard) -> None:
    row.name = line_of(card.name)
    row.town = line_of(card.town)
    row.address = lines_of(card.address)
    row.timezone = card.timezone
    row.country = card.country
    row.subdivision = card.subdivision
    row.description = lines_of(card.description)
    row.email = line_of(card.email)
    row.phone = line_of(card.phone)
    row.map_url = line_of(card.map_url)
    row.staffing = card.staffing
    row.shift_notice_hours = card.shift_notice_hours
    row.sign_up = card.sign_up
    row.adult_age = card.adult_age
    row.needs_membership = card.needs_membership
