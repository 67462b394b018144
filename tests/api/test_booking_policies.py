"""A whole policy through the API: out of one site, into another, every problem told before anything is written."""

from datetime import UTC, date, datetime, timedelta

from fablab.booking import services
from fablab.booking.models import BookingRule
from fablab.booking.policy import carrying, rows, writing
from fablab.booking.policy.sentences import sentences_for
from fablab.booking.policy.writing import RuleCard
from fablab.booking.rules.scope import Scope
from fablab.booking.rules.times import Times
from fablab.booking.suggesting import what_would_work
from fablab.booking.wishes import Wish
from fablab.catalog import queries as catalog
from fablab.core.audit import AuditEntry
from fablab.core.db import transaction
from tests.booking.rules_of_a_lab import NOW, TEN, rule
from tests.conftest import Lab, hours_from

PATH = "/api/v1/booking-rules.json"


def test_a_policy_is_carried_with_every_problem_told_and_twice_equals_once(lab: Lab) -> None:
    cast, client, admin = lab.cast, lab.client(), lab.token(lab.cast.admin)
    rule(lab, "only_classes", {"class_ids": [cast.students, cast.adults]}, Scope(site_id=cast.workshop, role=None))
    rule(lab, "quota", {"most": 2}, Scope(site_id=cast.workshop, course_id=cast.cutting, lacks_course=True))
    rule(lab, "gap", {"minutes": 60}, Scope(resource_id=cast.laser))
    rule(lab, "ahead", {"days": 5}, Scope(site_id=cast.office))
    policy = client.get(f"{PATH}?site_id={cast.workshop}", headers=admin).json
    assert policy["site"] == "Atelier"
    assert policy["rules"][0]["params"] == {"class_ids": ["Étudiant", "Adulte"]}
    office = f"{PATH}?site_id={cast.office}"

    policy["rules"] += [{"kind": "magic"}, {"kind": "length"}, {"kind": "jobs", "params": {"jobs": ["x"]}, "scoop": 1}]
    policy["rules"] += [{"kind": "certificate", "params": {"course_ids": ["Couture", "Impression 3D"]}}]
    looked = client.post(f"{office}&dry_run=true", headers=admin, json=policy)
    assert looked.status_code == 200
    assert [item["number"] for item in looked.json["troubles"]] == [3, 4, 5, 6, 7]
    assert (len(looked.json["added"]), looked.json["written"]) == (2, False)
    refused = client.post(office, headers=admin, json=policy)
    assert (refused.status_code, len(refused.json["errors"])) == (422, 5)
    assert lab.session.query(BookingRule).count() == 4
    lab.session.rollback()
    fine = policy | {"rules": policy["rules"][:2]}
    for added, unchanged in ((2, 0), (0, 2)):
        done = client.post(office, headers=admin, json=fine).json
        assert (done["written"], len(done["added"]), done["unchanged"], done["ended"]) == (True, added, unchanged, [])
    assert len(carrying.own(lab.session, cast.office)) == 3
    lab.session.rollback()
    replaced = client.post(f"{office}&replaces=true", headers=admin, json=fine).json
    assert replaced["ended"] == ["It is reserved at most 5 days ahead."]
    staff = lab.token(cast.fabmanager)
    assert client.post(office, headers=staff, json=fine).status_code == 403
    assert client.post(PATH, headers=staff, json=fine).status_code == 403, "the network's are an administrator's"
    assert client.post(PATH, headers=admin, json=fine).json["unchanged"] == 0
    assert client.post(f"{PATH}?site_id=99", headers=admin, json=fine).status_code == 404
    assert client.post(office, headers=admin, json={"booking_rules": 2, "rules": []}).status_code == 422


def test_a_draft_is_judged_beside_the_rules_in_force_and_in_place_of_the_one_that_is_edited(lab: Lab) -> None:
    cast = lab.cast
    held = rule(lab, "length", {"most": 60}, Scope())
    rule(lab, "quota", {"most": 1, "per": "day"})
    wish = Wish(resource_id=cast.printer, period=hours_from(TEN, 2), member_id=cast.maker)

    def judged(most: int, replaced: int | None) -> tuple[tuple[str, ...], list[timedelta]]:
        card = RuleCard(kind="length", params={"most": most}, scope=Scope(site_id=cast.workshop))
        draft = writing.checked(lab.session, lab.actor(cast.fabmanager), card)
        rulings = rows.rulings_with(lab.session, [draft], replaced=replaced)
        reasons = services.why_not(lab.session, lab.actor(cast.fabmanager), wish, NOW, rulings=rulings)
        slots = what_would_work(lab.session, wish, NOW, rulings=rulings)
        lengths = [slot.period.end - slot.period.start for slot in slots if slot.resource_id == cast.printer]
        lab.session.rollback()
        return tuple(reason.code for reason in reasons), lengths[:1]

    hour = timedelta(hours=1)
    assert judged(90, None) == (("length_most", "length_most"), [hour])
    assert judged(90, held) == (("length_most",), [1.5 * hour])
    assert judged(180, held) == ((), [2 * hour])
    assert services.why_not(lab.session, lab.actor(cast.fabmanager), wish, NOW), "nothing was written"


def test_a_rule_that_was_ended_holds_again_as_it_was(lab: Lab) -> None:
    cast, printer = lab.cast, lab.cast.printer
    made = rule(lab, "length", {"most": 60})
    over = Scope(site_id=cast.workshop, times=Times(last_on=date(2026, 3, 1)))
    rule(lab, "ahead", {"days": 3}, over)

    def said() -> int:
        found = sentences_for(lab.session, catalog.resource(lab.session, printer), NOW)
        lab.session.rollback()
        return len(found)

    assert said() == 1, "what ended yesterday is not told"
    with transaction() as session:
        writing.end(session, lab.actor(cast.fabmanager), made, NOW)
    assert said() == 0
    assert [row.id for row in rows.ended(lab.session, cast.workshop, 5)] == [made]
    lab.session.rollback()
    for _ in range(2):
        with transaction() as session:
            assert writing.renew(session, lab.actor(cast.fabmanager), made, datetime.now(UTC)).version == 2
    assert said() == 1
    assert lab.session.query(AuditEntry).filter_by(action="booking_rule.renewed").count() == 1
