"""What is asked of holds, strikes and appeals, and who may see and settle them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from fablab.core.actor import Actor, Role, including
from fablab.core.errors import NotFound
from fablab.core.period import Period
from fablab.core.seldom import kept_of_each
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.conduct.policies import sites_with_own_rules
from fablab.members.conduct.rules import Struck, Suspended
from fablab.members.models import Appeal, ConductStep, Hold, HoldKind, Member, RoleGrant, Strike
from fablab.sites import queries as sites

MOST = 200


def is_treasurer(actor: Actor) -> bool:
    """Tell whether they look after money, of the network or of a legal entity: they place and lift what is unpaid."""
    return any(grant.role in including(Role.TREASURER) and grant.site_id is None for grant in actor.grants)


def looks_after(actor: Actor) -> bool:
    """Tell whether there is anybody whose conduct they may look at as staff."""
    return actor.may_anywhere(Role.HOST) or is_treasurer(actor)


def sees(session: Session, actor: Actor, member_id: int, site_id: int | None) -> bool:
    """Tell whether they may see what stands against somebody at a site, or (None) in the network."""
    if guardians.acts_for(session, actor, member_id):
        return True
    return looks_after(actor) if site_id is None else actor.may_at_site(Role.HOST, site_id)


def hold(session: Session, hold_id: int) -> Hold:
    """The hold with this id; NotFound if there is none."""
    found = session.get(Hold, hold_id)
    if found is None:
        raise NotFound(f"hold {hold_id}")
    return found


def strike(session: Session, strike_id: int) -> Strike:
    """The strike with this id; NotFound if there is none."""
    found = session.get(Strike, strike_id)
    if found is None:
        raise NotFound(f"strike {strike_id}")
    return found


def appeal(session: Session, appeal_id: int) -> Appeal:
    """The appeal with this id; NotFound if there is none."""
    found = session.get(Appeal, appeal_id)
    if found is None:
        raise NotFound(f"appeal {appeal_id}")
    return found


def holds_of(session: Session, actor: Actor, member_id: int) -> list[Hold]:
    """All holds of a person that the asker may see, the latest first."""
    query = select(Hold).options(joinedload(Hold.step)).where(Hold.member_id == member_id)
    rows = session.scalars(query.order_by(Hold.id.desc()).limit(MOST))
    return [row for row in rows if sees(session, actor, member_id, row.site_id)]


def strikes_of(session: Session, actor: Actor, member_id: int) -> list[Strike]:
    """All strikes of a person that the asker may see, the latest first."""
    query = select(Strike).where(Strike.member_id == member_id).order_by(Strike.id.desc()).limit(MOST)
    return [row for row in session.scalars(query) if sees(session, actor, member_id, row.site_id)]


def appeals_of(session: Session, actor: Actor, member_id: int) -> list[Appeal]:
    """All appeals of a person about what the asker may see, the latest first."""
    query = _appeals().where(Appeal.member_id == member_id).order_by(Appeal.id.desc()).limit(MOST)
    return [row for row in session.scalars(query) if sees(session, actor, member_id, site_of(row))]


def open_appeals(session: Session) -> list[Appeal]:
    """Every appeal that waits for an answer, the oldest first."""
    query = _appeals().options(joinedload(Appeal.member)).where(Appeal.answered_at.is_(None))
    return list(session.scalars(query.order_by(Appeal.at, Appeal.id).limit(MOST)))


def site_of(row: Appeal) -> int | None:
    """The site of the hold or strike that an appeal is about; None is the network."""
    thing = row.hold or row.strike
    return thing.site_id if thing else None


def _appeals() -> Select[Appeal]:
    return select(Appeal).options(joinedload(Appeal.hold), joinedload(Appeal.strike))


def holds_against(session: Session, member_id: int, site_id: int, period: Period, now: datetime) -> list[Hold]:
    """The holds that stand in the way of using a site in a period, asked now: those in force during a part of the
    period, and those in force now, since whoever is suspended reserves nothing either.
    """
    standing = [
        item.id
        for item in _not_lifted(session, [member_id])[member_id]
        if item.site_id in (None, site_id)
        and ((item.starts_at < period.end and item.lasts(period.start)) or (item.starts_at <= now and item.lasts(now)))
    ]
    if not standing:
        return []
    return list(session.scalars(select(Hold).where(Hold.id.in_(standing)).order_by(Hold.starts_at, Hold.id)))


@dataclass(frozen=True, slots=True)
class _Held:
    """A hold that nobody lifted, and when it holds."""

    id: int
    site_id: int | None
    starts_at: datetime
    ends_at: datetime | None

    def lasts(self, moment: datetime) -> bool:
        return self.ends_at is None or self.ends_at > moment


@kept_of_each
def _not_lifted(session: Session, member_ids: set[int]) -> dict[int, tuple[_Held, ...]]:
    found: dict[int, tuple[_Held, ...]] = dict.fromkeys(member_ids, ())
    query = select(Hold.member_id, Hold.id, Hold.site_id, Hold.starts_at, Hold.ends_at)
    for row in session.execute(query.where(Hold.member_id.in_(member_ids), Hold.lifted_at.is_(None))):
        found[row.member_id] += (_Held(row.id, row.site_id, row.starts_at, row.ends_at),)
    return found


def struck_under(session: Session, member_id: int, site_id: int | None) -> list[Struck]:
    """A person's strikes that the rules of a scope count: a site's own count those of the site; the network's those
    of every site that keeps them, and the network's own.
    """
    query = select(Strike).where(Strike.member_id == member_id)
    if site_id is not None:
        query = query.where(Strike.site_id == site_id)
    else:
        query = query.where(or_(Strike.site_id.is_(None), Strike.site_id.not_in(sites_with_own_rules(session))))
    return [
        Struck(
            number=row.id,
            kind=row.kind,
            at=row.at,
            expires_at=row.expires_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in session.scalars(query.order_by(Strike.id))
    ]


def suspensions_under(session: Session, member_id: int, site_id: int | None) -> list[tuple[Hold, Suspended]]:
    """A person's suspensions that followed from strikes by the rules of a scope, in order."""
    query = (
        select(Hold, ConductStep)
        .join(ConductStep, ConductStep.id == Hold.step_id)
        .where(Hold.member_id == member_id, Hold.kind == HoldKind.SUSPENDED)
        .where(Hold.site_id.is_(None) if site_id is None else Hold.site_id == site_id)
        .order_by(Hold.id)
    )
    return [
        (
            row,
            Suspended(
                strikes=step.strikes,
                kind=step.kind,
                last_number=row.strike_id or 0,
                was_lifted=row.lifted_at is not None,
            ),
        )
        for row, step in session.execute(query)
    ]


def zone_of(session: Session, site_id: int | None) -> ZoneInfo:
    """The clock that cuts days at a site, or for the network: that of the first site."""
    if site_id is not None:
        return sites.site(session, site_id).zone
    places = sites.sites(session)
    return places[0].zone if places else ZoneInfo("Europe/Paris")


def who_may_answer(session: Session, kind: str, site_id: int | None) -> list[Member]:
    """The staff who may lift a hold of that kind, or withdraw a strike, in a scope; by name."""
    if site_id is not None:
        return members.staff_of(session, site_id)
    of_network = RoleGrant.site_id.is_(None) & RoleGrant.legal_entity_id.is_(None)
    fitting = (RoleGrant.role == Role.ADMIN) & of_network
    if kind == HoldKind.UNPAID:
        fitting |= (RoleGrant.role == Role.TREASURER) & RoleGrant.site_id.is_(None)
    query = select(Member).where(Member.id.in_(select(RoleGrant.member_id).where(fitting)), Member.left_at.is_(None))
    return list(session.scalars(query.order_by(Member.name, Member.id)))
