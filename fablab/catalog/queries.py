"""What is asked of the catalogue."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from fablab.catalog.bundle import Link
from fablab.catalog.models import (
    Category,
    CategoryField,
    CategoryTimetable,
    Placement,
    Resource,
    ResourceFile,
    ResourceLink,
    ResourceState,
)
from fablab.core.errors import NotFound
from fablab.core.seldom import kept

_WHOLE = (joinedload(Resource.category), joinedload(Resource.site), joinedload(Resource.room))
_LOCKED = (
    select(Resource)
    .join(Resource.site)
    .options(contains_eager(Resource.site))
    .where(Resource.id.in_(bindparam("resource_ids", expanding=True)))
    .order_by(Resource.id)
    .with_for_update(of=Resource)
    .execution_options(populate_existing=True)
)


def categories(session: Session) -> list[Category]:
    """Every category, in the network's order."""
    return list(session.scalars(select(Category).order_by(Category.position, Category.name)))


def category(session: Session, category_id: int) -> Category:
    """The category with this id; NotFound if there is none."""
    found = session.get(Category, category_id)
    if found is None:
        raise NotFound(f"category {category_id}")
    return found


def resources(session: Session, *, site_id: int | None = None, retired: bool = False) -> list[Resource]:
    """What can be booked, with category, site and room, by category and name; at one site if it is given."""
    query = select(Resource).join(Resource.category).options(*_WHOLE)
    if not retired:
        query = query.where(Resource.state != ResourceState.RETIRED)
    if site_id is not None:
        query = query.where(Resource.site_id == site_id)
    return list(session.scalars(query.order_by(Category.position, Category.name, Resource.name, Resource.id)))


def resource(session: Session, resource_id: int) -> Resource:
    """The resource with this id; NotFound if there is none."""
    found = session.scalar(select(Resource).options(*_WHOLE).where(Resource.id == resource_id))
    if found is None:
        raise NotFound(f"resource {resource_id}")
    return found


def resource_by_code(session: Session, code: str) -> Resource:
    """The resource with this short word; NotFound if there is none."""
    found = session.scalar(select(Resource).options(*_WHOLE).where(Resource.code == code))
    if found is None:
        raise NotFound(f"resource {code!r}")
    return found


def resources_by_id(session: Session, resource_ids: Iterable[int]) -> dict[int, Resource]:
    """These resources, with category, site and room."""
    query = select(Resource).options(*_WHOLE).where(Resource.id.in_(set(resource_ids)))
    return {row.id: row for row in session.scalars(query)}


@kept
def links(session: Session) -> tuple[Link, ...]:
    """What takes what besides, in the whole network."""
    query = select(ResourceLink.resource_id, ResourceLink.other_id, ResourceLink.places).order_by(ResourceLink.id)
    return tuple(Link(*row) for row in session.execute(query))


@kept
def category_timetables(session: Session) -> Mapping[tuple[int, int], int]:
    """The narrower timetables of categories, by category and site."""
    query = select(CategoryTimetable.category_id, CategoryTimetable.site_id, CategoryTimetable.timetable_id)
    return MappingProxyType({(category, site): timetable for category, site, timetable in session.execute(query)})


def lock_resources(session: Session, resource_ids: list[int]) -> list[Resource]:
    """The resources with their sites, in the order of their ids, locked until the transaction ends (SQLite locks
    everything anyway).

    Raises:
        NotFound: one of them does not exist.
    """
    wanted = sorted(set(resource_ids))
    found = list(session.scalars(_LOCKED, {"resource_ids": wanted}))
    if len(found) != len(wanted):
        missing = sorted(set(wanted) - {row.id for row in found})
        raise NotFound(f"resource {missing[0]}")
    return found


def category_field(session: Session, field_id: int) -> CategoryField:
    """The field with this id; NotFound if there is none."""
    found = session.get(CategoryField, field_id)
    if found is None:
        raise NotFound(f"category field {field_id}")
    return found


def fields_of(session: Session, category_ids: Iterable[int]) -> dict[int, list[CategoryField]]:
    """The fields of each of these categories, in order."""
    found: dict[int, list[CategoryField]] = {category_id: [] for category_id in category_ids}
    query = select(CategoryField).where(CategoryField.category_id.in_(found))
    for row in session.scalars(query.order_by(CategoryField.position, CategoryField.id)):
        found[row.category_id].append(row)
    return found


def counts(session: Session) -> dict[int, int]:
    """How many resources each category has that has any, the retired ones too."""
    query = select(Resource.category_id, func.count(Resource.id)).group_by(Resource.category_id)
    return {row[0]: row[1] for row in session.execute(query)}


def links_around(session: Session, resource_id: int) -> list[ResourceLink]:
    """The links from a resource to others, and from others to it."""
    query = select(ResourceLink).where(
        or_(ResourceLink.resource_id == resource_id, ResourceLink.other_id == resource_id)
    )
    return list(session.scalars(query.order_by(ResourceLink.id)))


def files_of(session: Session, resource_id: int) -> list[ResourceFile]:
    """A resource's papers, by what they are for and title."""
    query = select(ResourceFile).options(joinedload(ResourceFile.file)).where(ResourceFile.resource_id == resource_id)
    return list(session.scalars(query.order_by(ResourceFile.role, ResourceFile.title, ResourceFile.id)))


def resource_file(session: Session, paper_id: int) -> ResourceFile:
    """The paper with this id; NotFound if there is none."""
    found = session.get(ResourceFile, paper_id)
    if found is None:
        raise NotFound(f"resource file {paper_id}")
    return found


def placements_of(session: Session, resource_id: int, *, limit: int = 50) -> list[Placement]:
    """Where a resource has stood, the latest first."""
    query = (
        select(Placement)
        .options(joinedload(Placement.site), joinedload(Placement.room))
        .where(Placement.resource_id == resource_id)
        .order_by(Placement.from_at.desc(), Placement.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))
