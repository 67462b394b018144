"""Who may open what: every route against every role, and nobody's things to others."""

from datetime import UTC, datetime

import pytest
from werkzeug.routing import Rule

from fablab.billing.models import Invoice
from fablab.booking.services import Wish, book
from fablab.core.db import transaction
from fablab.core.period import Period
from fablab.web.ground.access import is_public
from tests.conftest import Lab, hours_from
from tests.web.conftest import words
from tests.web.uses import used

PUBLIC = {
    "auth.forgot",
    "auth.forgot_page",
    "auth.password_page",
    "auth.set_password",
    "auth.sign_in",
    "auth.sign_in_page",
    "auth.sign_out",
    "emails.change",
    "emails.page",
    "feeds.serve",
    "health.healthz",
    "here.page",
    "home.page",
    "live.page",
    "live.wall",
    "machine.page",
    "openid.back",
    "openid.confirm",
    "openid.confirm_page",
    "openid.leave",
    "papers.photo",
    "machine.state",
    "machine.week",
    "pictures.site",
    "prefs.language",
    "prefs.theme",
    "reporting.machine",
    "reporting.machine_page",
    "reporting.machine_sent",
    "reporting.site",
    "reporting.site_page",
    "reporting.site_sent",
    "sites.page",
    "sign_up.ask",
    "sign_up.confirm",
    "sign_up.confirm_page",
    "sign_up.join",
    "sign_up.join_page",
    "sign_up.page",
    "sites.site",
    "statements.accessibility",
    "statements.privacy",
    "static",
    "terminal.arrive",
    "terminal.check_in",
    "terminal.identify",
    "terminal.leave",
    "terminal.start",
    "welcome.found",
    "welcome.page",
}
FABMANAGERS = {"fabmanager", "admin"}
TREASURERS = {"treasurer", "admin"}
TRAINERS = {"trainer", "fabmanager", "admin"}
HOSTS = {"trainer", "fabmanager", "admin"}
"""Nobody in the cast is only a host; what includes it are the other roles."""
EVERYBODY = {"maker", "trainer", "fabmanager", "treasurer", "admin"}
PAGES = {
    "/": EVERYBODY,
    "/live": EVERYBODY,
    "/live/wall": EVERYBODY,
    "/day": EVERYBODY,
    "/day/grid": EVERYBODY,
    "/m/prusa-n1": EVERYBODY,
    "/m/prusa-n1/state": EVERYBODY,
    "/m/prusa-n1/week": EVERYBODY,
    "/m/prusa-n1/book": EVERYBODY,
    "/m/prusa-n1/repeat": EVERYBODY,
    "/m/prusa-n1/together": EVERYBODY,
    "/me": EVERYBODY,
    "/me/invoices": EVERYBODY,
    "/accounts": EVERYBODY,
    "/organisations": FABMANAGERS | TREASURERS,
    "/organisations/new": FABMANAGERS | TREASURERS,
    "/training": TRAINERS,
    "/training/{maker}": TRAINERS,
    "/desk": FABMANAGERS,
    "/desk/requests": FABMANAGERS,
    "/desk/expected": HOSTS,
    "/shifts": HOSTS,
    "/shifts/new": FABMANAGERS,
    "/shifts/service": FABMANAGERS,
    "/machines": FABMANAGERS,
    "/machines/new": FABMANAGERS,
    "/machines/{printer}/edit": FABMANAGERS,
    "/machines/{desk_room}/edit": {"admin"},
    "/machines.csv": FABMANAGERS,
    "/machines/import": FABMANAGERS,
    "/machines/qr.pdf": FABMANAGERS,
    "/machines/{printer}/qr.pdf": FABMANAGERS,
    "/machines/{desk_room}/qr.pdf": {"admin"},
    "/free": EVERYBODY,
    "/appointments": FABMANAGERS,
    "/booking-rules": FABMANAGERS,
    "/booking-rules/new": FABMANAGERS,
    "/booking-rules/new?kind=quota": FABMANAGERS,
    "/booking-rules?site=2": {"admin"},
    "/booking-rules?site=network": {"admin"},
    **{f"/booking-rules/{path}": FABMANAGERS for path in ("try", "import", "sets/shared")},
    **{f"/booking-rules/{path}?site=2": {"admin"} for path in ("new", "try", "import", "sets/shared")},
    "/booking-rules.json": FABMANAGERS,
    "/booking-rules.json?site=2": {"admin"},
    "/waiting": EVERYBODY,
    "/draws": EVERYBODY,
    "/waiting/join": EVERYBODY,
    "/waiting/sites/1": HOSTS,
    "/waiting/sites/2": {"trainer", "admin"},
    "/categories": {"admin"},
    "/categories/new": {"admin"},
    "/categories/1/edit": {"admin"},
    "/m/prusa-n1/problem": EVERYBODY,
    "/m/prusa-n1/problem/sent": EVERYBODY,
    "/sites/1/problem": EVERYBODY,
    "/sites/1/problem/sent": EVERYBODY,
    "/problems": FABMANAGERS,
    "/machines/{printer}/state": FABMANAGERS,
    "/machines/{desk_room}/state": {"admin"},
    "/maintenance": FABMANAGERS,
    "/machines/{printer}/maintenance": FABMANAGERS,
    "/machines/{desk_room}/maintenance": {"admin"},
    "/sites": EVERYBODY,
    "/sites/atelier": EVERYBODY,
    "/hours/1": FABMANAGERS,
    "/hours/2": {"admin"},
    "/hours/1/timetables/1": FABMANAGERS,
    "/hours/2/timetables/2": {"admin"},
    **{f"/hours/1/timetables/1/seasons/{season}": FABMANAGERS for season in ("1", "new")},
    **{f"/hours/2/timetables/2/seasons/{season}": {"admin"} for season in ("2", "new")},
    "/network": {"admin"},
    **{f"/network/{path}": {"admin"} for path in ("issuers", "levels", "entities/new", "entities/1", "sites/new")},
    "/network/sites/1": FABMANAGERS,
    "/network/sites/2": {"admin"},
    "/people/{maker}/access": FABMANAGERS,
    "/people/{maker}/badge": HOSTS,
    "/me/pin": EVERYBODY,
    "/me/facts": EVERYBODY,
    **{f"/people/{{maker}}/{what}": FABMANAGERS for what in ("facts", "path")},
    "/impact": FABMANAGERS,
    "/impact.csv": FABMANAGERS,
    "/impact?site=2": {"admin"},
    "/impact.csv?site=2": {"admin"},
    **{f"/impact/{path}": {"admin"} for path in ("kinds", "kinds/new", "kinds/2", "funders", "funders/new")},
    "/here/atelier": EVERYBODY,
    "/presence": HOSTS,
    **{f"/presence/1/{path}": HOSTS for path in ("arrive?who=guest", "people", "now", "roll-call", "qr.pdf")},
    **{f"/presence/2/{path}": {"trainer", "admin"} for path in ("arrive?who=group", "people", "now", "roll-call")},
    "/presence/lists": {"admin"},
    "/presence/1/terminals": FABMANAGERS,
    "/presence/2/terminals": {"admin"},
    "/people/{maker}/conduct": EVERYBODY - {"maker"},
    "/people/{maker}/why": HOSTS,
    "/conduct": FABMANAGERS | TREASURERS,
    "/conduct/network": {"admin"},
    "/conduct/sites/1": FABMANAGERS,
    "/conduct/sites/2": {"admin"},
    "/people/{maker}/memberships": HOSTS,
    "/me/memberships": EVERYBODY,
    "/memberships": TREASURERS,
    "/memberships/kinds/new": {"admin"},
    "/memberships/ending": HOSTS,
    "/proofs": HOSTS,
    "/classes": {"admin"},
    "/classes/1": {"admin"},
    "/billing": TREASURERS,
    "/billing/prices": TREASURERS,
    "/invitations": {"admin"},
    "/start": {"admin"},
    **{f"/start/{step}": {"admin"} for step in ("hours", "machines", "price", "course")},
    "/search": HOSTS,
    "/people": HOSTS,
    "/people/new": HOSTS,
    "/people/family": HOSTS,
    "/people/import": FABMANAGERS,
    "/people/export": FABMANAGERS,
    **{f"/people/export?table={kind}s": FABMANAGERS for kind in ("membership", "organisation", "certificate")},
    "/people/waiting": FABMANAGERS,
    "/people/{maker}": HOSTS,
    "/people/{maker}/edit": HOSTS,
    "/charters": EVERYBODY,
    "/charters/all": FABMANAGERS,
    "/me/card": EVERYBODY,
    "/me/sign-ins": EVERYBODY,
    "/me/calendars": EVERYBODY,
    "/me/notices": EVERYBODY,
    "/wards": EVERYBODY,
    "/sign-up": EVERYBODY,
    "/privacy": EVERYBODY,
    "/accessibility": EVERYBODY,
    "/me/privacy": EVERYBODY,
    "/me/privacy/erase": EVERYBODY,
    "/people/{maker}/privacy": HOSTS,
    "/people/doubles": FABMANAGERS,
    "/people/doubles/{maker}/{newcomer}": {"admin"},
    "/log": FABMANAGERS,
    "/log.csv": FABMANAGERS,
    **{f"/network/{path}": {"admin"} for path in ("consents", "retention", "statements/privacy", "mails")},
}
ACTS = {
    "/training/{newcomer}/validate": TRAINERS,
    "/training/{maker}/revoke": TRAINERS,
    "/desk/uses/1/give": FABMANAGERS,
    "/shifts/new": FABMANAGERS,
    **{f"/shifts/1/{act}": HOSTS for act in ("take", "note")},
    **{f"/shifts/1/{act}": FABMANAGERS for act in ("edit", "withdraw", "reservations")},
    **{f"/duties/1/{act}": HOSTS for act in ("confirm", "drop", "offer", "withdraw-offer", "accept")},
    "/duties/1/missed": FABMANAGERS,
    "/desk/uses/1/waive": FABMANAGERS,
    "/machines/new": FABMANAGERS,
    "/machines/{printer}/edit": FABMANAGERS,
    "/machines/{desk_room}/edit": {"admin"},
    "/machines/{printer}/connection": FABMANAGERS,
    "/machines/{desk_room}/connection": {"admin"},
    "/machines/{desk_room}/disconnect": {"admin"},
    "/machines/{printer}/photo": FABMANAGERS,
    "/machines/{desk_room}/photo": {"admin"},
    "/machines/{desk_room}/photo/remove": {"admin"},
    "/machines/{printer}/papers": FABMANAGERS,
    "/machines/{desk_room}/papers": {"admin"},
    "/machines/{desk_room}/papers/1/remove": {"admin"},
    "/machines/{printer}/links": FABMANAGERS,
    "/machines/{desk_room}/links": {"admin"},
    "/machines/{desk_room}/links/1/remove": {"admin"},
    "/machines/import": FABMANAGERS,
    **{f"/booking-rules/{act}": FABMANAGERS for act in ("1", "1/end", "1/renew", "new", "sets/shared", "import")},
    "/categories/new": {"admin"},
    "/categories/1/edit": {"admin"},
    "/categories/1/move": {"admin"},
    "/categories/1/fields": {"admin"},
    "/categories/fields/1": {"admin"},
    "/categories/1/remove": {"admin"},
    "/m/prusa-n1/problem": EVERYBODY,
    "/sites/1/problem": EVERYBODY,
    "/problems/1": FABMANAGERS,
    "/problems/1/follow": EVERYBODY,
    "/problems/1/unfollow": EVERYBODY,
    "/machines/{printer}/state": FABMANAGERS,
    "/machines/{desk_room}/state": {"admin"},
    "/machines/{printer}/maintenance/plans": FABMANAGERS,
    "/machines/{desk_room}/maintenance/plans": {"admin"},
    "/machines/{printer}/maintenance/done": FABMANAGERS,
    "/machines/{desk_room}/maintenance/done": {"admin"},
    "/maintenance/plans/1": FABMANAGERS,
    "/maintenance/plans/1/end": FABMANAGERS,
    **{f"/hours/1/{act}": FABMANAGERS for act in ("exceptions", "timetables", "timetables/1")},
    **{f"/hours/2/{act}": {"admin"} for act in ("exceptions", "exceptions/1/remove", "timetables", "timetables/2")},
    **{f"/hours/1/timetables/1/{act}": FABMANAGERS for act in ("categories", "remove", "seasons/new", "seasons/1")},
    **{
        f"/hours/2/timetables/2/{act}": {"admin"}
        for act in ("categories", "categories/1/remove", "remove", "seasons/new", "seasons/2", "seasons/2/remove")
    },
    **{
        f"/network/{act}": {"admin"}
        for act in (
            *("entities/new", "entities/1", "entities/1/regimes", "sites/new"),
            *("issuers", "issuers/1/remove", "levels", "levels/1", "levels/1/remove"),
        )
    },
    **{f"/network/sites/1{act}": FABMANAGERS for act in ("", "/photo", "/rooms", "/rooms/1")},
    **{f"/network/sites/2{act}": {"admin"} for act in ("", "/photo", "/rooms", "/rooms/1")},
    "/people/{maker}/access": FABMANAGERS,
    "/people/{maker}/access/1/end": FABMANAGERS,
    **{f"/people/{{maker}}/{act}": HOSTS for act in ("badge", "badge/1/end", "pin")},
    "/me/pin": EVERYBODY,
    "/me/facts": EVERYBODY,
    "/me/facts/1/withdraw": EVERYBODY,
    **{f"/people/{{maker}}/{act}": FABMANAGERS for act in ("facts", "facts/1/withdraw", "path", "path/1/withdraw")},
    **{f"/impact/{act}": {"admin"} for act in ("kinds/new", "kinds/2", "kinds/2/act", "funders/new", "funders/1")},
    "/here/atelier/arrive": EVERYBODY,
    "/here/atelier/leave": EVERYBODY,
    "/presence/1/arrive": HOSTS,
    "/presence/2/arrive": {"trainer", "admin"},
    "/presence/left": HOSTS,
    **{f"/presence/arrivals/1{act}": HOSTS for act in ("", "/reopen", "/remove")},
    **{f"/presence/lists/{act}": {"admin"} for act in ("reasons", "publics", "reasons/1")},
    "/presence/1/terminals": FABMANAGERS,
    "/presence/2/terminals": {"admin"},
    "/presence/1/terminals/1/revoke": FABMANAGERS,
    "/presence/2/terminals/1/revoke": {"admin"},
    "/people/{newcomer}/holds": FABMANAGERS | TREASURERS,
    "/people/{newcomer}/holds/1/lift": EVERYBODY - {"maker"},
    "/people/{newcomer}/strikes": FABMANAGERS | TREASURERS,
    "/people/{newcomer}/strikes/1/withdraw": EVERYBODY - {"maker"},
    "/conduct/appeals/1": FABMANAGERS | TREASURERS,
    "/conduct/network": {"admin"},
    "/conduct/sites/1": FABMANAGERS,
    "/conduct/sites/2": {"admin"},
    "/me/appeals": EVERYBODY,
    "/desk/requests/1": FABMANAGERS,
    **{
        f"/reservations/1/{act}": EVERYBODY
        for act in ("check-in", "end", "extend", "fee/waive", "move", "no-show", "return")
    },
    "/reservations/1/no-show/undo": EVERYBODY,
    "/waiting/join": EVERYBODY,
    "/waiting/1/leave": EVERYBODY,
    "/m/prusa-n1/draw": EVERYBODY,
    "/draws/1/withdraw": EVERYBODY,
    **{f"/offers/1/{act}": EVERYBODY for act in ("accept", "decline")},
    **{f"/reservations/1/{act}": EVERYBODY for act in ("hand-over", "hand-over/withdraw")},
    **{f"/handed/1/{act}": EVERYBODY for act in ("take", "decline")},
    **{f"/series/1/{act}": EVERYBODY for act in ("cancel", "change")},
    **{f"/together/1/{act}": EVERYBODY for act in ("cancel", "move")},
    **{f"/m/prusa-n1/{act}": EVERYBODY for act in ("repeat", "together")},
    "/see-as/end": EVERYBODY,
    **{f"/people/{{maker}}/{path}": HOSTS for path in ("memberships", "class", "proofs")},
    **{f"/people/{{maker}}/memberships/1/{act}": HOSTS for act in ("renew", "pause", "resume", "end", "add", "waive")},
    **{f"/me/{path}": EVERYBODY for path in ("memberships", "memberships/1/renew", "proofs")},
    **{f"/memberships/kinds/{act}": {"admin"} for act in ("new", "1", "1/close")},
    "/memberships/kinds/1/prices": TREASURERS,
    "/proofs/1": HOSTS,
    **{path: {"admin"} for path in ("/classes", "/classes/1", "/classes/1/close")},
    "/billing/issue": TREASURERS,
    "/billing/prices": TREASURERS,
    "/invitations": {"admin"},
    "/invitations/1/end": {"admin"},
    **{f"/start/{step}": {"admin"} for step in ("hours", "machines", "price", "course")},
    "/people/new": HOSTS,
    "/people/family": HOSTS,
    "/people/import": FABMANAGERS,
    "/people/{maker}/edit": HOSTS,
    "/people/{maker}/decide": FABMANAGERS,
    "/people/{maker}/guardians": HOSTS,
    "/people/{maker}/guardians/1/sign": HOSTS,
    "/organisations/new": FABMANAGERS | TREASURERS,
    "/people/{maker}/roles": {"admin"},
    "/people/{maker}/roles/99/take-back": {"admin"},
    "/people/{maker}/password-link": HOSTS,
    "/people/{maker}/password-link/show": HOSTS,
    **{f"/me/{act}": EVERYBODY for act in ("calendars", "calendars/9999/revoke", "notices")},
    "/network/mails/9999/again": {"admin"},
    **{f"/me/{act}": EVERYBODY for act in ("sign-ins/9999/end", "sign-ins/end-others", "identities/9999/unlink")},
    "/charters/all": FABMANAGERS,
    "/me/card": EVERYBODY,
    "/me/email": EVERYBODY,
    "/me/privacy/correction": EVERYBODY,
    "/me/privacy/erase": EVERYBODY,
    "/me/privacy/export": EVERYBODY,
    "/me/privacy/keep": EVERYBODY,
    "/people/{maker}/export": {"admin"},
    "/people/{maker}/erase": {"admin"},
    "/people/doubles/{maker}/{newcomer}": {"admin"},
    "/people/doubles/{maker}/{newcomer}/apart": FABMANAGERS,
    **{
        f"/network/{path}": {"admin"}
        for path in (
            *("consents", "consents/1", "consents/1/end", "statements/privacy"),
            *("retention/log", "retention/log/purge"),
        )
    },
    "/m/prusa-n1/start": EVERYBODY,
    # The last of all: from here on they see the lab as members do.
    "/see-as/{newcomer}": {"admin"},
    "/see-as/member": EVERYBODY - {"maker", "admin"},
}


