"""Everything that the lab holds about a person, as one file that they can keep: words as JSON, files beside them."""

import json
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy.orm import Session

from fablab.core.db import db
from fablab.core.files import FileKind
from fablab.core.i18n import _
from fablab.delivery import pdf_of
from fablab.members.privacy.holdings import Holdings, files_of, holdings

FILE_NAME = "my-data.zip"
_ENDINGS = {FileKind.PICTURE.value: "jpg", FileKind.PDF.value: "pdf"}


def pack(member_id: int, lab_name: str, now: datetime) -> bytes:
    """A ZIP of everything: `data.json`, `files/`, `invoices/`. Outside of a transaction, since PDFs may be rendered."""
    session = db.session()
    found = holdings(session, member_id)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        said = {"lab": lab_name, "made_at": now.isoformat(), **contents(found)}
        archive.writestr("data.json", json.dumps(said, ensure_ascii=False, indent=1))
        for number, name, content in _files(session, found):
            archive.writestr(f"files/{number}{name}", content)
        for number, name in _invoices(found):
            archive.writestr(f"invoices/{name}.pdf", pdf_of(number))
    return packed.getvalue()


def contents(found: Holdings) -> dict[str, Any]:
    """What `data.json` says: the rows about a person by table, and by their numbers those that name them besides."""
    return {
        "person": found.member_ids[0],
        "records": found.member_ids,
        "about_you": [{"table": item.table, "label": label_of(item.table), "rows": item.rows} for item in found.held],
        "done_by_you": [
            {
                "table": item.table,
                "label": label_of(item.table),
                "as": item.column.removesuffix("_id"),
                "count": len(item.ids),
                "ids": item.ids,
            }
            for item in found.deeds
        ],
    }


def _files(session: Session, found: Holdings) -> list[tuple[int, str, bytes]]:
    """Numbered, since what people call their files may be anything; only the ending says what each is."""
    rows = files_of(session, found.file_ids)
    return [(row.id, f".{_ENDINGS.get(row.media_type, 'bin')}", row.content) for row in rows]


def _invoices(found: Holdings) -> list[tuple[int, str]]:
    rows = next((item.rows for item in found.held if item.table == "invoices"), [])
    return [(row["id"], "".join(sign if sign.isalnum() else "-" for sign in row["number"])) for row in rows]


def label_of(table: str) -> str:
    """What a table is called by those who are in it; its own name where nobody gave it another."""
    return _labels().get(table, table.replace("_", " "))


def _labels() -> dict[str, str]:
    return {
        "access_grants": _("Levels of access"),
        "access_tokens": _("API tokens"),
        "account_invitations": _("Invitations into an account"),
        "account_members": _("Organisations whose account is used"),
        "accounts": _("Own account"),
        "appeals": _("Appeals"),
        "arrivals": _("Visits"),
        "audit_entries": _("Entries of the log"),
        "authorisations": _("What guardians signed"),
        "badges": _("Badges"),
        "calendar_feeds": _("Calendars that read the lab"),
        "certificate_events": _("Certificates"),
        "charges": _("What use cost"),
        "charter_acceptances": _("Charters accepted"),
        "claims": _("Places reserved"),
        "class_proofs": _("Proofs of a class"),
        "consents_given": _("Consents"),
        "documents": _("Invoices as PDF"),
        "draw_entries": _("Wishes for draws"),
        "duties": _("Shifts"),
        "email_changes": _("Changes of address"),
        "facts": _("Answers to questions of the lab"),
        "guardianships": _("Guardians and wards"),
        "handover_notes": _("Notes after shifts"),
        "hand_overs": _("Reservations handed over"),
        "holds": _("Holds"),
        "invoice_charges": _("Uses on invoices"),
        "invoice_items": _("Items on invoices"),
        "invoice_lines": _("Lines of invoices"),
        "invoices": _("Invoices"),
        "identities": _("Identities at other providers"),
        "item_charges": _("What was sold"),
        "jobs": _("What machines made"),
        "members": _("Card"),
        "membership_pauses": _("Pauses of memberships"),
        "membership_people": _("People covered by memberships"),
        "memberships": _("Memberships"),
        "merge_records": _("Records that were made one"),
        "notice_choices": _("What one wants to be told"),
        "not_doubles": _("People who are alike"),
        "offers": _("Offers from the waiting list"),
        "outcomes": _("What came of appointments"),
        "password_tokens": _("Links to set a password"),
        "path_steps": _("Steps of the project’s path"),
        "problem_entries": _("What became of problems"),
        "problem_followers": _("Problems followed"),
        "problems": _("Problems reported"),
        "project_members": _("People named in projects"),
        "projects": _("Projects"),
        "reservation_changes": _("Changes of reservations"),
        "reservation_fees": _("Fees of reservations"),
        "reservation_series": _("Series of reservations"),
        "reservations": _("Reservations"),
        "role_grants": _("Roles"),
        "sign_ins": _("Devices signed in"),
        "sign_ups": _("Wishes to join"),
        "strikes": _("Strikes"),
        "usage_sessions": _("Uses of machines"),
        "waits": _("Places on waiting lists"),
    }
