"""Routes about kinds of memberships and their prices."""

from dataclasses import asdict, replace

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas.memberships import (
    KindIn,
    KindList,
    KindOut,
    KindPatch,
    KindPath,
    MembershipPriceIn,
    MembershipPriceList,
    MembershipPriceOut,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members.memberships import kinds, queries
from fablab.members.memberships.kinds import KindCard, MembershipPriceCard
from fablab.members.models import MembershipKind, MembershipPrice

TAGS = [Tag(name="memberships", description="Kinds of memberships, and who has one")]
MAY_BE_NULL = ("site_id", "length", "until_month", "until_day", "access_level", "youngest", "oldest")


@api.get("/membership-kinds", tags=TAGS, summary="Every kind", responses={200: KindList})
def membership_kinds() -> Response:
    """The kinds of memberships, those that are no longer sold last."""
    return answer(KindList(items=[_shown(row) for row in queries.kinds(db.session())]))


@api.post("/membership-kinds", tags=TAGS, summary="Add a kind", responses={201: KindOut, **WRITES})
def add_membership_kind(body: KindIn) -> Response:
    """Add a kind of membership; for administrators of the network."""
    with transaction() as session:
        made = kinds.add_kind(session, actor(), KindCard(**body.model_dump()), clock.now()).id
    return answer(_shown(queries.kind(db.session(), made)), 201)


@api.patch("/membership-kinds/<int:kind_id>", tags=TAGS, summary="Edit a kind", responses={200: KindOut, **WRITES})
def edit_membership_kind(path: KindPath, body: KindPatch) -> Response:
    """Change what is written, or sell it no more; for administrators of the network. What was sold stays as it is."""
    sent = body.model_dump(exclude_unset=True, exclude={"version", "closed"})
    sent = {key: value for key, value in sent.items() if value is not None or key in MAY_BE_NULL}
    with transaction() as session:
        version = body.version
        if sent or body.closed is None:
            card = replace(kinds.card_of(queries.kind(session, path.kind_id)), **sent)
            kinds.edit_kind(session, actor(), path.kind_id, card, version, clock.now())
            version += 1
        if body.closed is not None:
            kinds.close_kind(session, actor(), path.kind_id, body.closed, version, clock.now())
    return answer(_shown(queries.kind(db.session(), path.kind_id)))


@api.get(
    "/membership-kinds/<int:kind_id>/prices", tags=TAGS, summary="Its prices", responses={200: MembershipPriceList}
)
def membership_prices(path: KindPath) -> Response:
    """Every price that a kind had, has or will have."""
    row = queries.kind(db.session(), path.kind_id)
    found = queries.prices_of(db.session(), [row.id])[row.id]
    return answer(MembershipPriceList(items=[_price(price) for price in found]))


@api.post(
    "/membership-kinds/<int:kind_id>/prices",
    tags=TAGS,
    summary="Begin a price",
    responses={201: MembershipPriceOut, **WRITES},
)
def add_membership_price(path: KindPath, body: MembershipPriceIn) -> Response:
    """Begin a price of a kind, as a treasurer of the legal entity that sells it."""
    card = MembershipPriceCard(**body.model_dump())
    with transaction() as session:
        made = _price(kinds.add_price(session, actor(), path.kind_id, card, clock.now()))
    return answer(made, 201)


def _shown(row: MembershipKind) -> KindOut:
    return KindOut(**asdict(kinds.card_of(row)), id=row.id, closed_at=row.closed_at, version=row.version)


def _price(row: MembershipPrice) -> MembershipPriceOut:
    return MembershipPriceOut(
        id=row.id, class_id=row.class_id, valid_from=row.valid_from, amount_cents=row.amount_cents
    )