def test_every_route_asks_for_a_sign_in_or_is_on_the_public_list(lab: Lab) -> None:
    open_to_all = {
        rule.endpoint
        for rule in _rules(lab)
        if rule.endpoint == "static" or is_public(lab.app.view_functions[rule.endpoint])
    }

    assert open_to_all == PUBLIC


def test_visitors_are_sent_to_sign_in_from_every_other_route(lab: Lab) -> None:
    client = lab.client()
    for rule in _rules(lab):
        if rule.endpoint in PUBLIC:
            continue
        path = rule.rule.replace("<code>", "prusa-n1").replace("<any(close, reopen):act>", "close")
        while "<" in path:
            path = path[: path.index("<")] + "1" + path[path.index(">") + 1 :]
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(path, method=method)
            assert answer.status_code == 302, (method, path)
            assert answer.location.startswith("/sign-in"), (method, path)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_pages_open_to_those_with_the_role_only(lab: Lab, role: str) -> None:
    client = lab.signed_in(getattr(lab.cast, role))
    for path, allowed in PAGES.items():
        answer = client.get(_filled(lab, path))
        assert answer.status_code == (200 if role in allowed else 403), (path, role)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_acts_are_refused_to_those_without_the_role(lab: Lab, role: str) -> None:
    client = lab.signed_in(getattr(lab.cast, role))
    for path, allowed in ACTS.items():
        answer = client.post(_filled(lab, path))
        assert (answer.status_code == 403) == (role not in allowed), (path, role, answer.status_code)
        assert answer.status_code < 500, (path, role)


