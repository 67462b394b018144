"""What is asked of the network's places and of who stands behind them."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from fablab.core.db import transaction
from fablab.core.errors import NotFound
from fablab.sites import queries
from fablab.sites.models import OpeningHours, VatRegime
from tests.conftest import Lab


def test_the_vat_regime_is_the_latest_that_had_begun(lab: Lab) -> None:
    with transaction() as session:
        session.add(VatRegime(legal_entity_id=lab.cast.entity, valid_from=date(2026, 7, 1), rate_bp=550))

    assert queries.vat_regime_on(lab.session, lab.cast.entity, date(2026, 6, 30)).rate_bp == 2000
    assert queries.vat_regime_on(lab.session, lab.cast.entity, date(2026, 7, 1)).rate_bp == 550
    with pytest.raises(NotFound):
        queries.vat_regime_on(lab.session, lab.cast.entity, date(2019, 12, 31))


def test_what_does_not_exist_is_not_found(lab: Lab) -> None:
    for ask in (queries.site, queries.legal_entity):
        with pytest.raises(NotFound):
            ask(lab.session, 999)


def test_the_database_refuses_hours_that_no_day_has(lab: Lab) -> None:
    for opens, closes in ((600, 600), (600, 540), (-1, 60), (1440, 1500), (0, 1441)):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(OpeningHours(season_id=1, weekday=5, opens=opens, closes=closes))
