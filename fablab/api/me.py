"""The route about oneself."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import api
from fablab.api.schemas import AccountOut, CertificateOut, MeOut, RoleOut
from fablab.core import clock
from fablab.core.db import db
from fablab.members import classes
from fablab.members import queries as members
from fablab.training import queries as training

TAGS = [Tag(name="me", description="Who is calling")]


@api.get("/me", tags=TAGS, summary="Oneself", responses={200: MeOut})
def me() -> Response:
    """The caller, with roles, accounts to charge, and certificates."""
    session = db.session()
    row = members.member(session, actor().member_id)
    today = clock.now().astimezone(classes.zone_of(session, row)).date()
    body = MeOut(
        id=row.id,
        name=row.name,
        email=row.email,
        locale=row.locale,
        member_class=classes.class_at(session, row, today).name,
        roles=[
            RoleOut(role=grant.role, site_id=grant.site_id, legal_entity_id=grant.legal_entity_id)
            for grant in actor().grants
        ],
        accounts=[
            AccountOut(id=account.id, name=account.name, kind=account.kind)
            for account in members.accounts_of(session, row.id)
        ],
        certificates=[
            CertificateOut(
                course=item.course.name,
                holds=item.standing.holds,
                since=item.standing.since,
                expires_at=item.standing.expires_at,
            )
            for item in training.certificates_of(session, row.id, clock.now())
        ],
    )
    return answer(body)
