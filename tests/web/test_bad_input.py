"""Whatever is sent: an answer that says what is wrong, never a crash, and nothing half-written."""

from datetime import UTC, datetime

import pytest

from fablab.booking.models import Reservation
from tests.conftest import Lab
from tests.web.conftest import words

JUNK = [
    "",
    " ",
    "abc",
    "-1",
    "0",
    "1.5",
    "9" * 30,
    str(2**31),
    str(2**63),
    "²",
    "٣",
    "\x00",
    "a\x00b",
    "0000-00-00",
    "9999-12-31",
    "0001-01-01",
    "2026-13-01",
    "2026-13",
    "99999-01",
    "2026-09-15T10:00:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30T10:00:00Z",
    "x" * 5000,
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\ud83d\ude00",
]
QUERIES = [
    ("/day", ("d", "site")),
    ("/day/grid", ("d", "site")),
    ("/live", ("site",)),
    ("/live/wall", ("site",)),
    ("/m/prusa-n1", ("from",)),
    ("/m/prusa-n1/book", ("start", "minutes", "payer", "for_whom", "nature")),
    ("/free", ("category", "minutes", "places")),
    ("/machines/new", ("category",)),
    ("/me", ("month",)),
    ("/training", ("q",)),
    ("/people", ("q",)),
    ("/people/1/why", ("resource", "day", "start", "minutes")),
    ("/memberships/ending", ("q",)),
    ("/billing", ("entity", "month")),
    ("/billing/prices", ("entity",)),
    ("/sign-in", ("next",)),
    ("/impact", ("from", "to", "site", "funder")),
    ("/impact.csv", ("from", "to", "site", "funder")),
]
FORMS = [
    ("/m/prusa-n1/book", ("start", "minutes", "payer", "for_whom", "nature", "request_key")),
    ("/reservations/1/cancel", ("next",)),
    ("/me/tokens", ("name",)),
    ("/me/facts", ("kind-1", "kind-2", "kind-3", "kind-4", "since")),
    ("/people/2/path", ("stage", "day", "site", "project", "note")),
    ("/impact/kinds/new", ("name", "purpose", "field", "more", "key", "choice")),
    ("/impact/kinds/2", ("name", "purpose", "version", "key", "choice", "closed")),
    ("/impact/kinds/2/act", ("act", "version")),
    ("/impact/funders/new", ("name", "note", "site", "kind", "closed")),
    ("/me/password", ("present", "password")),
    ("/training/2/validate", ("course_id", "note")),
    ("/training/2/revoke", ("course_id", "note")),
    ("/desk/uses/1/give", ("member_id", "member")),
    ("/desk/uses/1/waive", ("nature", "note")),
    ("/machines/new", ("name", "category_id", "site_id", "room_id", "places", "slot_minutes", "adviser", "version")),
    ("/machines/1/edit", ("name", "category_id", "site_id", "room_id", "places", "timetable_id", "spec-1", "version")),
    ("/machines/1/links", ("other_id", "places")),
    ("/machines/1/papers", ("role", "title", "file")),
    ("/machines/import", ("text", "digest", "skip")),
    ("/people/import", ("kind", "text", "digest", "skip", "act", "site", "class:x", "add_anyway")),
    ("/categories/new", ("name", "kind", "icon")),
    ("/categories/1/edit", ("name", "kind", "icon", "version")),
    ("/categories/1/fields", ("name", "kind", "unit", "choices", "version")),
    ("/reservations/1/outcome", ("came", "note", "next_step", "version", "next")),
    ("/machines/1/connection", ("kind", "url", "key")),
    ("/billing/issue", ("entity", "month", "unfinished")),
    ("/billing/prices", ("entity", "category_id", "class_id", "valid_from", "amount", "per_seconds")),
    ("/me/memberships", ("kind", "account", "request_key")),
    ("/me/proofs", ("class", "file")),
    ("/people/1/memberships", ("kind", "first_on", "account", "request_key")),
    ("/people/1/class", ("class", "until", "reason")),
    ("/memberships/kinds/new", ("name", "site_id", "lasts", "length", "until_day", "remind_days", "class_ids")),
    ("/classes", ("name", "proof_months", "position")),
    ("/proofs/1", ("accepted", "until", "reason", "version")),
    ("/people/new", ("name", "email", "class_id", "locale", "role", "scope")),
    ("/people/1/roles", ("role", "scope")),
    ("/people/1/holds", ("kind", "site_id", "reason", "first_on", "last_on", "asked", "cancel")),
    ("/people/1/strikes", ("kind", "site_id", "reason")),
    ("/conduct/network", ("cancel_minutes", "kind", "strikes", "within_days", "after", "days", "version")),
    ("/conduct/appeals/1", ("granted", "text")),
    ("/me/appeals", ("hold_id", "strike_id", "text")),
    ("/language", ("locale", "next")),
    ("/theme", ("theme", "next")),
    ("/password/forgot", ("email",)),
]
PATHS = [
    "/m/{}",
    "/m/{}/book",
    "/m/{}/state",
    "/reservations/{}",
    "/training/{}",
    "/machines/{}/edit",
    "/people/{}",
    "/categories/{}/edit",
    "/files/{}",
    "/pictures/resource/{}",
]


