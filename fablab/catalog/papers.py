"""What staff put to a resource's card besides words: its photo, manuals and safety sheets."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fablab.catalog import queries
from fablab.catalog.models import FileRole, Resource, ResourceFile
from fablab.core.files import FileKind, StoredFile, keep_document, keep_picture, stored_file
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.text import line_of
from fablab.members.actor import Actor
from fablab.members.models import Role

MOST = 20
LONGEST_TITLE = 120
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Paper:
    """What is put to a resource: its title (the file's name, if it is empty) and what it is for."""

    title: str = ""
    role: FileRole = FileRole.MANUAL


def set_photo(session: Session, actor: Actor, resource_id: int, content: bytes, name: str, now: datetime) -> StoredFile:
    """Give a resource a photo in place of the one that it has.

    Raises:
        Forbidden: not a fabmanager of its site.
        Refused: it is too large, empty, or no picture that we can read.
    """
    resource = _own(session, actor, resource_id)
    before = resource.photo_id
    photo = keep_picture(session, content, name, now)
    resource.photo_id = photo.id
    session.flush()
    _forget(session, before)
    return photo


def remove_photo(session: Session, actor: Actor, resource_id: int) -> None:
    """Take its photo away; twice equals once.

    Raises:
        Forbidden: not a fabmanager of its site.
    """
    resource = _own(session, actor, resource_id)
    before, resource.photo_id = resource.photo_id, None
    session.flush()
    _forget(session, before)


def add_paper(
    session: Session, actor: Actor, resource_id: int, paper: Paper, content: bytes, name: str, now: datetime
) -> ResourceFile:
    """Put a PDF or a picture to a resource.

    Raises:
        Forbidden: not a fabmanager of its site.
        Refused: it is too large, empty, neither a PDF nor a picture, or one too many.
    """
    _own(session, actor, resource_id)
    if len(queries.files_of(session, resource_id)) >= MOST:
        raise Refused.because("too_many", _("It has %(count)s papers already. Remove one first.", count=MOST))
    kept = keep_document(session, content, name, now)
    title = (line_of(paper.title) or kept.name)[:LONGEST_TITLE]
    row = ResourceFile(resource_id=resource_id, file_id=kept.id, role=paper.role, title=title)
    session.add(row)
    session.flush()
    return row


def remove_paper(session: Session, actor: Actor, paper_id: int) -> Resource:
    """Take a paper away from its resource, which is given back.

    Raises:
        NotFound: it is gone already.
        Forbidden: not a fabmanager of its resource's site.
    """
    row = queries.resource_file(session, paper_id)
    resource = _own(session, actor, row.resource_id)
    file_id = row.file_id
    session.delete(row)
    session.flush()
    _forget(session, file_id)
    return resource


def file_name(paper: ResourceFile) -> str:
    """What the paper is called where it is downloaded: its title, without what no file name has."""
    ending = "pdf" if paper.file.media_type == FileKind.PDF else "jpg"
    title = paper.title.rsplit(".", 1)[0] if paper.title.lower().endswith(f".{ending}") else paper.title
    name = "".join(letter if letter.isalnum() or letter in " -_" else "-" for letter in title)
    name = name.strip(" -")[:LONGEST_NAME] or _("paper")
    return f"{name}.{ending}"


def _own(session: Session, actor: Actor, resource_id: int) -> Resource:
    resource = queries.lock_resources(session, [resource_id])[0]
    actor.needs_at_site(Role.FABMANAGER, resource.site_id)
    return resource


def _forget(session: Session, file_id: int | None) -> None:
    if file_id is not None:
        session.delete(stored_file(session, file_id))
        session.flush()
