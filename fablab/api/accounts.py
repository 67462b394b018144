"""Routes about the accounts that pay: cards, and what was used on them."""

from dataclasses import asdict, replace

from flask import Response
from flask_openapi3 import Tag

from fablab.api.answers import CSV, answer, table_file
from fablab.api.auth import actor
from fablab.api.blueprint import WRITES, api
from fablab.api.periods import PAGE, following
from fablab.api.schemas import Problem
from fablab.api.schemas.accounts import (
    AccountIn,
    AccountListed,
    AccountPatch,
    AccountPath,
    AccountsList,
    AccountsQuery,
    AccountUsageOut,
    CappedOut,
    MonthQuery,
    PayingAccountOut,
    UsageLineOut,
)
from fablab.billing import account_usage
from fablab.billing.account_usage import AccountUsage, Capped
from fablab.core import clock
from fablab.core.db import db, transaction
from fablab.core.period import month_at
from fablab.members.models import Account
from fablab.members.organisations import cards, listing, rights
from fablab.members.organisations.cards import AccountCard
from fablab.sites import queries as sites

TAGS = [Tag(name="accounts", description="Who pays: your own account and your organisations’")]


@api.get("/accounts", tags=TAGS, summary="Accounts", responses={200: AccountsList, 403: Problem})
def account_list(query: AccountsQuery) -> Response:
    """The accounts that the caller uses; with `all`, every organisation, those that nobody owns first, for staff."""
    if not query.all:
        mine = listing.mine(db.session(), actor().member_id)
        return answer(AccountsList(items=[_listed(row.account, keeps=row.keeps) for row in mine]))
    found = listing.organisations(db.session(), actor(), query.q, offset=query.offset, limit=PAGE + 1)
    keeps = rights.is_treasurer(actor())
    items = [_listed(row.account, keeps=keeps, owners=row.owners, people=row.people) for row in found[:PAGE]]
    return answer(AccountsList(items=items, next=following(query.offset, len(found))))


@api.post("/accounts", tags=TAGS, summary="Found an organisation", responses={201: PayingAccountOut, **WRITES})
def found_account(body: AccountIn) -> Response:
    """Found an organisation's account; for fabmanagers, treasurers and administrators."""
    card = AccountCard(**body.model_dump(exclude={"owner_id"}))
    with transaction() as session:
        made = cards.found(session, actor(), card, body.owner_id, clock.now()).id
    return answer(_shown(made), 201)


@api.get("/accounts/<int:account_id>", tags=TAGS, summary="An account", responses={200: PayingAccountOut})
def one_account(path: AccountPath) -> Response:
    """An account that the caller uses, keeps, or looks after as staff."""
    return answer(_shown(path.account_id))


@api.patch(
    "/accounts/<int:account_id>", tags=TAGS, summary="Edit an account", responses={200: PayingAccountOut, **WRITES}
)
def edit_account(path: AccountPath, body: AccountPatch) -> Response:
    """Change what is written about an account, close it or open it again; for its owners, treasurers and
    administrators.
    """
    sent = body.model_dump(exclude_unset=True, exclude={"version", "closed"})
    sent = {key: value for key, value in sent.items() if value is not None or key == "monthly_cap_cents"}
    with transaction() as session:
        account = rights.edited(session, actor(), path.account_id)
        card, version = replace(cards.card_of(account), **sent), body.version
        if sent or body.closed is None:
            account = cards.edit_account(session, actor(), path.account_id, card, version, clock.now())
            version = account.version
        if body.closed is not None:
            verb = cards.close if body.closed else cards.reopen
            verb(session, actor(), path.account_id, version, clock.now())
    return answer(_shown(path.account_id))


@api.get("/accounts/<int:account_id>/usage", tags=TAGS, summary="A month's use", responses={200: AccountUsageOut})
def one_accounts_usage(path: AccountPath, query: MonthQuery) -> Response:
    """What an account's people used in a month, by person and project; who does not keep it sees what is theirs."""
    found = _usage(path, query)
    body = AccountUsageOut(
        account_id=path.account_id,
        month=found.month,
        whole=_capped(found.whole) if found.whole else None,
        items=[
            UsageLineOut(
                member_id=line.member_id,
                person=line.person,
                project_id=line.project_id,
                project=line.project,
                **asdict(line.spent),
            )
            for line in found.lines
        ],
        people=[_capped(row) for row in found.people],
        projects=[_capped(row) for row in found.projects],
    )
    return answer(body)


@api.get("/accounts/<int:account_id>/usage.csv", tags=TAGS, summary="A month's use as a table", responses={200: CSV})
def one_accounts_usage_table(path: AccountPath, query: MonthQuery) -> Response:
    """The same by person and project, as CSV."""
    found = _usage(path, query)
    return table_file(account_usage.table(found), f"account-{path.account_id}-{found.month}.csv")


def _usage(path: AccountPath, query: MonthQuery) -> AccountUsage:
    session, now = db.session(), clock.now()
    places = sites.sites(session)
    month = query.month or (month_at(now, places[0].zone) if places else now.strftime("%Y-%m"))
    return account_usage.usage_of(session, actor(), path.account_id, month, now)


def _listed(
    account: Account, *, keeps: bool, owners: list[str] | None = None, people: int | None = None
) -> AccountListed:
    return AccountListed(
        id=account.id,
        kind=account.kind,
        name=account.name,
        closed_at=account.closed_at,
        keeps=keeps,
        owners=owners,
        people=people,
    )


def _shown(account_id: int) -> PayingAccountOut:
    sight = rights.sight(db.session(), actor(), account_id)
    account = sight.account
    card = cards.card_of(account) if sight.may_see_people else None
    return PayingAccountOut(
        id=account.id,
        kind=account.kind,
        name=account.name,
        keeps=sight.may_edit,
        closed_at=account.closed_at,
        billing_address=card.billing_address if card else None,
        billing_email=card.billing_email if card else None,
        siren=card.siren if card else None,
        siret=card.siret if card else None,
        purchase_order=card.purchase_order if card else None,
        service_code=card.service_code if card else None,
        monthly_cap_cents=account.monthly_cap_cents if sight.may_edit else None,
        own_cap_cents=sight.place.monthly_cap_cents if sight.place else None,
        version=account.version,
    )


def _capped(row: Capped) -> CappedOut:
    return CappedOut(id=row.id, name=row.name, cap_cents=row.cap_cents, left_cents=row.left_cents, **asdict(row.spent))
