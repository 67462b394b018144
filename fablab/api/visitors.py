"""Routes about what presence needs: reasons, kinds of public, terminals at doors."""

from flask import Response

from fablab.api.answers import answer
from fablab.api.arrivals import TAGS
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.schemas import Problem, SitePath
from fablab.api.schemas.presence import (
    EntriesQuery,
    EntryIn,
    EntryList,
    EntryOut,
    EntryPatch,
    EntryPath,
    TerminalIn,
    TerminalList,
    TerminalMade,
    TerminalOut,
    TerminalPath,
)
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.links import link
from fablab.members.models import Role
from fablab.presence import lists, terminals
from fablab.presence.models import ArrivalReason, PublicKind, Terminal
from fablab.sites import queries as sites

Table = type[ArrivalReason] | type[PublicKind]


@api.get("/arrival-reasons", tags=TAGS, summary="Why people come", responses={200: EntryList})
def reason_list(query: EntriesQuery) -> Response:
    """The network's list of reasons."""
    return _list(lists.reasons(db.session(), closed=query.closed))


@api.post("/arrival-reasons", tags=TAGS, summary="Add a reason", responses={201: EntryOut, **WRITES})
def add_reason(body: EntryIn) -> Response:
    """Add a reason; for administrators of the network."""
    return _added(ArrivalReason, body)


@api.patch("/arrival-reasons/<int:entry_id>", tags=TAGS, summary="Edit a reason", responses={200: EntryOut, **WRITES})
def edit_reason(path: EntryPath, body: EntryPatch) -> Response:
    """Rename a reason, offer it no more, or again; for administrators of the network."""
    return _edited(ArrivalReason, path, body)


@api.get("/public-kinds", tags=TAGS, summary="Kinds of public", responses={200: EntryList})
def public_list(query: EntriesQuery) -> Response:
    """The network's list of kinds of public."""
    return _list(lists.publics(db.session(), closed=query.closed))


@api.post("/public-kinds", tags=TAGS, summary="Add a kind of public", responses={201: EntryOut, **WRITES})
def add_public(body: EntryIn) -> Response:
    """Add a kind of public; for administrators of the network."""
    return _added(PublicKind, body)


@api.patch("/public-kinds/<int:entry_id>", tags=TAGS, summary="Edit a kind", responses={200: EntryOut, **WRITES})
def edit_public(path: EntryPath, body: EntryPatch) -> Response:
    """Rename a kind of public, offer it no more, or again; for administrators of the network."""
    return _edited(PublicKind, path, body)


@api.get(
    "/sites/<int:site_id>/terminals",
    tags=TAGS,
    summary="A site's terminals",
    responses={200: TerminalList, 403: Problem},
)
def terminal_list(path: SitePath) -> Response:
    """The terminals at a site's doors; for its fabmanagers."""
    site = sites.site(db.session(), path.site_id)
    actor().needs_at_site(Role.FABMANAGER, site.id)
    found = terminals.terminals_of(db.session(), site.id)
    return answer(TerminalList(items=[TerminalOut(**_terminal(row)) for row in found]))


@api.post(
    "/sites/<int:site_id>/terminals", tags=TAGS, summary="Make a terminal", responses={201: TerminalMade, **WRITES}
)
def add_terminal(path: SitePath, body: TerminalIn) -> Response:
    """Make a terminal, whose link is told this once; for fabmanagers of the site."""
    with transaction() as session:
        row, key = terminals.add_terminal(session, actor(), path.site_id, body.name, clock.now())
        made = TerminalMade(**_terminal(row), link=link(f"/terminal/{key}"))
    return answer(made, 201)


@api.delete("/terminals/<int:terminal_id>", tags=TAGS, summary="Close a terminal", responses={204: None})
def revoke_terminal(path: TerminalPath) -> Response:
    """Let its link open nothing any more; for fabmanagers of its site; twice equals once."""
    with transaction() as session:
        terminals.revoke_terminal(session, actor(), path.terminal_id, clock.now())
    return Response(status=204)


def _list(rows: list[ArrivalReason] | list[PublicKind]) -> Response:
    return answer(EntryList(items=[_entry(row) for row in rows]))


def _added(table: Table, body: EntryIn) -> Response:
    with transaction() as session:
        made = _entry(lists.add_entry(session, actor(), table, body.name))
    return answer(made, 201)


def _edited(table: Table, path: EntryPath, body: EntryPatch) -> Response:
    with transaction() as session:
        row = lists.edit_entry(
            session, actor(), table, path.entry_id, body.version, clock.now(), name=body.name, closed=body.closed
        )
        made = _entry(row)
    return answer(made)


def _entry(row: ArrivalReason | PublicKind) -> EntryOut:
    closed = row.closed_at is not None
    return EntryOut(id=row.id, code=row.code, name=lists.name_of(row), closed=closed, version=row.version)


def _terminal(row: Terminal) -> dict[str, object]:
    return {"id": row.id, "site_id": row.site_id, "name": row.name, "last_seen_at": row.last_seen_at}
