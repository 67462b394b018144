"""What somebody wants to reserve."""

from dataclasses import dataclass

from fablab.booking.models import Nature, Reservation
from fablab.core.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to reserve, for whom, and who pays (None: the member's own account)."""

    resource_id: int
    period: Period
    member_id: int
    account_id: int | None = None
    project_id: int | None = None
    nature: Nature = Nature.MEMBER
    request_key: str | None = None
    places: int = 1
    """How many of the resource's; a machine has one."""
    job: str = ""
    """What for, or of what, where rules ask for it."""
    guests: int = 0
    companion_id: int | None = None
    """Who comes along, where nobody may be alone."""
    override_reason: str = ""
    """Why staff of the site reserve it although rules that they may override speak against it."""
    passes_first: bool = False
    """Take it from others where the rules let this member pass first; they are told."""
    series_id: int | None = None
    """The weekly series that it is one of."""
    together_id: int | None = None
    """The first of those that are reserved together with it."""


def wish_of(row: Reservation) -> Wish:
    """The wish that a reservation granted."""
    return Wish(
        resource_id=row.resource_id,
        period=row.period,
        member_id=row.member_id,
        account_id=row.account_id,
        project_id=row.project_id,
        nature=Nature(row.nature),
        places=row.places,
        job=row.job,
        guests=row.guests,
        companion_id=row.companion_id,
    )