def test_a_reservation_is_its_members_and_the_sites_staffs(lab: Lab, tomorrow: datetime) -> None:
    reservation_id = _reserve(lab, hours_from(tomorrow, 1))
    path = f"/reservations/{reservation_id}"

    for role, status in {"maker": 200, "fabmanager": 200, "admin": 200, "student": 404, "treasurer": 404}.items():
        client = lab.signed_in(getattr(lab.cast, role))
        assert client.get(path).status_code == status, role
        assert client.get(f"{path}/move").status_code == status, role
        assert client.get(f"{path}/again").status_code == (302 if status == 200 else status), role
    for act in ("cancel", "end", "extend", "move"):
        assert lab.signed_in(lab.cast.student).post(f"{path}/{act}").status_code == 404
    assert lab.signed_in(lab.cast.maker).post(f"{path}/cancel").status_code == 302


def test_members_see_that_it_is_booked_and_staff_of_the_site_see_by_whom(lab: Lab, tomorrow: datetime) -> None:
    _reserve(lab, hours_from(tomorrow, 1))
    day = f"/day?d={tomorrow.date()}"

    seen = {
        role: words(lab.signed_in(getattr(lab.cast, role)).get(day))
        for role in ("student", "treasurer", "fabmanager", "trainer", "maker")
    }

    assert "Maker" not in seen["student"]
    assert "Booked" in seen["student"]
    assert "Maker" not in seen["treasurer"]
    assert "Maker" in seen["fabmanager"]
    assert "Maker" in seen["trainer"]
    assert "Yours" in seen["maker"]


