"""What an administrator of the network does to its legal entities: who invoices, and under which VAT regime."""

import re
from dataclasses import dataclass, fields
from datetime import date
from zoneinfo import available_timezones

from babel.numbers import get_currency_precision, is_currency
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.eu import vat

from fablab.core import registers
from fablab.core.actor import Actor, Role
from fablab.core.i18n import _
from fablab.core.refusals import Refusal, Refused
from fablab.core.text import line_of, lines_of
from fablab.core.versions import check_version
from fablab.sites import queries
from fablab.sites.models import LegalEntity, VatRegime

CENTURY = (date(2000, 1, 1), date(2100, 12, 31))
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{0,11}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityCard:
    """What is written about a legal entity; its currency is chosen once, when it is added."""

    name: str
    address: str
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    currency: str = "EUR"
    timezone: str = "Europe/Paris"
    invoice_prefix: str = "F"
    invoice_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeCard:
    """Under which rate, in basis points, an entity sells from a day on, and what its invoices then must say."""

    valid_from: date
    rate_bp: int
    mention: str = ""


def card_of(row: LegalEntity) -> EntityCard:
    """What is written about a legal entity now."""
    return EntityCard(**{item.name: getattr(row, item.name) or "" for item in fields(EntityCard)})


def add_entity(session: Session, actor: Actor, card: EntityCard) -> LegalEntity:
    """Add a legal entity.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together.
    """
    actor.needs_everywhere(Role.ADMIN)
    code = line_of(card.currency).upper()
    reasons = _reasons(card)
    if not is_currency(code) or get_currency_precision(code) != 2:
        text = _("“%(text)s” is not a currency that is kept in hundredths; one is EUR.", text=code[:40])
        reasons.append(Refusal("currency", text))
    if reasons:
        raise Refused(reasons)
    row = LegalEntity(currency=code)
    _write(row, card)
    session.add(row)
    session.flush()
    return row


def edit_entity(session: Session, actor: Actor, entity_id: int, card: EntityCard, version: int) -> LegalEntity:
    """Change what is written about a legal entity, as read at `version`; issued invoices keep what they say.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: what was written does not hold together.
        Conflict: somebody else changed it since.
    """
    actor.needs_everywhere(Role.ADMIN)
    row = queries.lock_entity(session, entity_id)
    check_version(row.version, version)
    reasons = _reasons(card)
    if reasons:
        raise Refused(reasons)
    _write(row, card)
    row.version += 1
    session.flush()
    return row


def add_regime(session: Session, actor: Actor, entity_id: int, card: RegimeCard) -> VatRegime:
    """Begin a VAT regime; one is never changed. What waited for it is charged by `billing.issuers.begin_regime`.

    Raises:
        Forbidden: not an administrator of the network.
        Refused: a rate that is none, a day of another century, or one on which a regime begins already.
    """
    actor.needs_everywhere(Role.ADMIN)
    queries.lock_entity(session, entity_id)
    reasons = []
    if not 0 <= card.rate_bp < 10_000:
        reasons.append(Refusal("rate", _("A VAT rate is at least 0 % and less than 100 %.")))
    if not CENTURY[0] <= card.valid_from <= CENTURY[1]:
        reasons.append(Refusal("day", _("Choose a day of this century.")))
    begun = select(VatRegime.id).where(VatRegime.legal_entity_id == entity_id, VatRegime.valid_from == card.valid_from)
    if session.scalar(begun) is not None:
        reasons.append(Refusal("regime_exists", _("A VAT regime begins on that day already; choose another day.")))
    if reasons:
        raise Refused(reasons)
    row = VatRegime(
        legal_entity_id=entity_id, valid_from=card.valid_from, rate_bp=card.rate_bp, mention=line_of(card.mention)
    )
    session.add(row)
    session.flush()
    return row


def _reasons(card: EntityCard) -> list[Refusal]:
    reasons = []
    if not line_of(card.name):
        reasons.append(Refusal("name_missing", _("A legal entity needs its name.")))
    if not lines_of(card.address):
        reasons.append(Refusal("address_missing", _("Its address is on every invoice; write it.")))
    if card.timezone not in available_timezones():
        text = _("“%(text)s” is no time zone; one is Europe/Paris.", text=line_of(card.timezone)[:40])
        reasons.append(Refusal("timezone", text))
    if not _PREFIX.fullmatch(card.invoice_prefix):
        text = _("An invoice prefix is one to twelve letters, digits, hyphens or slashes, such as F or 2A-.")
        reasons.append(Refusal("invoice_prefix", text))
    return [*reasons, *_number_reasons(card)]


def _number_reasons(card: EntityCard) -> list[Refusal]:
    """What is wrong with its numbers: each has a check digit, and they contain each other."""
    siren, _siret, vat_number = _numbers(card)
    reasons = registers.reasons_against(card.siren, card.siret)
    if vat_number and not vat.is_valid(vat_number):
        text = _("“%(text)s” is not a VAT number of the European Union.", text=card.vat_number[:40])
        reasons.append(Refusal("vat_number", text))
    elif vat_number.startswith("FR") and siren and vat_number[4:] != siren:
        reasons.append(Refusal("vat_of_another", _("The VAT number ends with another SIREN than the entity’s.")))
    return reasons


def _numbers(card: EntityCard) -> tuple[str, str, str]:
    """SIREN, SIRET and VAT number without blanks; a SIRET brings its SIREN along."""
    siren, siret = registers.siren_and_siret(card.siren, card.siret)
    return siren, siret, "".join(line_of(card.vat_number).upper().replace(".", " ").replace("-", " ").split())


def _write(row: LegalEntity, card: EntityCard) -> None:
    siren, siret, vat_number = _numbers(card)
    row.name = line_of(card.name)
    row.address = lines_of(card.address)
    row.siren, row.siret, row.vat_number = siren or None, siret or None, vat_number or None
    row.timezone = card.timezone
    row.invoice_prefix = card.invoice_prefix
    row.invoice_note = lines_of(card.invoice_note)
