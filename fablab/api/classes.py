"""Routes about classes of members, who is of which, and proofs of it."""

from dataclasses import asdict, replace

from flask import Response, current_app
from flask_openapi3 import Tag

from fablab.api.answers import answer
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.bodies import Document, sent_bytes
from fablab.api.papers import FILE
from fablab.api.schemas import Problem
from fablab.api.schemas.classes import (
    ClassIn,
    ClassList,
    ClassOut,
    ClassPatch,
    ClassPath,
    DecisionIn,
    MemberClassIn,
    MemberClassOut,
    ProofList,
    ProofOut,
    ProofPath,
    ProofQuery,
)
from fablab.api.schemas.network import MemberPath
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.files import FileKind
from fablab.members import class_cards, classes, guardians, proofs
from fablab.members import queries as members
from fablab.members.class_cards import ClassCard
from fablab.members.classes import ClassSetting
from fablab.members.models import ClassProof, Member, MemberClass, Role
from fablab.members.proofs import Decision

TAGS = [Tag(name="classes", description="Classes of members, which decide prices, and proofs of them")]


@api.get("/member-classes", tags=TAGS, summary="Every class", responses={200: ClassList})
def member_classes() -> Response:
    """The classes of members, in their order."""
    return answer(ClassList(items=[_shown(row) for row in members.classes(db.session())]))


@api.post("/member-classes", tags=TAGS, summary="Add a class", responses={201: ClassOut, **WRITES})
def add_member_class(body: ClassIn) -> Response:
    """Add a class; for administrators of the network."""
    with transaction() as session:
        made = _shown(class_cards.add(session, actor(), ClassCard(**body.model_dump())))
    return answer(made, 201)


@api.patch("/member-classes/<int:class_id>", tags=TAGS, summary="Edit a class", responses={200: ClassOut, **WRITES})
def edit_member_class(path: ClassPath, body: ClassPatch) -> Response:
    """Change what is written, or close it; for administrators of the network. Those who are in a class that begins to
    need a proof keep it for as long as a proof usually holds.
    """
    sent = body.model_dump(exclude_none=True, exclude={"version", "closed"})
    with transaction() as session:
        version = body.version
        if sent or body.closed is None:
            card = replace(class_cards.card_of(classes.member_class(session, path.class_id)), **sent)
            class_cards.edit(session, actor(), path.class_id, card, version, clock.now())
            version += 1
        if body.closed is not None:
            class_cards.close(session, actor(), path.class_id, body.closed, version, clock.now())
    return answer(_shown(classes.member_class(db.session(), path.class_id)))


@api.get("/members/<int:member_id>/class", tags=TAGS, summary="Somebody's class", responses={200: MemberClassOut})
def class_of_member(path: MemberPath) -> Response:
    """The class that holds for oneself, for a ward, or for somebody of whom one is staff, today."""
    return answer(_class_of(_seen(path.member_id)))


@api.put(
    "/members/<int:member_id>/class",
    tags=TAGS,
    summary="Put somebody into a class",
    responses={200: MemberClassOut, **WRITES},
)
def set_class_of_member(path: MemberPath, body: MemberClassIn) -> Response:
    """Put somebody into a class from today on, as staff of their home site; what was charged before stays."""
    setting = ClassSetting(class_id=body.class_id, reason=body.reason, until=body.until)
    with transaction() as session:
        classes.set_class(session, actor(), path.member_id, setting, clock.now())
    return answer(_class_of(members.member(db.session(), path.member_id)))


@api.get("/members/<int:member_id>/proofs", tags=TAGS, summary="Somebody's proofs", responses={200: ProofList})
def proofs_of_member(path: MemberPath) -> Response:
    """The proofs of oneself, of a ward, or of somebody of whom one is staff."""
    member = _seen(path.member_id)
    return answer(ProofList(items=[_proof(row) for row in proofs.proofs_of(db.session(), member.id)]))


@api.post(
    "/members/<int:member_id>/proofs",
    tags=TAGS,
    summary="Send a proof",
    responses={201: ProofOut, **WRITES, 413: Problem},
)
def send_proof(path: MemberPath, query: ProofQuery, raw: Document) -> Response:
    """Send a PDF or a picture that shows that somebody is of a class: the file itself is the body, of at most 12 MB.

    A proof of that class that still waits is replaced.
    """
    content = sent_bytes(raw)
    with transaction() as session:
        row = proofs.send(session, actor(), path.member_id, query.class_id, content, query.name, clock.now())
        made = _proof(row)
    return answer(made, 201)


@api.get("/proofs", tags=TAGS, summary="Proofs that wait", responses={200: ProofList, 403: Problem})
def waiting_proofs() -> Response:
    """The proofs that wait for the caller's decision, the oldest first; for hosts."""
    actor().needs_anywhere(Role.HOST)
    return answer(ProofList(items=[_proof(row) for row in proofs.waiting(db.session(), actor())]))


@api.patch("/proofs/<int:proof_id>", tags=TAGS, summary="Decide about a proof", responses={200: ProofOut, **WRITES})
def decide_proof(path: ProofPath, body: DecisionIn) -> Response:
    """Accept a proof until a day, or refuse it with a reason, as staff of its person's home site."""
    with transaction() as session:
        row = proofs.proof_seen_by(session, actor(), path.proof_id)
        now = clock.now()
        today = now.astimezone(classes.zone_of(session, row.member)).date()
        until = (body.until or proofs.proposed_end(row.member_class, today)) if body.accepted else None
        decision = Decision(version=body.version, accepted=body.accepted, until=until, reason=body.reason)
        made = _proof(proofs.decide(session, actor(), path.proof_id, decision, now))
    return answer(made)


@api.get("/proofs/<int:proof_id>/file", tags=TAGS, summary="A proof's document", responses={200: FILE})
def proof_file(path: ProofPath) -> Response:
    """The PDF or the picture, for its owner and the staff who decide."""
    kept = proofs.file_of(db.session(), actor(), path.proof_id)
    response: Response = current_app.response_class(kept.content, mimetype=kept.media_type)
    ending = "pdf" if kept.media_type == FileKind.PDF else "jpg"
    response.headers.set("Content-Disposition", "attachment", filename=f"proof-{path.proof_id}.{ending}")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _seen(member_id: int) -> Member:
    member = members.member(db.session(), member_id)
    if not (guardians.acts_for(db.session(), actor(), member_id) or classes.is_staff_of(actor(), member)):
        raise NotFound(f"member {member_id}")
    return member


def _class_of(member: Member) -> MemberClassOut:
    today = clock.now().astimezone(classes.zone_of(db.session(), member)).date()
    held = classes.class_at(db.session(), member, today)
    return MemberClassOut(member_id=member.id, class_id=held.id, own_class_id=member.class_id)


def _shown(row: MemberClass) -> ClassOut:
    return ClassOut(**asdict(class_cards.card_of(row)), id=row.id, closed_at=row.closed_at, version=row.version)


def _proof(row: ClassProof) -> ProofOut:
    return ProofOut(
        id=row.id,
        member_id=row.member_id,
        class_id=row.class_id,
        has_file=row.file_id is not None,
        sent_at=row.sent_at,
        state=row.state,
        decided_at=row.decided_at,
        reason=row.reason,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        version=row.version,
    )
