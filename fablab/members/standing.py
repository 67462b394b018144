"""Whether somebody's standing in the lab allows them to use a site at a time: every reason why not.

Booking asks before it grants a wish, and staff are shown the same reasons. What can stand against somebody is one
function each, in the order in which people can do something about it.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from fablab.core.i18n import _, show_date
from fablab.core.period import Period
from fablab.core.refusals import Refusal
from fablab.members import charters, guardians, queries
from fablab.members.conduct import queries as conduct
from fablab.members.conduct import wording
from fablab.members.memberships import queries as memberships
from fablab.members.memberships.rules import MembershipStanding
from fablab.members.models import Member, MemberState, Permission, Role
from fablab.sites import queries as sites
from fablab.sites.models import Site


def reasons_against(
    session: Session, member_id: int, site_id: int, period: Period, now: datetime | None = None
) -> list[Refusal]:
    """Every reason why this person may not use that site in that time, whatever the resource; asked now, or (None) at
    the moment when the time begins.
    """
    member, site = queries.member(session, member_id), sites.site(session, site_id)
    return [
        *_joined(member),
        *_accepted(session, member, site, period),
        *_held(session, member, site, period, now or period.start),
        *_guarded(session, member, site, period),
        *_enrolled(session, member, site, period),
    ]


def _joined(member: Member) -> Iterator[Refusal]:
    if member.state == MemberState.PENDING:
        text = _("The membership waits for staff to approve it. They were told; ask them if it takes long.")
        yield Refusal("pending", text, overridable=True)


def _accepted(session: Session, member: Member, site: Site, period: Period) -> Iterator[Refusal]:
    day = period.start.astimezone(site.zone).date()
    for charter in charters.missing(session, member.id, site.id, day):
        text = _("The charter “%(title)s” must be accepted first; it is on the page “My page”.", title=charter.title)
        yield Refusal("charter", text, overridable=True)


def _held(session: Session, member: Member, site: Site, period: Period, now: datetime) -> Iterator[Refusal]:
    """Who is suspended reserves nothing meanwhile, nor for a time within the suspension."""
    for hold in conduct.holds_against(session, member.id, site.id, period, now):
        values = {
            "kind": wording.hold_kind(hold.kind),
            "until": wording.until(hold.ends_at, site.zone),
            "reason": hold.reason.rstrip("."),
        }
        text = _("%(kind)s, %(until)s: %(reason)s. Whoever finds this wrong can appeal on their page.") % values
        yield Refusal(f"hold_{hold.kind}", text, overridable=True)


def _guarded(session: Session, member: Member, site: Site, period: Period) -> Iterator[Refusal]:
    day = period.start.astimezone(site.zone).date()
    if member.birth_date is None or age_on(member.birth_date, day) >= site.adult_age:
        return
    if not guardians.permits(session, member.id, Permission.USE):
        text = _("A guardian must first sign that %(name)s may use machines. They do it on their page, or at the desk.")
        yield Refusal("authorisation_missing", text % {"name": member.name}, overridable=True)


def _enrolled(session: Session, member: Member, site: Site, period: Period) -> Iterator[Refusal]:
    """Where the site asks for it, a membership in order on the day on which the time begins; staff there need none."""
    if not site.needs_membership or queries.actor(session, member.id).may_at_site(Role.HOST, site.id):
        return
    day = period.start.astimezone(site.zone).date()
    held = memberships.covering(session, member.id, site.id, day)
    if any(item.standing.holds for item in held):
        return
    shown = {"site": site.name, "day": show_date(day)}
    if any(item.standing == MembershipStanding.PAUSED for item in held):
        text = _("The membership is paused on %(day)s. Choose another day, or ask staff to end the pause.", **shown)
        yield Refusal("membership_paused", text, overridable=True)
    elif held:
        text = _("The membership for %(site)s is over on %(day)s. Renew it on your page, or at the desk.", **shown)
        yield Refusal("membership_over", text, overridable=True)
    else:
        text = _("%(site)s is for people with a membership. Take one on your page, or at the desk.", **shown)
        yield Refusal("membership_missing", text, overridable=True)


def age_on(born: date, day: date) -> int:
    """How old somebody is on a day; who was born on 29 February comes of age on 1 March in common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
