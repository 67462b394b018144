"""What administrators do to the kinds of resources, and to the fields that each kind has of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fablab.catalog import queries
from fablab.catalog.models import Category, CategoryField, CategoryKind, FieldKind, Resource
from fablab.core.errors import NotFound
from fablab.core.i18n import _
from fablab.core.ordering import shift
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.members.actor import Actor
from fablab.members.models import Role

MOST_FIELDS = 30
MOST_CHOICES = 50
ICONS = (
    "printer", "lightning-charge", "tools", "hammer", "wrench-adjustable", "scissors", "rulers", "bounding-box",
    "vector-pen", "palette", "cpu", "plug", "robot", "badge-3d", "layers", "box", "tree", "droplet", "flower1",
    "thermometer-half", "camera", "mic", "projector", "display", "pc-display", "easel", "lamp", "book", "people",
    "person-workspace", "person-badge", "person-raised-hand", "chat-dots", "briefcase", "building", "door-open",
    "cup-hot", "mortarboard", "map", "rocket-takeoff",
)  # fmt: skip
"""What a category can be shown with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCard:
    """What is written about a category."""

    name: str
    icon: str = "tools"
    kind: CategoryKind = CategoryKind.MACHINE


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCard:
    """What is written about a category's field; choices stand one a line."""

    name: str
    kind: FieldKind = FieldKind.TEXT
    unit: str = ""
    choices: str = ""


def add_category(session: Session, actor: Actor, card: CategoryCard) -> Category:
    """Add a category, as the last one.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: it has no name, or that of another; or its icon is none of ours.
    """
    actor.needs_everywhere(Role.ADMIN)
    _check_name(session, card.name, None)
    _check_icon(card.icon, ICONS)
    row = Category(name=line_of(card.name), icon=card.icon, kind=card.kind, position=len(queries.categories(session)))
    session.add(row)
    session.flush()
    return row


def edit_category(session: Session, actor: Actor, category_id: int, card: CategoryCard, version: int) -> Category:
    """Change what is written about a category, as read at `version`.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: it has no name, or that of another; its icon is none of ours; or it has resources and would begin or
            cease to be an adviser's.
        Conflict: somebody else changed it since.
    """
    row = _locked(session, actor, category_id, version)
    _check_name(session, card.name, category_id)
    _check_icon(card.icon, (*ICONS, row.icon))
    turns = CategoryKind.ADVISER in (card.kind, row.kind) and card.kind != row.kind
    if turns and _is_used(session, category_id):
        text = _("It has resources: advisers cannot become something else, nor the other way round.")
        raise Refused.because("kind", text)
    row.name, row.icon, row.kind = line_of(card.name), card.icon, card.kind
    row.version += 1
    session.flush()
    return row


def shift_category(session: Session, actor: Actor, category_id: int, by: int) -> None:
    """Move a category so many places down the list (up, if it is negative); the ends are the ends.

    Raises:
        Forbidden: not an administrator of the network.
        NotFound: there is no such category.
    """
    actor.needs_everywhere(Role.ADMIN)
    query = select(Category).order_by(Category.position, Category.name).with_for_update()
    shift(list(session.scalars(query)), queries.category(session, category_id), by)
    session.flush()


