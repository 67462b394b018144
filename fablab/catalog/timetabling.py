"""Which of the catalogue stands under which narrower timetable. It touches reservations, and goes through
`booking.changes.change_hours`."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from fablab.catalog import queries
from fablab.catalog.models import CategoryTimetable, Resource
from fablab.core.actor import Actor, Role
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.sites import queries as sites
from fablab.sites import timetables
from fablab.sites.timetabling import delete_timetable


def give_category_timetable(
    session: Session, actor: Actor, site_id: int, category_id: int, timetable_id: int | None
) -> None:
    """Put all of a category at a site under one of its narrower timetables, or (None) under the site's own only.

    Raises:
        Forbidden: not a fabmanager of the site.
        NotFound: there is no such category or timetable.
        Refused: the timetable is another site's, or the site's own.
    """
    sites.lock_site(session, site_id)
    actor.needs_at_site(Role.FABMANAGER, site_id)
    queries.category(session, category_id)
    if timetable_id is not None:
        row = timetables.row(session, timetable_id)
        if row.site_id != site_id or row.is_main:
            raise Refused.because("timetable", _("This is not one of that site’s narrower timetables."))
    session.execute(
        delete(CategoryTimetable).where(
            CategoryTimetable.category_id == category_id, CategoryTimetable.site_id == site_id
        )
    )
    if timetable_id is not None:
        session.add(CategoryTimetable(category_id=category_id, site_id=site_id, timetable_id=timetable_id))
    session.flush()


def remove_timetable(session: Session, actor: Actor, timetable_id: int) -> None:
    """Remove a narrower timetable that nothing stands under.

    Raises:
        Forbidden: not a fabmanager of the site.
        NotFound: there is no such timetable.
        Refused: it is the site's own, or something stands under it.
    """
    row = timetables.row(session, timetable_id)
    actor.needs_at_site(Role.FABMANAGER, row.site_id)
    sites.lock_site(session, row.site_id)
    reasons = []
    if row.is_main:
        reasons.append(Refusal("main", _("A site’s own timetable stays; without it nothing could be reserved there.")))
    if session.scalar(select(exists().where(CategoryTimetable.timetable_id == row.id))):
        reasons.append(Refusal("used", _("A category stands under this timetable. Give it another one first.")))
    used_by = session.scalar(select(Resource.name).where(Resource.timetable_id == row.id).limit(1))
    if used_by is not None:
        text = _("“%(name)s” stands under this timetable. Give it another one first.", name=used_by)
        reasons.append(Refusal("used", text))
    if reasons:
        raise Refused(reasons)
    delete_timetable(session, row)
