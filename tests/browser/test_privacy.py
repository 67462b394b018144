"""The pages about data hold whatever people write, on a phone and on a desk, and axe finds nothing serious on them."""

from datetime import UTC, date, datetime

import pytest

from fablab.core.db import transaction
from fablab.members import consents, queries
from fablab.members.models import Member
from fablab.sites import statements
from fablab.sites.models import StatementKind
from tests.browser.conftest import PHONE, Desk
from tests.browser.test_accessibility import serious
from tests.cast import PASSWORD
from tests.members.lives import Life

pytestmark = pytest.mark.browser
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
WILD = "<b onclick=alert(1)>Ève</b> 🐉 \u202eمرحبا בעולם " + "W" * 160
PAGES = ("/privacy", "/accessibility", "/me/privacy", "/me/privacy/erase", "/log", "/people/doubles")
OF_ADMINS = ("/network/consents", "/network/retention", "/network/statements/privacy")


@pytest.fixture
def wild(desk: Desk) -> Desk:
    """People, consents and statements that say what nobody expects."""
    cast = desk.lab.cast
    with transaction() as session:
        admin = desk.lab.actor(cast.admin)
        Life(session, cast.admin, cast.trainer, cast.maker, "x").fill()
        Life(session, cast.maker, cast.treasurer, cast.admin, "y").fill()
        for number in (cast.maker, cast.student):
            row = session.get_one(Member, number)
            row.name, row.birth_date, row.staff_note = WILD[:200], date(1990, 5, 4), f"{WILD}\n{number}"
        row = session.get_one(Member, cast.admin)
        row.email, row.password_hash = "admin@test.example", queries.member(session, cast.newcomer).password_hash
        for text in (WILD[:120], "Lettre d’information"):
            number = consents.add(session, admin, text, WILD, NOW).id
        consents.answer(session, admin, number, cast.admin, True, 1, NOW)
        for kind in StatementKind:
            statements.say(session, admin, kind, f"{WILD}\n\nAssociation de test.", 0, NOW)
    return desk


def test_pages_about_data_hold_what_people_write(wild: Desk) -> None:
    cast = wild.lab.cast
    pages = [*PAGES, *OF_ADMINS, f"/people/{cast.maker}/privacy", f"/people/doubles/{cast.maker}/{cast.student}"]
    found = {}
    for size in (PHONE, (1280, 800)):
        page = wild.window(cast.admin, size=size)
        for path in pages:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert too_wide == 0, path
            assert page.locator("main b[onclick]").count() == 0, path
            if size == PHONE:
                found[path] = serious(page)

    assert {path: faults for path, faults in found.items() if faults} == {}


def test_a_person_leaves_for_good_with_a_browser(wild: Desk) -> None:
    page = wild.window(wild.lab.cast.student, javascript=False)
    page.goto("/me/privacy")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download everything").click()
    assert download.value.suggested_filename == "my-data.zip"

    page.get_by_role("link", name="Erase my data").click()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Erase me now").click()

    assert page.get_by_text("Your data are erased.").is_visible()
    assert page.goto("/me") is not None
    assert "/sign-in" in page.url
