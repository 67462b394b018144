"""For treasurers: what a month would be invoiced, and issuing it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from fablab.billing import month as months
from fablab.billing import queries as billing
from fablab.billing.charges import unpriced
from fablab.billing.prices import uses_of_entity
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.i18n import _, n_
from fablab.core.period import month_at, month_of
from fablab.core.refusals import Refused
from fablab.members.models import Role
from fablab.sites import queries as sites
from fablab.sites.models import LegalEntity
from fablab.usage import queries as usage
from fablab.web.ground import access, inputs
from fablab.web.ground.months import months_back

screen = Blueprint("billing", __name__)


@screen.get("/billing")
@access.needs(Role.TREASURER)
def page() -> str:
    """The month's preview; nothing is changed by looking."""
    if not own_entities():
        return render_template("billing/nobody.html")
    entity = chosen_entity(request.args.get("entity"))
    return _show(entity, request.args.get("month"))


@screen.post("/billing/issue")
@access.needs(Role.TREASURER)
def issue() -> Response | tuple[str, int]:
    """Issue what the preview shows, once; again, only what has come since."""
    entity = chosen_entity(request.form.get("entity"))
    entity_id, month = entity.id, inputs.month(request.form.get("month"), "")
    unfinished = bool(request.form.get("unfinished"))
    try:
        with transaction() as session:
            issued = months.issue(session, access.actor(), entity_id, month, clock.now(), unfinished=unfinished)
            count = len(issued)
    except Refused as refused:
        reasons = refused.messages
        return _show(chosen_entity(str(entity_id)), month, reasons), 422
    if count:
        flash(n_("%(count)s invoice issued.", "%(count)s invoices issued.", count), "ok")
    else:
        flash(_("There was nothing left to invoice for this month."), "info")
    return redirect(url_for("billing.page", entity=entity_id, month=month))


def own_entities() -> list[LegalEntity]:
    """The entities whose treasurer the person is."""
    actor = access.actor()
    return [row for row in sites.legal_entities(db.session()) if actor.may_for_entity(Role.TREASURER, row.id)]


def chosen_entity(text: str | None) -> LegalEntity:
    """The entity that is asked for, or the first of one's own."""
    entities, wanted = own_entities(), inputs.row_id(text)
    if wanted is None and entities:
        return entities[0]
    entity = sites.legal_entity(db.session(), wanted or 0)
    if entity not in entities:
        raise Forbidden
    return entity


def _show(entity: LegalEntity, asked: str | None, reasons: list[str] | None = None) -> str:
    session, now = db.session(), clock.now()
    present = month_at(now, entity.zone)
    month = inputs.month(asked, present)
    drafts = months.drafts(session, entity.id, month)
    issued = billing.invoices_for(session, entity.id, month)
    period = month_of(month, entity.zone)
    everywhere = [row.id for row in sites.sites(session)]
    waiting = usage.waiting(session, everywhere)
    return render_template(
        "billing/page.html",
        entity=entity,
        entities=own_entities(),
        month=month,
        months=months_back(now, entity.zone, also=month),
        is_over=period.end <= now,
        has_begun=period.start <= now,
        drafts=drafts,
        total_cents=sum(draft.bill.gross_cents for draft in drafts),
        issued=issued,
        issued_cents=sum(invoice.gross_cents for invoice in issued),
        unpriced=uses_of_entity(session, unpriced(session, month), entity.id),
        waiting=uses_of_entity(session, (use for use in waiting if use.started_at < period.end), entity.id),
        reasons=reasons or [],
    )
