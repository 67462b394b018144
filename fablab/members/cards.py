"""What is written of a person: added at the desk, corrected by staff or by themselves."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.core import audit, files
from fablab.core.errors import Forbidden, NotFound
from fablab.core.files import StoredFile
from fablab.core.i18n import LOCALES, _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.members import classes, guardians, queries, services
from fablab.members.actor import Actor, Role
from fablab.members.joining import check_person
from fablab.members.models import Member, MemberClass
from fablab.sites import queries as sites

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """What people may read and write of themselves; an address of one's own, one that is shared, or none."""

    name: str
    email: str | None = None
    shared_email: str | None = None
    phone: str = ""
    birth_date: date | None = None
    locale: str = "fr"
    languages: str = ""
    emergency_contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCard:
    """What staff write besides: the class that decides prices, the site that looks after the person, a note."""

    class_id: int
    home_site_id: int | None = None
    staff_note: str = ""


def may_look(session: Session, actor: Actor, member_id: int) -> bool:
    """Tell whether somebody may read a person's card: themselves, their guardian, or who welcomes people anywhere."""
    own = guardians.acts_for(session, actor, member_id)
    return own or actor.may_anywhere(Role.HOST)


def seen_by(session: Session, actor: Actor, member_id: int) -> Member:
    """A person's record, if this actor may read it; NotFound otherwise, and for somebody who was erased or merged."""
    member = session.get(Member, member_id)
    if member is None or not may_look(session, actor, member_id):
        raise NotFound(f"member {member_id}")
    return member


def may_write(actor: Actor, member: Member) -> bool:
    """Tell whether somebody may write a person's card as staff: a host of their site, or a fabmanager of any."""
    if actor.may_anywhere(Role.FABMANAGER):
        return True
    if member.home_site_id is None:
        return actor.may_anywhere(Role.HOST)
    return actor.may_at_site(Role.HOST, member.home_site_id)


def to_write(session: Session, actor: Actor, member_id: int) -> Member:
    """A person's record, for staff who may write it; Forbidden for others, NotFound where there is none."""
    member = queries.member(session, member_id)
    if not may_write(actor, member):
        raise Forbidden(f"write member {member_id}")
    return member


def may_decide_way_in(session: Session, actor: Actor, member_id: int) -> bool:
    """Tell whether somebody may change how a person signs in: where they have a role, administrators may, and they
    themselves; else a host could make a colleague's rights their own.
    """
    if actor.member_id == member_id or actor.may_everywhere(Role.ADMIN):
        return True
    return not queries.grants_of(session, [member_id])[member_id]


def way_in_of_staff() -> Refusal:
    """Why not, for those who may not change how a colleague signs in."""
    return Refusal("way_in_of_staff", _("This person has a role: how they sign in, only administrators change."))


def add_person(session: Session, actor: Actor, card: PersonCard, desk: DeskCard, now: datetime) -> Member:
    """Add somebody at the desk, with an account of their own.

    Raises:
        Forbidden: not a host of the site that looks after them.
        Refused: what was written does not hold together; every reason is told.
    """
    _needs_desk(actor, desk.home_site_id)
    reasons = _reasons_against(session, card, desk, None, now)
    if reasons:
        raise Refused(reasons)
    member = services.add_member(
        session,
        name=card.name,
        email=card.email or None,
        member_class=session.get_one(MemberClass, desk.class_id),
        now=now,
        locale=card.locale,
    )
    fill(member, card, desk)
    session.flush()
    audit.note(session, actor.member_id, "member.added", now, member_id=member.id, site_id=desk.home_site_id)
    return member


def edit_as_staff(
    session: Session, actor: Actor, member_id: int, card: PersonCard, desk: DeskCard, version: int, now: datetime
) -> Member:
    """Correct somebody's card; a new address replaces the one with which they signed in.

    Raises:
        NotFound, Forbidden: there is no such person, or they are not this actor's to write.
        Conflict: somebody else changed the card meanwhile.
        Refused: what was written does not hold together, or it is the address of somebody with a role.
    """
    _lock(session, member_id)
    member = to_write(session, actor, member_id)
    if desk.home_site_id != member.home_site_id:
        _needs_desk(actor, desk.home_site_id)
    check_version(member.version, version)
    reasons = _reasons_against(session, card, desk, member, now)
    if (card.email or None) != member.email and not may_decide_way_in(session, actor, member_id):
        reasons.append(way_in_of_staff())
    if desk.class_id != member.class_id:
        reasons += classes.not_ones_own(actor, member)
    if reasons:
        raise Refused(reasons)
    changed = changes(member, card, desk)
    address = services.own_email(session, card.email, member.id) if card.email else None
    if address != member.email:
        services.end_links(session, member.id, now)
    rewrite(member, card, desk, address)
    session.flush()
    details = {"fields": ",".join(changed)}
    audit.note(session, actor.member_id, "member.edited", now, member_id=member.id, details=details)
    return member