def test_staff_of_one_site_see_no_names_at_another(lab: Lab) -> None:
    monday = datetime.now(UTC).date()
    while monday.weekday() != 0 or monday <= datetime.now(UTC).date():
        monday = monday.fromordinal(monday.toordinal() + 1)
    start = datetime(monday.year, monday.month, monday.day, 11, tzinfo=UTC)
    _reserve(lab, hours_from(start, 1), resource_id=lab.cast.desk_room)

    page = words(lab.signed_in(lab.cast.fabmanager).get(f"/day?d={monday}"))

    assert "Maker" not in page


def test_an_invoice_is_its_accounts_owners_and_the_treasurers(lab: Lab) -> None:
    invoice_id = _invoice(lab)
    path = f"/me/invoices/{invoice_id}.pdf"

    for role, status in {"maker": 200, "treasurer": 200, "admin": 200, "student": 404, "fabmanager": 404}.items():
        answer = lab.signed_in(getattr(lab.cast, role)).get(path)
        assert answer.status_code == status, role
    answer = lab.signed_in(lab.cast.maker).get(path)
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert f"/me/invoices/{invoice_id}.pdf" in lab.signed_in(lab.cast.maker).get("/me/invoices").text


def test_a_token_of_another_cannot_be_revoked(lab: Lab) -> None:
    lab.token(lab.cast.maker)

    assert lab.signed_in(lab.cast.student).post("/me/tokens/1/revoke").status_code == 404
    assert lab.signed_in(lab.cast.maker).post("/me/tokens/1/revoke").status_code == 302


def _rules(lab: Lab) -> list[Rule]:
    return [rule for rule in lab.app.url_map.iter_rules() if not rule.endpoint.startswith(("api.", "openapi."))]


def _filled(lab: Lab, path: str) -> str:
    for name in ("maker", "newcomer", "printer", "desk_room"):
        path = path.replace(f"{{{name}}}", str(getattr(lab.cast, name)))
    return path


def _reserve(lab: Lab, period: Period, resource_id: int | None = None) -> int:
    now = datetime.now(UTC)
    wish = Wish(resource_id=resource_id or lab.cast.printer, period=period, member_id=lab.cast.maker)
    with transaction() as session:
        return book(session, lab.actor(lab.cast.maker), wish, now).id


def _invoice(lab: Lab) -> int:
    """An issued invoice of the maker's."""

    used(lab, lab.cast.maker)
    month = datetime.now(UTC).strftime("%Y-%m")
    answer = lab.signed_in(lab.cast.treasurer).post(
        "/billing/issue", data={"entity": lab.cast.entity, "month": month, "unfinished": "yes"}
    )
    assert answer.status_code == 302, answer.text
    lab.session.rollback()
    return lab.session.query(Invoice).one().id
