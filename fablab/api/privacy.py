"""Routes of data protection: everything about oneself, erasure, merging doubles, consents, the log."""

from flask import Response, current_app, request
from flask_openapi3 import Tag

from fablab import dossier
from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem
from fablab.api.schemas.members import MemberPath
from fablab.api.schemas.privacy import (
    AnswerIn,
    AnswerList,
    AnswerOut,
    AuditList,
    AuditOut,
    AuditQuery,
    ConsentIn,
    ConsentList,
    ConsentOut,
    DoubleList,
    DoubleOut,
    ErasureIn,
    MergeIn,
    MergeOut,
)
from fablab.core import clock
from fablab.core.audit import AuditEntry
from fablab.core.config import Config
from fablab.core.db import db, transaction
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members import cards, consents, doubles, log, merging, passwords, signin
from fablab.members import queries as members
from fablab.members.consents import Asked
from fablab.members.log import Wanted
from fablab.members.merging import Choice
from fablab.members.models import Consent, Role
from fablab.members.privacy import erasing, exporting

TAGS = [Tag(name="privacy", description="What the lab holds about people, and what they allow")]
ZIP = {"description": "OK", "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
ERASE = "erasure"


@api.get("/me/export", tags=TAGS, summary="Everything about oneself", responses={200: ZIP})
def own_export() -> Response:
    """A ZIP with `data.json`, files and invoices; a few times in a quarter of an hour."""
    me, now = actor(), clock.now()
    with transaction() as session:
        exporting.begin(session, me, me.member_id, now)
    config: Config = current_app.config["FABLAB"]
    response = Response(dossier.pack(me.member_id, config.lab_name, now), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{dossier.FILE_NAME}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@api.post("/members/<int:member_id>/erasure", tags=TAGS, summary="Erase", responses={202: None, 204: None, **WRITES})
def erase_member(path: MemberPath, body: ErasureIn) -> Response:
    """Erase oneself with one's password, or somebody else as an administrator; 202 where it waits for something."""
    me, now = actor(), clock.now()
    if me.member_id == path.member_id:
        _check_password(body.password)
    with transaction() as session:
        if body.later:
            done = erasing.ask(session, me, path.member_id, now)
        else:
            erasing.erase(session, me, path.member_id, now, override=body.override)
            done = True
    return Response(status=204 if done else 202)


@api.delete("/members/<int:member_id>/erasure", tags=TAGS, summary="Stay", responses={204: None, 404: Problem})
def keep_member(path: MemberPath) -> Response:
    """Ask no longer to be erased; twice equals once."""
    with transaction() as session:
        erasing.take_back(session, actor(), path.member_id, clock.now())
    return Response(status=204)


@api.get("/doubles", tags=TAGS, summary="Records that are alike", responses={200: DoubleList, 403: Problem})
def double_list() -> Response:
    """Every two records that may be one person's; for fabmanagers."""
    actor().needs_anywhere(Role.FABMANAGER)
    pairs = doubles.pairs(db.session())
    return answer(DoubleList(items=[DoubleOut(one_id=one.id, other_id=other.id) for one, other in pairs]))


@api.post("/members/<int:member_id>/merge", tags=TAGS, summary="Merge", responses={201: MergeOut, **WRITES})
def merge_members(path: MemberPath, body: MergeIn) -> Response:
    """Make another record one with this one; for administrators, and fabmanagers of both homes."""
    choice = Choice(
        survivor_id=path.member_id,
        merged_id=body.merged_id,
        survivor_version=body.survivor_version,
        merged_version=body.merged_version,
        take=frozenset(body.take),
        sure=body.sure,
    )
    with transaction() as session:
        row = merging.merge(session, actor(), choice, clock.now())
        made = MergeOut(
            id=row.id, survivor_id=row.survivor_id, merged_id=row.merged_id, at=row.at, counts=dict(row.counts)
        )
    return answer(made, 201)


@api.get("/consents", tags=TAGS, summary="What is asked", responses={200: ConsentList})
def consent_list() -> Response:
    """What the lab asks people to allow."""
    return answer(ConsentList(items=[_consent(row) for row in consents.consents(db.session())]))


@api.post("/consents", tags=TAGS, summary="Ask for something new", responses={201: ConsentOut, **WRITES})
def add_consent(body: ConsentIn) -> Response:
    """Ask people to allow something; for administrators."""
    with transaction() as session:
        row = consents.add(session, actor(), body.title, body.text, clock.now(), code=body.code)
        made = _consent(row)
    return answer(made, 201)


@api.get("/members/<int:member_id>/consents", tags=TAGS, summary="What somebody allows", responses={200: AnswerList})
def answer_list(path: MemberPath) -> Response:
    """Somebody's latest answers; for themselves, their guardians and staff."""
    row = cards.seen_by(db.session(), actor(), path.member_id)
    return answer(AnswerList(items=[_answer(item) for item in consents.asked_of(db.session(), row.id)]))


@api.post(
    "/members/<int:member_id>/consents", tags=TAGS, summary="Allow or refuse", responses={201: AnswerList, **WRITES}
)
def add_answer(path: MemberPath, body: AnswerIn) -> Response:
    """Answer, for oneself, for a ward, or as staff before whom it was signed on paper."""
    with transaction() as session:
        consents.answer(session, actor(), body.consent_id, path.member_id, body.given, body.version, clock.now())
        items = [_answer(item) for item in consents.asked_of(session, path.member_id)]
    return answer(AnswerList(items=items), 201)


@api.get("/audit", tags=TAGS, summary="The log", responses={200: AuditList, 403: Problem})
def audit_list(query: AuditQuery) -> Response:
    """Who did what to whom, 50 a page; administrators read all, fabmanagers what is of their sites."""
    wanted = Wanted(
        member_id=query.member_id,
        actor_id=query.actor_id,
        action=query.action,
        since=query.since,
        until=query.until,
    )
    found = log.entries(db.session(), actor(), wanted, offset=query.offset)
    return answer(AuditList(items=[_entry(row) for row in found.items], count=found.count, next=found.next_offset))


def _check_password(password: str) -> None:
    """Raises Refused unless this is the caller's password; attempts are counted."""
    me, key, address = actor().member_id, f"member {actor().member_id}", request.remote_addr or ""
    with transaction() as session:
        signin.begin(session, key, address, clock.now(), what=ERASE)
    kept = members.member(db.session(), me).password_hash
    if not passwords.matches(kept, password):
        raise Refused.because("password", _("The present password is not this one."))
    with transaction() as session:
        signin.complete(session, key, address, what=ERASE)


def _consent(row: Consent) -> ConsentOut:
    return ConsentOut(id=row.id, code=row.code, title=row.title, text=row.text, version=row.version)


def _answer(item: Asked) -> AnswerOut:
    return AnswerOut(
        consent_id=item.consent.id,
        code=item.consent.code,
        title=item.consent.title,
        allowed=item.is_given,
        answered_at=item.answer.at if item.answer else None,
        answered_version=item.answer.version if item.answer else None,
    )


def _entry(row: AuditEntry) -> AuditOut:
    return AuditOut(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        action=row.action,
        member_id=row.member_id,
        site_id=row.site_id,
        subject=row.subject,
        details=dict(row.details),
    )