def edit_own(session: Session, actor: Actor, member_id: int, card: PersonCard, version: int, now: datetime) -> Member:
    """Correct one's own card, or one's ward's; an address is changed by `emails.ask` instead.

    Raises:
        NotFound: neither oneself nor a ward.
        Conflict: as for staff.
        Refused: what was written does not hold together, or it is another day of birth of one's own.
    """
    _lock(session, member_id)
    member = session.get(Member, member_id)
    own = guardians.acts_for(session, actor, member_id)
    if member is None or not own:
        raise NotFound(f"member {member_id}")
    check_version(member.version, version)
    reasons = check_person(card.name, card.birth_date, now)
    if actor.member_id == member_id and member.birth_date not in (None, card.birth_date):
        # Whom a guardian must sign for, and what somebody pays, depends on it.
        text = _("Your day of birth is known already. If it is wrong, ask staff at the desk to correct it.")
        reasons.append(Refusal("birth_date_known", text))
    if reasons:
        raise Refused(reasons)
    _write(member, card, with_shared=False)
    member.version += 1
    session.flush()
    return member


def set_photo(
    session: Session, actor: Actor, member_id: int, content: bytes | None, name: str, now: datetime
) -> StoredFile | None:
    """Replace somebody's photo, or (None) take it away; what was there is deleted.

    Raises:
        NotFound: not this actor's to write.
        Refused: it is no picture.
    """
    member = session.get(Member, member_id)
    if member is None or not (may_look(session, actor, member_id) and _may_photo(session, actor, member)):
        raise NotFound(f"member {member_id}")
    kept = files.keep_picture(session, content, name, now) if content is not None else None
    before = session.get(StoredFile, member.photo_id) if member.photo_id else None
    member.photo_id = kept.id if kept else None
    session.flush()
    if before is not None:
        session.delete(before)
        session.flush()
    return kept


def _lock(session: Session, member_id: int) -> None:
    """Let nobody else write a card until the transaction ends, and read it as it is now."""
    query = select(Member).where(Member.id == member_id).with_for_update(key_share=True)
    session.scalar(query.execution_options(populate_existing=True))


def fill(member: Member, card: PersonCard, desk: DeskCard) -> None:
    """Write a card that was checked, but for the address with which they sign in."""
    _write(member, card)
    _write_desk(member, desk)


def rewrite(member: Member, card: PersonCard, desk: DeskCard, address: str | None) -> None:
    """Write a card that was checked over the one there was, and the address; whoever signed in with another one is
    signed out.
    """
    if address != member.email:
        member.session_version += 1
    member.email = address
    fill(member, card, desk)
    member.version += 1


def _may_photo(session: Session, actor: Actor, member: Member) -> bool:
    own = guardians.acts_for(session, actor, member.id)
    return own or may_write(actor, member)


def _needs_desk(actor: Actor, site_id: int | None) -> None:
    if site_id is None:
        actor.needs_anywhere(Role.FABMANAGER)
    else:
        actor.needs_at_site(Role.HOST, site_id)


def _reasons_against(
    session: Session, card: PersonCard, desk: DeskCard, member: Member | None, now: datetime
) -> list[Refusal]:
    reasons = reasons_but_addresses(session, card, desk, member, now)
    try:
        if card.email:
            services.own_email(session, card.email, member.id if member else None)
        if card.shared_email:
            services.clean_email(card.shared_email)
    except Refused as refused:
        reasons += refused.refusals
    return reasons


def reasons_but_addresses(
    session: Session, card: PersonCard, desk: DeskCard, member: Member | None, now: datetime
) -> list[Refusal]:
    """What is wrong with a card of somebody, or (None) of somebody new, whatever addresses it has."""
    reasons = check_person(card.name, card.birth_date, now)
    wanted = session.get(MemberClass, desk.class_id)
    if wanted is None or (wanted.closed_at is not None and (member is None or member.class_id != wanted.id)):
        reasons.append(Refusal("class", _("There is no such class of members.")))
    elif wanted.needs_proof:
        text = _("“%(name)s” needs a proof: it is shown on the page “Memberships and class”.", name=wanted.name)
        reasons.append(Refusal("class_needs_proof", text))
    if desk.home_site_id is not None:
        sites.site(session, desk.home_site_id)
    return reasons


def _write(member: Member, card: PersonCard, *, with_shared: bool = True) -> None:
    member.name = line_of(card.name)[:LONGEST_NAME]
    member.phone = line_of(card.phone)
    member.birth_date = card.birth_date
    member.locale = card.locale if card.locale in LOCALES else member.locale
    member.languages = line_of(card.languages)
    member.emergency_contact = lines_of(card.emergency_contact)
    if with_shared:
        member.shared_email = services.clean_email(card.shared_email) if card.shared_email else None


def _write_desk(member: Member, desk: DeskCard) -> None:
    member.class_id = desk.class_id
    member.home_site_id = desk.home_site_id
    member.staff_note = lines_of(desk.staff_note)


def changes(member: Member, card: PersonCard, desk: DeskCard) -> list[str]:
    """The names of what is other than before; never what it says, since the log holds no word about people."""
    pairs = {
        **{name: getattr(card, name) for name in PersonCard.__slots__},
        **{name: getattr(desk, name) for name in DeskCard.__slots__},
    }
    return sorted(name for name, value in pairs.items() if (value or None) != (getattr(member, name) or None))
