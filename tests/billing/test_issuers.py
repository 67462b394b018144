"""Who invoices for what, where one roof houses several legal entities."""

from fablab.billing.models import IssuerRule
from fablab.billing.prices import issuer_of, uses_of_entity
from fablab.catalog import queries as catalog
from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.sites.models import LegalEntity
from fablab.usage import queries as usage
from tests.billing.months import MARCH, use
from tests.conftest import Lab
from tests.prints import Printer


def add_company(lab: Lab, **scope: int) -> int:
    """A second entity, which invoices for a part."""
    with transaction() as session:
        company = LegalEntity(name="Société de test", address="2 rue du Test")
        session.add(company)
        session.flush()
        session.add(IssuerRule(legal_entity_id=company.id, **scope))
        return company.id


def issuer(lab: Lab, resource: int, who: int) -> int | None:
    member = members.member(lab.session, who)
    return issuer_of(lab.session, catalog.resource(lab.session, resource), member, MARCH.date())


def test_the_narrowest_rule_wins(lab: Lab) -> None:
    cast = lab.cast
    company = add_company(lab, class_id=cast.students, category_id=cast.printers)

    assert issuer(lab, cast.printer, cast.student) == company
    assert issuer(lab, cast.printer, cast.maker) == cast.entity
    assert issuer(lab, cast.laser, cast.student) == cast.entity


def test_a_treasurer_is_shown_the_uses_of_their_own_entity_and_nobodys(lab: Lab) -> None:
    cast = lab.cast
    company = add_company(lab, category_id=cast.printers)
    printed = use(lab, cast.maker)
    nobodys = Printer(lab, cast.laser).prints(MARCH, 600).id
    uses = [usage.usage_session(lab.session, number) for number in (printed, nobodys)]

    assert [row.id for row in uses_of_entity(lab.session, uses, company)] == [printed]
    assert [row.id for row in uses_of_entity(lab.session, uses, cast.entity)] == [nobodys]
