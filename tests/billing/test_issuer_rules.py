"""Rules about who invoices: added, removed, and never missing where one was."""

import pytest

from fablab.billing import issuers
from fablab.billing.issuers import RuleCard
from fablab.billing.models import Charge
from fablab.billing.prices import issuer_rules
from fablab.core.db import transaction
from fablab.core.errors import Forbidden, NotFound
from fablab.core.refusals import Refused
from fablab.sites.models import LegalEntity
from tests.billing.months import MARCH
from tests.conftest import Lab
from tests.web.uses import used


def add(lab: Lab, card: RuleCard, who: int | None = None) -> int:
    with transaction() as session:
        return issuers.add_rule(session, lab.actor(who or lab.cast.admin), card, MARCH).id


def remove(lab: Lab, rule_id: int) -> None:
    with transaction() as session:
        issuers.remove_rule(session, lab.actor(lab.cast.admin), rule_id)


def company(lab: Lab) -> int:
    with transaction() as session:
        row = LegalEntity(name="Société de test", address="2 rue du Test")
        session.add(row)
        session.flush()
        return row.id


def test_rules_are_listed_as_they_are_asked(lab: Lab) -> None:
    cast, other = lab.cast, company(lab)
    site = add(lab, RuleCard(legal_entity_id=other, site_id=cast.office))
    exact = add(lab, RuleCard(legal_entity_id=other, category_id=cast.printers, class_id=cast.students))
    category = add(lab, RuleCard(legal_entity_id=other, category_id=cast.lasers))

    found = issuers.rules_in_order(lab.session)

    assert [row.id for row in found][:3] == [exact, site, category]
    assert (found[3].site_id, found[3].category_id, found[3].class_id) == (None, None, None)


def test_the_last_rule_that_something_needs_stays(lab: Lab) -> None:
    cast = lab.cast
    general = issuer_rules(lab.session)[0].id

    with pytest.raises(Refused) as refused:
        remove(lab, general)
    assert refused.value.codes == ("no_issuer",)
    assert "Laser" in str(refused.value)

    rules = [
        add(lab, RuleCard(legal_entity_id=cast.entity, site_id=site_id)) for site_id in (cast.workshop, cast.office)
    ]
    remove(lab, general)
    with pytest.raises(Refused) as refused:
        remove(lab, rules[1])
    assert "Salle des bureaux" in str(refused.value)
    with pytest.raises(NotFound):
        remove(lab, general)


def test_a_rule_is_there_once_and_of_administrators(lab: Lab) -> None:
    cast = lab.cast
    for who in (cast.fabmanager, cast.treasurer):
        with pytest.raises(Forbidden):
            add(lab, RuleCard(legal_entity_id=cast.entity, site_id=cast.office), who)
    with pytest.raises(Refused) as refused:
        add(lab, RuleCard(legal_entity_id=cast.entity))
    assert refused.value.codes == ("rule_exists",)
    for card in (
        RuleCard(legal_entity_id=999),
        RuleCard(legal_entity_id=cast.entity, site_id=999),
        RuleCard(legal_entity_id=cast.entity, category_id=999),
        RuleCard(legal_entity_id=cast.entity, class_id=999),
    ):
        with pytest.raises(NotFound):
            add(lab, card)


def test_what_waited_for_an_issuer_is_charged_when_a_rule_is_there(lab: Lab) -> None:
    with transaction() as session:
        session.delete(issuer_rules(session)[0])
    used(lab, lab.cast.maker)
    assert lab.session.query(Charge).count() == 0
    lab.session.rollback()

    add(lab, RuleCard(legal_entity_id=lab.cast.entity))

    assert lab.session.query(Charge).count() == 1
