"""What `fablab doctor` looks at, and what it advises."""

import os
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload

from fablab.billing.queries import broken_links
from fablab.core import clock, heartbeat, outbox, schema, vault
from fablab.core.config import Config
from fablab.core.db import database_name, db
from fablab.core.i18n import show_duration
from fablab.core.links import link
from fablab.core.refusals import Refused
from fablab.members import openid
from fablab.notices.post import NotSent, PostOffice
from fablab.sites import queries as sites
from fablab.usage.connections import Means, attempt, settings_of
from fablab.usage.models import Condition, Connection

_REMEDIES = {
    Condition.UNREACHABLE: "Switch it on; if it is on, try this address from this computer, and correct the one typed.",
    Condition.NOT_ALLOWED: "Type its API key again on the machine's page, and compare printer_networks.",
    Condition.UNINTELLIGIBLE: "Open this address in a browser: is it really this machine's OctoPrint?",
    Condition.OFF: "Connect the printer in OctoPrint when it is to be used.",
    Condition.FAULT: "Look at the printer, then connect it again in OctoPrint.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and what to do when it is not well."""

    what: str
    ok: bool
    text: str
    remedy: str = ""


def examine(config: Config) -> list[Finding]:
    """Look at everything; what stands on something broken is left out."""
    findings = [_database(config)]
    if not findings[0].ok:
        return findings
    findings.append(_schema())
    findings.append(_secret_key(config))
    if not findings[1].ok:
        return findings
    session, now = db.session(), clock.now()
    findings += [_worker(session, config, now), _mail_server(config), _outbox(session)]
    findings += _invoices(session)
    findings += _printers(session, config)
    session.rollback()
    findings += _providers(config, now)
    return findings


def _database(config: Config) -> Finding:
    name = database_name(config.database_url)
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", error)).splitlines()[0]
        return Finding("database", False, f"{name}: {cause}", "Check database_url in instance/fablab.toml.")
    return Finding("database", True, name)


def _schema() -> Finding:
    found, newest = schema.revision_of(db.engine), schema.newest_revision()
    if found != newest:
        return Finding("migrations", False, f"at {found or 'nothing'}, newest is {newest}", "Run: fablab migrate")
    return Finding("migrations", True, f"at {found}, the newest")


def _secret_key(config: Config) -> Finding:
    path = config.instance / "secret.key"
    if len(config.secret_key) < 32:
        remedy = f"Set FABLAB_SECRET_KEY to 32 characters or more, or leave it out: {path} is made by itself."
        return Finding("secret key", False, "shorter than 32 characters", remedy)
    if path.exists() and os.name == "posix" and path.stat().st_mode & 0o077:
        return Finding("secret key", False, f"{path} can be read by others", f"Run: chmod 600 {path}")
    return Finding("secret key", True, "kept")


def _worker(session: Session, config: Config, now: datetime) -> Finding:
    last = heartbeat.last_beat(session, heartbeat.WORKER)
    if last is None:
        return Finding("worker", False, "has never run", "Run beside the web server: fablab work")
    age = show_duration(int((now - last).total_seconds()))
    if heartbeat.is_stale(last, now, config.stale_after_seconds):
        return Finding("worker", False, f"last beat {age} ago", "Nothing is metered now. Run: fablab work")
    return Finding("worker", True, f"last beat {age} ago")


def _mail_server(config: Config) -> Finding:
    office = PostOffice(config.smtp_url, config.mail_from, config.lab_name, timeout_seconds=5)
    try:
        office.greet()
    except NotSent as error:
        return Finding("mail server", False, str(error), "Check smtp_url in instance/fablab.toml.")
    return Finding("mail server", True, "answers")


def _outbox(session: Session) -> Finding:
    count = outbox.given_up(session)
    if count:
        reasons = "; ".join(outbox.reasons_for_giving_up(session))
        mails = "1 mail was" if count == 1 else f"{count} mails were"
        remedy = "Check the addresses and smtp_url; who needs a link to a password asks for a new one."
        return Finding("outbox", False, f"{mails} given up; the latest because: {reasons}", remedy)
    return Finding("outbox", True, "nothing given up")


def _invoices(session: Session) -> list[Finding]:
    findings = []
    for entity in sites.legal_entities(session):
        broken = broken_links(session, entity.id)
        if broken:
            text_ = f"altered since they were issued: {', '.join(broken[:5])}"
            findings.append(Finding(f"invoices of {entity.name}", False, text_, "Restore them from a backup."))
        else:
            findings.append(Finding(f"invoices of {entity.name}", True, "as issued"))
    return findings


def _printers(session: Session, config: Config) -> list[Finding]:
    means = Means(config.secret_key, config.printer_networks, config.machine_timeout_seconds)
    query = select(Connection).options(joinedload(Connection.resource)).order_by(Connection.id)
    findings = []
    for connection in session.scalars(query):
        what = f"{connection.resource.name} ({connection.url})"
        try:
            tried = attempt(settings_of(connection, means))
        except vault.Unreadable:
            remedy = "Type the API key again on the machine's page: this instance has another secret key."
            findings.append(Finding(what, False, "its API key cannot be read", remedy))
            continue
        findings.append(Finding(what, tried.connected, tried.sentence, _REMEDIES.get(tried.condition, "")))
    return findings


def _providers(config: Config, now: datetime) -> list[Finding]:
    findings = []
    for provider in config.oidc:
        what = f"sign-in with {provider.label} ({provider.issuer})"
        back = link(f"/sign-in/with/{provider.name}/back")
        try:
            openid.discover(provider, now, afresh=True)
        except Refused as refused:
            is_down = openid.DOWN in refused.codes
            text_ = "does not answer" if is_down else "answers, and not as the OpenID provider with this issuer"
            remedy = f"Open {provider.issuer.rstrip('/')}/.well-known/openid-configuration from this computer; its "
            remedy += f"issuer must be the one of [oidc.{provider.name}] in instance/fablab.toml, to the letter."
            findings.append(Finding(what, False, text_, remedy))
        else:
            findings.append(Finding(what, True, f"answers; it must know the address {back}"))
    return findings
