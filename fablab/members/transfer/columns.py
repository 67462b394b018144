"""What the columns of people's tables are called, in French and English, whatever their case, accents and order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fablab.core import tables
from fablab.core.i18n import _
from fablab.core.refusals import Refused
from fablab.core.tables import Line
from fablab.core.text import plain_of

MOST_LINES = 5000
WHO = ("number", "email", "name", "first_name", "birth_date")
"""By what somebody is found."""
FINDING = ("number", "email", "name")
"""One of these a table must have."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "number": ("member number", "numéro", "numéro d’adhérent", "n°", "no", "id"),
    "name": ("nom", "nom complet", "full name", "surname", "last name", "nom de famille"),
    "first_name": ("prénom", "given name"),
    "email": ("e-mail", "mail", "courriel", "adresse e-mail", "adresse mail", "e-mail address", "adresse électronique"),
    "shared_email": ("shared e-mail", "e-mail partagé", "courriel partagé"),
    "phone": ("téléphone", "tél", "tel", "portable", "mobile", "telephone"),
    "birth_date": ("date de naissance", "né le", "née le", "date of birth", "born", "birthdate"),
    "locale": ("langue", "language"),
    "languages": ("langues", "langues parlées", "spoken languages"),
    "emergency_contact": ("contact d’urgence", "personne à prévenir"),
    "class": ("classe", "tarif", "catégorie", "groupe", "group", "category"),
    "site": ("lieu", "home site", "site d’attache"),
    "staff_note": ("note", "remarque", "notes"),
    "address": ("adresse", "adresse postale", "postal address"),
    "course": ("formation", "habilitation", "certificate", "certificat", "training"),
    "granted_on": ("date", "validé le", "validée le", "obtenu le", "granted", "validated on"),
    "expires_on": ("expire le", "valable jusqu’au", "valide jusqu’au", "expires", "valid until"),
    "kind": ("adhésion", "type d’adhésion", "type", "membership", "abonnement", "subscription"),
    "first_on": ("début", "date de début", "du", "start", "from", "start date", "premier jour"),
    "last_on": ("fin", "date de fin", "au", "end", "to", "end date", "dernier jour"),
    "ended_on": ("terminée le", "résiliée le", "ended early on"),
    "price": ("prix", "montant", "amount"),
    "organisation": ("structure", "organization", "société", "entreprise", "company"),
    "siren": (),
    "siret": (),
    "billing_address": ("adresse de facturation",),
    "billing_email": ("e-mail de facturation", "courriel de facturation", "billing e-mail"),
    "purchase_order": ("bon de commande", "numéro d’engagement"),
    "service_code": ("code service",),
    "monthly_cap": ("plafond mensuel", "plafond"),
    "owner": ("responsable", "propriétaire", "gestionnaire"),
}
"""Each column, and what else it may be called."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table whose columns are known; those that are not are passed over."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    passed_over: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)
    """What the table itself calls its columns."""


def key_of(header: str) -> str:
    """A column's name without what people write differently."""
    return re.sub(r"[^a-z0-9]+", " ", plain_of(header)).strip()


def read(text: str, known: Sequence[str], needed: Sequence[Sequence[str]]) -> Sheet:
    """The lines of a table; of each group of columns that are needed it has one.

    Raises:
        Refused: it cannot be read, has too many lines, or a column is there twice or missing.
    """
    rows = tables.rows_of(text, MOST_LINES)
    keys = {key_of(word): column for column in known for word in (column, *NAMES[column])}
    headers = [header.strip() for header in rows[0][1]]
    while headers and not headers[-1]:
        headers.pop()
    columns = [keys.get(key_of(header), "") for header in headers]
    named = [column for column in columns if column]
    reasons = []
    twice = sorted({column for column in named if named.count(column) > 1})
    if twice:
        reasons.append(_("A column is there twice: %(names)s. Leave one of them out.", names=", ".join(twice)))
    for group in needed:
        if not set(group) & set(named):
            names = " / ".join(f"“{column}”" for column in group)
            reasons.append(
                _("The column %(names)s is missing from the first line. Known ones are: %(known)s.",
                    names=names, known=", ".join(known))
            )  # fmt: skip
    if reasons:
        raise Refused.because("columns", " ".join(reasons))
    # What nobody knows gets a name of its own, so that the cells beside it stay where they are.
    slots = [column or f"?{at}" for at, column in enumerate(columns)]
    lines = tuple(tables.line_from(slots, number, cells) for number, cells in rows[1:])
    strange = tuple(header for header, column in zip(headers, columns, strict=True) if header and not column)
    called = {column: header for header, column in zip(headers, columns, strict=True) if column}
    return Sheet(tuple(named), lines, strange, called)
