"""What stays of a person who was erased, for the accounts, for figures, or because it says nothing of them."""

KEPT = {
    "account_members.*": "no words",
    "accounts.purchase_order": "an organisation's",
    "projects.purchase_order": "an organisation's",
    "arrivals.label": "a group's, which is nobody",
    "arrivals.request_key": "a random word of a program's",
    "audit_entries.action": "a code",
    "audit_entries.details": "codes and figures",
    "audit_entries.subject": "a code",
    "charges.description": "the machine's name, in the accounts",
    "charges.month": "a month",
    "consents_given.text": "the lab's words, which were allowed",
    "documents.sha256": "a fingerprint",
    "holds.key": "a code",
    "invoice_lines.description": "the machine's name, in the accounts",
    "invoice_lines.unit": "a code",
    "invoices.*": "the law wants invoices as they were issued",
    "item_charges.*": "what was sold, in the accounts",
    "jobs.key": "the machine's own word for a run",
    "jobs.outcome": "a code",
    "members.locale": "one of two languages",
    "members.state": "a code",
    "membership_people.*": "no words",
    "memberships.request_key": "a random word of a program's",
    "memberships.told": "a code",
    "merge_records.counts": "figures",
    "problem_entries.text": "what staff did to a machine",
    "problems.waiting_for": "a part that a machine lacks",
    "reservations.override_codes": "codes",
    "reservations.review": "a code",
    "reservation_series.request_key": "a random word of a program's",
    "reservations.request_key": "a random word of a program's",
    "strikes.subject": "a code",
    "usage_sessions.outcome": "a code",
    "usage_sessions.review": "a code",
}
"""Words that stay when their person is erased, and why."""


def is_kept(column: str) -> bool:
    """Tell whether a column, as `table.column`, keeps what it says."""
    return column in KEPT or f"{column.partition('.')[0]}.*" in KEPT