@pytest.mark.parametrize(("path", "fields"), QUERIES)
def test_no_query_breaks_a_page(lab: Lab, path: str, fields: tuple[str, ...]) -> None:
    client = lab.signed_in(lab.cast.admin)
    for junk in JUNK:
        for field in fields:
            answer = client.get(path, query_string={field: _sent(junk)})
            assert answer.status_code < 500, (path, field, junk)
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize(("path", "fields"), FORMS)
def test_no_form_breaks_a_page(lab: Lab, path: str, fields: tuple[str, ...]) -> None:
    client = lab.signed_in(lab.cast.admin)
    assert client.post(path, data=b"\xff\xfe not a form", content_type="text/plain").status_code < 500
    for junk in JUNK:
        answer = client.post(path, data=dict.fromkeys(fields, _sent(junk)))
        assert answer.status_code < 500, (path, junk)
        if answer.status_code == 401:
            client = lab.signed_in(lab.cast.admin)


@pytest.mark.parametrize("path", PATHS)
def test_no_path_breaks_a_page(lab: Lab, path: str) -> None:
    client = lab.signed_in(lab.cast.admin)
    for junk in JUNK:
        if not junk.strip() or "/" in junk or "#" in junk:
            continue
        answer = client.get(path.format(_sent(junk)))
        assert answer.status_code in (200, 400, 404, 308), (path, junk)


def test_a_start_in_the_past_or_without_offset_reserves_nothing(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)
    today = datetime.now(UTC).date()

    statuses = [
        client.post("/m/prusa-n1/book", data={"start": start, "minutes": minutes}).status_code
        for start, minutes in ((f"{today}T23:00:00", "60"), ("2020-01-01T10:00:00Z", "60"), ("now", "-5"), ("now", "1"))
    ]

    assert statuses == [400, 422, 400, 400]
    lab.session.rollback()
    assert lab.session.query(Reservation).count() == 0


def test_errors_say_what_happened_why_and_the_way_out(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    for path, status, text in (
        ("/nowhere", 404, "no such page"),
        ("/desk", 403, "not yours"),
        ("/billing/issue", 405, "does not work that way"),
        ("/day?d=tomorrow", 400, "is not a day"),
    ):
        answer = client.get(path)
        assert answer.status_code == status
        assert text in words(answer)
        assert "To the first page" in words(answer)
    large = client.post("/me/tokens", data={"name": "x" * 3_000_000})
    assert large.status_code == 413
    assert "too large" in words(large)


def test_below_the_api_errors_are_no_pages(lab: Lab) -> None:
    answer = lab.client().get("/api/v1/resources/1", headers={"Accept": "text/html"})

    assert "<html" not in answer.text


def test_a_crash_is_told_without_asking_the_database_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise RuntimeError("broken")

    monkeypatch.setitem(lab.app.view_functions, "live.page", breaks)
    monkeypatch.setitem(lab.app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(lab.app.config, "TESTING", False)
    monkeypatch.setattr(lab.app, "view_functions", {**lab.app.view_functions, "live.page": _public(breaks)})

    answer = lab.client().get("/live", headers={"Accept-Language": "en"})

    assert answer.status_code == 500
    assert "broke on our side" in words(answer)


def _public(view: object) -> object:
    view._fablab_public = True  # type: ignore[attr-defined]
    return view


def _sent(junk: str) -> str:
    return junk.encode("utf-16", "surrogatepass").decode("utf-16") if "\ud83d" in junk else junk
