"""Routes about the kinds of resources, and about the fields that each has of its own."""

from dataclasses import replace

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.categories import (
    CategoryIn,
    CategoryList,
    CategoryOut,
    CategoryPatch,
    CategoryPath,
    FieldIn,
    FieldOut,
    FieldPatch,
    FieldPath,
)
from fablab.api.schemas.timetables import VersionQuery
from fablab.catalog import categories
from fablab.catalog import queries as catalog
from fablab.catalog.categories import CategoryCard, FieldCard
from fablab.catalog.models import Category, CategoryKind, FieldKind
from fablab.catalog.specs import choices_of
from fablab.core.db import db, transaction

TAGS = [Tag(name="categories", description="The kinds of what can be booked")]


@api.get("/categories", tags=TAGS, summary="Every category", responses={200: CategoryList})
def category_list() -> Response:
    """The kinds of resources with the fields that each has of its own, in the network's order."""
    return answer(CategoryList(items=_shown(catalog.categories(db.session()))))


@api.post("/categories", tags=TAGS, summary="Add a category", responses={201: CategoryOut, **WRITES})
def add_category(body: CategoryIn) -> Response:
    """Add a category, as the last one; for administrators of the network."""
    card = CategoryCard(name=body.name, icon=body.icon, kind=CategoryKind(body.kind))
    with transaction() as session:
        made = categories.add_category(session, actor(), card).id
    return answer(_one(made), 201)


@api.patch(
    "/categories/<int:category_id>", tags=TAGS, summary="Edit a category", responses={200: CategoryOut, **WRITES}
)
def edit_category(path: CategoryPath, body: CategoryPatch) -> Response:
    """Change what is sent; for administrators of the network."""
    with transaction() as session:
        row = catalog.category(session, path.category_id)
        card = CategoryCard(
            name=row.name if body.name is None else body.name,
            icon=row.icon if body.icon is None else body.icon,
            kind=CategoryKind(body.kind or row.kind),
        )
        categories.edit_category(session, actor(), path.category_id, card, body.version)
    return answer(_one(path.category_id))


@api.delete(
    "/categories/<int:category_id>", tags=TAGS, summary="Remove a category", responses={204: None, 403: Problem}
)
def remove_category(path: CategoryPath) -> Response:
    """Remove a category that nothing uses; for administrators of the network."""
    with transaction() as session:
        categories.remove_category(session, actor(), path.category_id)
    return Response(status=204)


@api.post(
    "/categories/<int:category_id>/fields",
    tags=TAGS,
    summary="Give it one more field",
    responses={201: CategoryOut, **WRITES},
)
def add_field(path: CategoryPath, body: FieldIn) -> Response:
    """Give a category one more field; for administrators of the network."""
    card = FieldCard(name=body.name, kind=FieldKind(body.kind), unit=body.unit, choices="\n".join(body.choices))
    with transaction() as session:
        categories.add_field(session, actor(), path.category_id, card, body.version)
    return answer(_one(path.category_id), 201)


@api.patch("/category-fields/<int:field_id>", tags=TAGS, summary="Edit a field", responses={200: CategoryOut, **WRITES})
def edit_field(path: FieldPath, body: FieldPatch) -> Response:
    """Change what is sent; what resources say in it stays as it is."""
    with transaction() as session:
        row = catalog.category_field(session, path.field_id)
        category_id = row.category_id
        card = FieldCard(name=row.name, kind=FieldKind(row.kind), unit=row.unit, choices=row.choices)
        sent = body.model_dump(include={"name", "unit"}, exclude_none=True)
        if body.kind is not None:
            sent["kind"] = FieldKind(body.kind)
        if body.choices is not None:
            sent["choices"] = "\n".join(body.choices)
        categories.edit_field(session, actor(), path.field_id, replace(card, **sent), body.version)
    return answer(_one(category_id))


@api.delete(
    "/category-fields/<int:field_id>", tags=TAGS, summary="Take a field away", responses={200: CategoryOut, **WRITES}
)
def remove_field(path: FieldPath, query: VersionQuery) -> Response:
    """Take a field from its category, as read at `version`; what resources say in it is no longer shown."""
    with transaction() as session:
        category_id = catalog.category_field(session, path.field_id).category_id
        categories.remove_field(session, actor(), path.field_id, query.version)
    return answer(_one(category_id))


def _one(category_id: int) -> CategoryOut:
    return _shown([catalog.category(db.session(), category_id)])[0]


def _shown(rows: list[Category]) -> list[CategoryOut]:
    fields = catalog.fields_of(db.session(), [row.id for row in rows])
    return [
        CategoryOut(
            id=row.id,
            name=row.name,
            icon=row.icon,
            kind=row.kind,
            fields=[
                FieldOut(id=one.id, name=one.name, kind=one.kind, unit=one.unit, choices=choices_of(one))
                for one in fields[row.id]
            ],
            version=row.version,
        )
        for row in rows
    ]
