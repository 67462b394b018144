"""Rules that come together: common sets, and a site's policy as a file."""

import json
from datetime import UTC, datetime
from io import BytesIO

from fablab.booking.policy import carrying, rows
from fablab.booking.policy.starting import starting_sets
from fablab.booking.rules.scope import Scope
from fablab.core.i18n import use_locale
from tests.booking.rules_of_a_lab import book, rule
from tests.conftest import Lab, hours_from
from tests.web.conftest import words

HARD = "<b>Soir</b> 🌙"


def test_a_common_set_is_looked_at_then_added_without_what_was_unticked(lab: Lab, tomorrow: datetime) -> None:
    client = lab.signed_in(lab.cast.fabmanager)
    book(lab, lab.cast.maker, hours_from(tomorrow, 4), now=datetime.now(UTC))
    assert "/booking-rules/sets/shared" in client.get("/booking-rules").text

    with use_locale("en"):
        found = starting_sets()
    for chosen in found:
        assert chosen.name in words(client.get(f"/booking-rules/sets/{chosen.code}"))
    page = client.get(f"/booking-rules/sets/shared?category={lab.cast.printers}")
    assert "1 reservation to come would have been refused" in words(page)
    form = {"site": lab.cast.workshop, "category": lab.cast.printers}
    assert client.post("/booking-rules/sets/shared", data=form).status_code == 422
    assert client.post("/booking-rules/sets/shared", data={**form, "part": ["0", "1", "3"]}).status_code == 302
    found = rows.standing(lab.session, [lab.cast.workshop])
    assert [row.kind for row in found] == ["length", "quota", "cancellation"]
    assert {row.category_id for row in found} == {lab.cast.printers}
    lab.session.rollback()
    office = {**form, "site": lab.cast.office, "part": ["0"]}
    assert client.post("/booking-rules/sets/shared", data=office).status_code == 403


def test_a_policy_is_carried_from_site_to_site_as_a_file(lab: Lab) -> None:
    cast, client = lab.cast, lab.signed_in(lab.cast.admin)
    rule(lab, "certificate", {"course_ids": [cast.printing]}, Scope(site_id=cast.workshop, class_id=cast.adults))
    rule(lab, "length", {"most": 90}, Scope(site_id=cast.workshop, category_id=cast.printers), note=HARD)
    rule(lab, "not_for", {}, Scope(resource_id=cast.printer))
    rule(lab, "ahead", {"days": 9}, Scope(site_id=cast.office))
    file = client.get(f"/booking-rules.json?site={cast.workshop}")
    assert file.headers["Content-Disposition"] == f'attachment; filename="booking-rules-{cast.workshop}.json"'
    policy = json.loads(file.text)
    assert policy["rules"][0]["params"] == {"course_ids": ["Impression 3D"]}
    form = {"site": cast.office, "replaces": "yes"}

    bad = client.post("/booking-rules/import", data={**form, "file": (BytesIO(file.data), "x.json")})
    assert bad.status_code == 422
    assert "Nothing here is called “Prusa n°1”." in words(bad)
    policy["rules"][2]["scope"] = {"times": {"windows": [{"weekdays": [0], "from_minute": 600}], "outside": True}}
    text = json.dumps(policy)
    looked = client.post("/booking-rules/import", data={**form, "text": text})
    assert looked.status_code == 200
    assert "&lt;b&gt;Soir" in looked.text
    assert [row.kind for row in carrying.own(lab.session, cast.office)] == ["ahead"]
    lab.session.rollback()
    assert client.post("/booking-rules/import", data={**form, "text": text, "digest": "x"}).status_code == 422
    digest = looked.text.split('name="digest" value="')[1][:64]
    assert client.post("/booking-rules/import", data={**form, "text": text, "digest": digest}).status_code == 302
    assert [row.kind for row in carrying.own(lab.session, cast.office)] == ["certificate", "length", "not_for"]
    assert len(carrying.own(lab.session, cast.workshop)) == 3, "the other site keeps its own"
    lab.session.rollback()
    again = words(client.post("/booking-rules/import", data={**form, "text": text}))
    assert "0 would be added 3 stay as they are 0 would be ended" in again
    for junk in ("", "[]", "{", "[" * 5000, '{"booking_rules": 2, "rules": []}', '{"booking_rules": 1, "rules": [1]}'):
        assert client.post("/booking-rules/import", data={**form, "text": junk}).status_code == 422, junk[:20]
    theirs = {"site": cast.office, "text": text}
    assert lab.signed_in(cast.fabmanager).post("/booking-rules/import", data=theirs).status_code == 403
