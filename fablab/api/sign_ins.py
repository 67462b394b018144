"""Routes about where one is signed in, and with which accounts elsewhere."""

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas.signing import IdentityList, IdentityOut, IdentityPath, SignInList, SignInOut, SignInPath
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.members import identities, signins

TAGS = [Tag(name="me", description="Who is calling")]


@api.get("/me/sign-ins", tags=TAGS, summary="Open sign-ins", responses={200: SignInList})
def sign_in_list() -> Response:
    """Every browser in which the caller is signed in."""
    rows = signins.sign_ins_of(db.session(), actor().member_id, clock.now())
    return answer(SignInList(items=[SignInOut.model_validate(row, from_attributes=True) for row in rows]))


@api.delete("/me/sign-ins/<int:sign_in_id>", tags=TAGS, summary="End a sign-in", responses={204: None})
def end_sign_in(path: SignInPath) -> Response:
    """Sign a browser out; twice equals once."""
    with transaction() as session:
        signins.end(session, actor().member_id, path.sign_in_id, signins.REVOKED, clock.now())
    return Response(status=204)


@api.get("/me/identities", tags=TAGS, summary="Accounts elsewhere", responses={200: IdentityList})
def identity_list() -> Response:
    """The accounts at OpenID providers with which the caller signs in."""
    rows = identities.identities_of(db.session(), actor().member_id)
    return answer(IdentityList(items=[IdentityOut.model_validate(row, from_attributes=True) for row in rows]))


@api.delete("/me/identities/<int:identity_id>", tags=TAGS, summary="Unlink", responses={204: None, **WRITES})
def unlink(path: IdentityPath) -> Response:
    """Let an account elsewhere open nothing here any more; refused for the only way in."""
    with transaction() as session:
        identities.unlink(session, actor().member_id, path.identity_id, clock.now())
    return Response(status=204)
