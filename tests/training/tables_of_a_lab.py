"""Tables of people brought into a lab and out of it."""

from datetime import UTC, datetime
from io import BytesIO

from openpyxl import Workbook

from fablab.core.db import attempt, transaction
from fablab.members import queries
from fablab.members.models import Member
from fablab.members.people import Wanted
from fablab.members.transfer.outcome import Options, Outcome
from fablab.training import tables
from fablab.training.tables import TableKind
from tests.conftest import Lab

NOW = datetime.now(UTC)
MEMBERS, MEMBERSHIPS = TableKind.MEMBERS, TableKind.MEMBERSHIPS
ORGANISATIONS, CERTIFICATES = TableKind.ORGANISATIONS, TableKind.CERTIFICATES
HEADINGS = (
    *("ID", "Nom", "Prénom", "Courriel", "Lettre d'informations", "Dernière connexion", "Genre", "Âge", "Adresse"),
    *("Tel.", "Site web", "Profession", "Centres d'intérêts", "Logiciels de conception maîtrisés", "Groupe"),
    *("Abonnement", "Date de fin de l'abonnement", "Formations validées", "Étiquettes", "Nombre de factures"),
    *("Projets", "Facebook", "Twitter", "Echosciences", "Structure", "Adresse de la structure"),
)
"""What Fab-manager's export of members has in its first line, in French."""


def bring(
    lab: Lab, kind: TableKind, text: str, who: int | None = None, *, keep: bool = True, **more: object
) -> Outcome:
    """Bring a table in if all its lines are good, as an administrator unless somebody else is named."""
    options = Options(**more)  # type: ignore[arg-type]
    return attempt(
        lambda session: tables.bring_in(session, lab.actor(who or lab.cast.admin), kind, text, options, NOW),
        lambda outcome: keep and not outcome.troubles,
    )[0]


def out(lab: Lab, kind: TableKind, who: int | None = None) -> str:
    """The table that goes out."""
    with transaction() as session:
        return tables.table(session, lab.actor(who or lab.cast.admin), kind, Wanted(), NOW)


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    """Lines that were added, changed, as they were, and bad."""
    return outcome.added, outcome.changed, outcome.unchanged, outcome.bad_lines


def wrong(outcome: Outcome) -> set[tuple[int, str]]:
    """Where something was wrong."""
    return {(one.line, one.column) for one in outcome.troubles}


def by_email(lab: Lab, email: str) -> Member:
    """The person as they stand in the database."""
    lab.session.rollback()
    lab.session.expire_all()
    found = queries.member_by_email(lab.session, email)
    assert found is not None
    return found


def fabmanager_book(*rows: dict[str, object]) -> bytes:
    """A workbook of the shape that Fab-manager exports."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Membres"
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([row.get(heading) for heading in HEADINGS])
    file = BytesIO()
    book.save(file)
    return file.getvalue()