def remove_category(session: Session, actor: Actor, category_id: int) -> None:
    """Remove a category that nothing uses.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: resources, prices, courses or hours speak of it.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = queries.category(session, category_id)
    text = _(
        "“%(name)s” is used: by resources, prices, courses or hours. Give those another category first.", name=row.name
    )
    refused = Refused.because("category_used", text)
    if _is_used(session, category_id):
        raise refused
    try:
        for own in row.fields:
            session.delete(own)
        session.flush()
        session.expire(row, ["fields"])
        session.delete(row)
        session.flush()
    except IntegrityError as error:
        # What speaks of it further up the house is known to the database alone.
        raise refused from error


def add_field(session: Session, actor: Actor, category_id: int, card: FieldCard, version: int) -> CategoryField:
    """Give a category, as read at `version`, one more field.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together.
        Conflict: somebody else changed the category since.
    """
    category = _locked(session, actor, category_id, version)
    if len(category.fields) >= MOST_FIELDS:
        text = _("A category has at most %(count)s fields. Write the rest into the descriptions.", count=MOST_FIELDS)
        raise Refused.because("fields", text)
    row = CategoryField(category_id=category_id, position=len(category.fields))
    _write_field(category, row, card)
    session.add(row)
    _changed(session, category)
    return row


def edit_field(session: Session, actor: Actor, field_id: int, card: FieldCard, version: int) -> CategoryField:
    """Change a field of a category as read at `version`; what was written into it stays as it is.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together.
        Conflict: somebody else changed the category since.
    """
    row = queries.category_field(session, field_id)
    category = _locked(session, actor, row.category_id, version)
    _write_field(category, row, card)
    _changed(session, category)
    return row


def shift_field(session: Session, actor: Actor, field_id: int, by: int, version: int) -> None:
    """Move a field of a category as read at `version` so many places down (up, if it is negative).

    Raises:
        Forbidden: not an administrator of the network.
        Conflict: somebody else changed the category since.
    """
    row = queries.category_field(session, field_id)
    category = _locked(session, actor, row.category_id, version)
    shift(list(category.fields), row, by)
    _changed(session, category)


def remove_field(session: Session, actor: Actor, field_id: int, version: int) -> None:
    """Take a field from a category as read at `version`; what was written into it is no longer shown.

    Raises:
        Forbidden: not an administrator of the network.
        Conflict: somebody else changed the category since.
    """
    row = queries.category_field(session, field_id)
    category = _locked(session, actor, row.category_id, version)
    session.delete(row)
    _changed(session, category)


def _locked(session: Session, actor: Actor, category_id: int, version: int) -> Category:
    actor.needs_everywhere(Role.ADMIN)
    query = select(Category).where(Category.id == category_id).with_for_update(key_share=True)
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(f"category {category_id}")
    check_version(row.version, version)
    return row


def _changed(session: Session, category: Category) -> None:
    category.version += 1
    session.flush()
    session.expire(category, ["fields"])


def _check_name(session: Session, name: str, category_id: int | None) -> None:
    line = line_of(name)
    if not line:
        raise Refused.because("name_missing", _("A category needs a name."))
    taken = session.scalar(select(Category.id).where(Category.name == line))
    if taken not in (None, category_id):
        raise Refused.because("name_taken", _("There is a category of this name already."))


def _check_icon(icon: str, known: Iterable[str]) -> None:
    if icon not in known:
        raise Refused.because("icon", _("There is no such icon. One is: %(name)s.", name="tools"))


def _write_field(category: Category, row: CategoryField, card: FieldCard) -> None:
    name, choices = (
        line_of(card.name),
        list(dict.fromkeys(filter(None, map(line_of, lines_of(card.choices).split("\n"))))),
    )
    reasons = []
    if not name:
        reasons.append(Refusal("name_missing", _("A field needs a name.")))
    if any(other.id != row.id and other.name.lower() == name.lower() for other in category.fields):
        reasons.append(Refusal("name_taken", _("This category has a field of this name already.")))
    if card.kind == FieldKind.CHOICE and not 2 <= len(choices) <= MOST_CHOICES:
        text = _("Write from 2 to %(count)s choices, one a line.", count=MOST_CHOICES)
        reasons.append(Refusal("choices", text))
    if reasons:
        raise Refused(reasons)
    row.name, row.kind, row.unit = name, card.kind, line_of(card.unit)
    row.choices = "\n".join(choices) if card.kind == FieldKind.CHOICE else ""


def _is_used(session: Session, category_id: int) -> bool:
    return session.scalar(select(Resource.id).where(Resource.category_id == category_id).limit(1)) is not None
