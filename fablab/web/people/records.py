"""What stands against somebody, as their own page and staff's page about them show it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fablab.core.db import db
from fablab.core.i18n import _
from fablab.members import guardians
from fablab.members import queries as members
from fablab.members.actor import Actor
from fablab.members.conduct import appeals, queries, wording
from fablab.members.conduct.policies import policy_at
from fablab.members.conduct.strikes import tally_at
from fablab.members.models import Appeal, Hold, Member, Strike
from fablab.sites import queries as sites


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A hold or a strike: where it holds, on which clock, whose word it was, and what the viewer may do about it."""

    row: Hold | Strike
    where: str
    zone: ZoneInfo
    by: str
    """Who decided it; the lab's own rules where nobody did."""
    counts: bool
    may_undo: bool
    undone_by: str
    open_appeal: Appeal | None
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All of it about one person."""

    person: Member
    holds: list[Shown]
    strikes: list[Shown]
    appeals: list[Appeal]
    tallies: list[str]
    """How near they are to a suspension, where strikes count."""

    @property
    def is_empty(self) -> bool:
        return not self.holds and not self.strikes

    @property
    def standing_holds(self) -> list[Shown]:
        return [item for item in self.holds if item.counts]


def record_of(actor: Actor, member_id: int, now: datetime) -> Record:
    """What stands, or stood, against a person, as far as this viewer may see it."""
    session = db.session()
    holds = queries.holds_of(session, actor, member_id)
    strikes = queries.strikes_of(session, actor, member_id)
    written = queries.appeals_of(session, actor, member_id)
    named = {row.placed_by_id for row in holds} | {row.by_id for row in strikes}
    named |= {row.lifted_by_id for row in holds} | {row.withdrawn_by_id for row in strikes}
    names = members.names_of(session, {key for key in named if key is not None})
    places = {row.id: row.name for row in sites.sites(session)}
    waiting = [row for row in written if row.answered_at is None]
    scopes = {row.site_id for row in holds} | {row.site_id for row in strikes}
    zones = {site_id: queries.zone_of(session, site_id) for site_id in scopes}

    def shown(row: Hold | Strike) -> Shown:
        zone = zones[row.site_id]
        author = row.placed_by_id if isinstance(row, Hold) else row.by_id
        undone_by = row.lifted_by_id if isinstance(row, Hold) else row.withdrawn_by_id
        return Shown(
            row=row,
            where=places[row.site_id] if row.site_id is not None else _("The whole network"),
            zone=zone,
            by=names.get(author or 0, ""),
            counts=appeals.counts(row, now),
            may_undo=appeals.may_decide(actor, row),
            undone_by=names.get(undone_by or 0, ""),
            open_appeal=next((item for item in waiting if appeals.thing_of(item) is row), None),
            until=wording.until(row.ends_at if isinstance(row, Hold) else row.expires_at, zone),
        )

    return Record(
        person=members.member(session, member_id),
        holds=[shown(row) for row in holds],
        strikes=[shown(row) for row in strikes],
        appeals=written,
        tallies=_tallies(strikes, places, now),
    )


def own_records(actor: Actor, now: datetime) -> list[Record]:
    """What stands against the viewer, and against those whom they answer for; nothing for whom there is nothing."""
    wards = guardians.wards_of(db.session(), actor.member_id)
    found = [record_of(actor, member_id, now) for member_id in (actor.member_id, *(row.ward_id for row in wards))]
    return [record for record in found if not record.is_empty]


def _tallies(strikes: list[Strike], places: dict[int, str], now: datetime) -> list[str]:
    """One sentence for each set of rules under which a strike counts."""
    session, found = db.session(), {}
    for row in strikes:
        policy = policy_at(session, row.site_id) if appeals.counts(row, now) else None
        if policy is None or policy.site_id in found:
            continue
        tally = tally_at(session, row.member_id, row.site_id, now)
        if tally is not None and tally.count:
            where = places[policy.site_id] if policy.site_id is not None else _("The whole network")
            values = {"where": where, "tally": wording.tally(tally), "consequence": wording.consequence(tally.step)}
            found[policy.site_id] = _("%(where)s: %(tally)s; then %(consequence)s.") % values
    return list(found.values())
