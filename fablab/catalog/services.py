"""What staff do to the catalogue."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fablab.catalog import queries, specs
from fablab.catalog.models import Category, CategoryKind, Placement, Resource, ResourceState, StateChange
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.refusals import Conflict, Refusal, Refused
from fablab.core.text import line_of, lines_of, numbered
from fablab.members.actor import Actor
from fablab.members.models import Member, Role
from fablab.sites.models import Room, Site, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCard:
    """What staff write about a resource."""

    name: str
    category_id: int
    site_id: int
    room_id: int | None = None
    model: str = ""
    description: str = ""
    places: int = 1
    slot_minutes: int = 30
    needs_staff: bool = False
    timetable_id: int | None = None
    specs: Mapping[int, str] = field(default_factory=dict)
    """What is written into its category's fields, by the field's id."""
    organisation: str = ""
    adviser_id: int | None = None


def card_of(resource: Resource) -> ResourceCard:
    """What is written about a resource now."""
    return ResourceCard(
        name=resource.name,
        category_id=resource.category_id,
        site_id=resource.site_id,
        room_id=resource.room_id,
        model=resource.model,
        description=resource.description,
        places=resource.places,
        slot_minutes=resource.slot_minutes,
        needs_staff=resource.needs_staff,
        timetable_id=resource.timetable_id,
        specs={int(key): str(text) for key, text in (resource.specs or {}).items()},
        organisation=resource.organisation,
        adviser_id=resource.adviser_id,
    )


def add_resource(session: Session, actor: Actor, card: ResourceCard, now: datetime) -> Resource:
    """Put a resource into the catalogue.

    Raises:
        Forbidden: not a fabmanager of that site.
        Refused: what was written does not hold together.
    """
    actor.needs_at_site(Role.FABMANAGER, card.site_id)
    _check(session, card)
    resource = Resource(code=_free_code(session, card.name), created_at=now)
    _write(session, resource, card)
    session.add(resource)
    session.flush()
    _place(session, actor, resource, now)
    return resource


def edit_resource(
    session: Session, actor: Actor, resource_id: int, card: ResourceCard, version: int, now: datetime
) -> Resource:
    """Change what is written about a resource, as read at `version`; what that does to reservations is for booking.

    Raises:
        Forbidden: not a fabmanager of its site, and of the one that it goes to.
        Refused: what was written does not hold together.
        Conflict: somebody else changed it since.
    """
    resource = queries.lock_resources(session, [resource_id])[0]
    actor.needs_at_site(Role.FABMANAGER, resource.site_id)
    actor.needs_at_site(Role.FABMANAGER, card.site_id)
    if resource.version != version:
        text = _(
            "Somebody changed this machine while you were writing. Compare with what it says now, then save again."
        )
        raise Conflict.because("stale", text)
    _check(session, card)
    stood = (resource.site_id, resource.room_id)
    if card.site_id != resource.site_id and queries.links_around(session, resource_id):
        text = _("Other resources go with it, or it with them. Undo those links before it goes to another site.")
        raise Refused.because("linked", text)
    _write(session, resource, card)
    resource.version += 1
    session.flush()
    if stood != (resource.site_id, resource.room_id):
        _place(session, actor, resource, now)
    return resource


def set_state(
    session: Session,
    actor: Actor,
    resource: Resource,
    state: ResourceState,
    note: str,
    until: datetime | None,
    now: datetime,
) -> None:
    """Say how a locked resource is from now on, and write it into its log; what that does to reservations is for
    booking (`booking.changes.set_state`).
    """
    resource.state = state
    resource.state_note = line_of(note)
    resource.state_until = None if state.bookable or state == ResourceState.RETIRED else until
    resource.version += 1
    session.add(
        StateChange(
            resource_id=resource.id,
            at=now,
            by_id=actor.member_id,
            state=state,
            note=resource.state_note,
            until=resource.state_until,
        )
    )
    session.flush()


def add_use(session: Session, resource_id: int, seconds: int) -> None:
    """Count measured use, in seconds (negative to take back)."""
    resource = queries.lock_resources(session, [resource_id])[0]
    resource.used_seconds = max(0, resource.used_seconds + seconds)
    session.flush()


def _check(session: Session, card: ResourceCard) -> None:
    if session.get(Site, card.site_id) is None:
        raise NotFound(f"site {card.site_id}")
    category = queries.category(session, card.category_id)
    reasons = []
    if not line_of(card.name):
        reasons.append(Refusal("name_missing", _("A machine needs a name.")))
    if card.places < 1:
        reasons.append(Refusal("places", _("A resource has at least one place.")))
    if not 5 <= card.slot_minutes <= 1440:
        reasons.append(Refusal("slot", _("A slot lasts from 5 minutes to 24 hours.")))
    if card.room_id is not None:
        room = session.get(Room, card.room_id)
        if room is None or room.removed_at or room.site_id != card.site_id:
            reasons.append(Refusal("room", _("This room is not at that site.")))
    if card.timetable_id is not None:
        timetable = session.get(Timetable, card.timetable_id)
        if timetable is None or timetable.site_id != card.site_id or timetable.is_main:
            reasons.append(Refusal("timetable", _("This is no narrower timetable of that site.")))
    reasons += specs.reasons_against(category.fields, card.specs)
    reasons += _against_adviser(session, category, card)
    if reasons:
        raise Refused(reasons)


def _against_adviser(session: Session, category: Category, card: ResourceCard) -> list[Refusal]:
    if category.kind != CategoryKind.ADVISER:
        has_one = card.adviser_id is not None or line_of(card.organisation)
        text = _("Only a resource of an adviser’s category has a person and an organisation.")
        return [Refusal("no_adviser", text)] if has_one else []
    person = session.get(Member, card.adviser_id) if card.adviser_id is not None else None
    if card.adviser_id is not None and (person is None or person.left_at is not None):
        return [Refusal("adviser", _("This person is no member, or has left."))]
    return []


def _write(session: Session, resource: Resource, card: ResourceCard) -> None:
    fields = {field.id: field for field in queries.category(session, card.category_id).fields}
    resource.name = line_of(card.name)
    resource.category_id = card.category_id
    resource.site_id = card.site_id
    resource.room_id = card.room_id
    resource.model = line_of(card.model)
    resource.description = lines_of(card.description)
    resource.places = card.places
    resource.slot_minutes = card.slot_minutes
    resource.needs_staff = card.needs_staff
    resource.timetable_id = card.timetable_id
    resource.specs = {str(key): text for key, line in card.specs.items() if (text := specs.kept(fields[key], line))}
    resource.organisation = line_of(card.organisation)
    resource.adviser_id = card.adviser_id


def _place(session: Session, actor: Actor, resource: Resource, now: datetime) -> None:
    row = Placement(
        resource_id=resource.id,
        site_id=resource.site_id,
        room_id=resource.room_id,
        from_at=now,
        by_id=actor.member_id,
    )
    session.add(row)
    session.flush()


def _free_code(session: Session, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "machine"
    taken = set(session.scalars(select(Resource.code).where(Resource.code.startswith(stem, autoescape=True))))
    return numbered(stem, taken)
