"""A resource's photo, manuals and safety sheets: fabmanagers put them there, members download them."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.wrappers import Response
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as Redirect

from fablab.catalog import papers
from fablab.catalog import queries as catalog
from fablab.catalog.models import FileRole
from fablab.catalog.papers import Paper
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.errors import NotFound
from fablab.core.files import StoredFile, stored_file
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.web.catalog import editor
from fablab.web.ground import access
from fablab.web.ground.uploads import takes_files, upload

screen = Blueprint("papers", __name__)


@screen.get("/pictures/resource/<row:resource_id>")
@access.public
def photo(resource_id: int) -> Response:
    """A resource's photo; its address changes with it, so that browsers may keep it."""
    found = catalog.resource(db.session(), resource_id)
    if found.photo_id is None:
        raise NotFound(f"photo of resource {resource_id}")
    response = _sent(stored_file(db.session(), found.photo_id))
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@screen.get("/files/<row:paper_id>")
def download(paper_id: int) -> Response:
    """A manual or a safety sheet, to keep: a browser shows none of it on our address."""
    paper = catalog.resource_file(db.session(), paper_id)
    response = _sent(paper.file)
    response.headers.set("Content-Disposition", "attachment", filename=papers.file_name(paper))
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@screen.post("/machines/<row:machine_id>/photo")
@access.needs(Role.FABMANAGER)
@takes_files
def set_photo(machine_id: int) -> Redirect | tuple[str, int]:
    """Show another photo."""
    editor.own(machine_id)
    try:
        sent = upload("photo")
        if sent is None:
            raise Refused.because("file_missing", _("Choose a picture first."))
        with transaction() as session:
            papers.set_photo(session, access.actor(), machine_id, sent.content, sent.name, clock.now())
    except Refused as refused:
        return _refused(machine_id, "photo", refused)
    flash(_("The photo is there."), "ok")
    return _back(machine_id, "photo")


@screen.post("/machines/<row:machine_id>/photo/remove")
@access.needs(Role.FABMANAGER)
def remove_photo(machine_id: int) -> Redirect:
    """Show no photo."""
    with transaction() as session:
        papers.remove_photo(session, access.actor(), machine_id)
    flash(_("The photo is removed."), "ok")
    return _back(machine_id, "photo")


@screen.post("/machines/<row:machine_id>/papers")
@access.needs(Role.FABMANAGER)
@takes_files
def add(machine_id: int) -> Redirect | tuple[str, int]:
    """Put a paper to it."""
    editor.own(machine_id)
    role = request.form.get("role") or FileRole.MANUAL
    if role not in list(FileRole):
        raise BadRequest(_("A paper is a manual, a safety sheet, or another."))
    try:
        sent = upload("file")
        if sent is None:
            raise Refused.because("file_missing", _("Choose a PDF or a picture first."))
        paper = Paper(request.form.get("title", ""), FileRole(role))
        with transaction() as session:
            papers.add_paper(session, access.actor(), machine_id, paper, sent.content, sent.name, clock.now())
    except Refused as refused:
        return _refused(machine_id, "papers", refused)
    flash(_("The paper is there."), "ok")
    return _back(machine_id, "papers")


@screen.post("/machines/<row:machine_id>/papers/<row:paper_id>/remove")
@access.needs(Role.FABMANAGER)
def remove(machine_id: int, paper_id: int) -> Redirect:
    """Take a paper away."""
    editor.own(machine_id)
    with transaction() as session:
        papers.remove_paper(session, access.actor(), paper_id)
    flash(_("The paper is removed."), "ok")
    return _back(machine_id, "papers")


def _refused(machine_id: int, part: str, refused: Refused) -> tuple[str, int]:
    reasons = {part: refused.messages}
    return editor.show(editor.own(machine_id), reasons=reasons), 422


def _back(machine_id: int, part: str) -> Redirect:
    return redirect(url_for("machines.edit_page", machine_id=machine_id, _anchor=part))


def _sent(file: StoredFile) -> Response:
    response: Response = current_app.response_class(file.content, mimetype=file.media_type)
    response.set_etag(file.sha256)
    response.make_conditional(request)
    return response
