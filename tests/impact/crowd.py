"""Many people at once, written as rows: who came, and what they answered."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fablab.impact.models import Fact
from fablab.members.models import Member, MemberState
from fablab.presence.models import Arrival
from tests.conftest import Lab


def people(session: Session, lab: Lab, count: int, since: datetime) -> list[int]:
    """So many members who joined then."""
    rows = [
        Member(name=f"P{number}", class_id=lab.cast.adults, created_at=since, state=MemberState.ACTIVE)
        for number in range(count)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def come(
    session: Session, lab: Lab, who: Iterable[int | None], at: datetime, *, site: int | None = None, **more: object
) -> None:
    """Each arrives, by default at the workshop, for the machines, a general public, and leaves after an hour."""
    for number, member_id in enumerate(who):
        values = {"reason_id": 2, "public_kind_id": 1, **more}
        moment = at + timedelta(seconds=number)
        session.add(
            Arrival(
                site_id=site or lab.cast.workshop,
                member_id=member_id,
                arrived_at=moment,
                departed_at=moment + timedelta(hours=1),
                ended="desk",
                recorded="desk",
                recorded_by_id=lab.cast.admin,
                **values,
            )
        )
    session.flush()


def answered(session: Session, who: Iterable[int], kind_id: int, value: str, valid_from: date, at: datetime) -> None:
    """Each answered this."""
    for member_id in who:
        session.add(
            Fact(
                member_id=member_id,
                kind_id=kind_id,
                value=value,
                valid_from=valid_from,
                recorded_at=at,
                recorded_by_id=member_id,
            )
        )
    session.flush()
