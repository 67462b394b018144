"""What machines' states look like on the wall, on their own page and on the first page."""

from datetime import UTC, datetime, timedelta

from fablab.core import heartbeat
from fablab.core.db import transaction
from fablab.members import queries as members
from fablab.usage.models import Condition, Connection, Job, LiveState, UsageSession
from tests.conftest import Lab
from tests.web.conftest import words

FILE = "secret_invention.gcode"


def _connect(lab: Lab, condition: Condition, **live: object) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        heartbeat.beat(session, "worker", now)
        state = LiveState(tracker={}, condition=condition, asked_at=now, **live)
        connection = Connection(
            resource_id=lab.cast.printer, kind="octoprint", url="http://x", sealed_key="", created_at=now, live=state
        )
        session.add(connection)


def _print(lab: Lab, member_id: int | None) -> None:
    """A print that is going on."""
    now = datetime.now(UTC)
    _connect(
        lab,
        Condition.WORKING,
        answered_at=now,
        file_name=FILE,
        progress=0.42,
        printed_seconds=900,
        remaining_seconds=1800,
    )
    with transaction() as session:
        account = members.personal_account(session, member_id).id if member_id else None
        usage = UsageSession(
            resource_id=lab.cast.printer, member_id=member_id, account_id=account, started_at=now, seconds=900
        )
        session.add(usage)
        session.flush()
        job = Job(resource_id=lab.cast.printer, session_id=usage.id, key="j", file_name=FILE, path=FILE, started_at=now)
        session.add(job)


def test_a_print_shows_its_progress_and_time_left_to_everybody(lab: Lab) -> None:
    _print(lab, lab.cast.maker)

    for path in ("/", "/live", "/m/prusa-n1", "/m/prusa-n1/state"):
        shown = words(lab.client().get(path, headers={"Accept-Language": "en"}))
        assert "Printing" in shown, path
        assert "42" in shown, path
        assert "30 min left" in shown, path


def test_whose_print_it_is_and_its_file_are_for_them_and_the_sites_staff(lab: Lab) -> None:
    _print(lab, lab.cast.maker)

    for role, sees in {"maker": True, "fabmanager": True, "student": False, "treasurer": False}.items():
        client = lab.signed_in(getattr(lab.cast, role))
        assert (FILE in client.get("/m/prusa-n1").text) == sees, role
        assert FILE not in client.get("/live").text
        told = lab.client().get("/api/v1/resources", headers=lab.token(getattr(lab.cast, role)))
        assert (FILE in told.text) == sees, role
    assert FILE not in lab.client().get("/m/prusa-n1").text
    assert "Maker" in words(lab.signed_in(lab.cast.fabmanager).get("/m/prusa-n1"))
    assert "Maker" not in words(lab.signed_in(lab.cast.student).get("/m/prusa-n1"))
    assert FILE in lab.signed_in(lab.cast.maker).get("/").text
    assert FILE not in lab.signed_in(lab.cast.student).get("/").text


def test_a_silent_machine_says_since_when(lab: Lab) -> None:
    _connect(lab, Condition.UNREACHABLE, answered_at=datetime.now(UTC) - timedelta(days=3))

    shown = words(lab.client().get("/m/prusa-n1/state", headers={"Accept-Language": "en"}))

    assert "Offline since" in shown


def test_what_is_polled_is_sent_only_when_it_has_changed(lab: Lab) -> None:
    _connect(lab, Condition.IDLE, answered_at=datetime.now(UTC))
    client = lab.signed_in(lab.cast.maker)

    for path in ("/live/wall", "/m/prusa-n1/state", f"/day/grid?d={datetime.now(UTC).date() + timedelta(days=2)}"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        assert "csrf" not in first.text
        assert first.headers["Cache-Control"] == "private, no-cache"
    etag = client.get("/live/wall").headers["ETag"]
    with transaction() as session:
        session.query(LiveState).one().condition = Condition.FAULT
    changed = client.get("/live/wall", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "Fault" in words(changed)


def test_health_tells_whether_anybody_meters(lab: Lab) -> None:
    never = lab.client().get("/healthz")
    with transaction() as session:
        heartbeat.beat(session, "worker", datetime.now(UTC))
    beating = lab.client().get("/healthz")
    with transaction() as session:
        heartbeat.beat(session, "worker", datetime.now(UTC) - timedelta(minutes=5))
    late = lab.client().get("/healthz")

    assert [answer.status_code for answer in (never, beating, late)] == [503, 200, 503]
    assert never.json == {"status": "stale", "worker_beat": None, "database": "ok"}
    assert beating.json is not None
    assert beating.json["status"] == "ok"


def test_staff_see_a_banner_when_the_worker_is_still_and_members_a_word(lab: Lab) -> None:
    with transaction() as session:
        heartbeat.beat(session, "worker", datetime.now(UTC) - timedelta(hours=1))

    assert "the worker does not run" in words(lab.signed_in(lab.cast.fabmanager).get("/day"))
    assert "the worker does not run" not in words(lab.signed_in(lab.cast.maker).get("/day"))
    assert "stale since" in words(lab.signed_in(lab.cast.maker).get("/live"))


def test_members_see_what_is_free_for_them_now(lab: Lab) -> None:
    maker, newcomer = (words(lab.signed_in(member).get("/")) for member in (lab.cast.maker, lab.cast.newcomer))

    assert "Prusa n°1 until" in maker or "Prusa n°1 for over 24 h" in maker
    assert "1 more machine opens to you with a training: Laser" in maker
    assert "3 more machines open to you with a training:" in newcomer
    assert "Prusa n°1 for over 24 h" not in newcomer


def test_visitors_see_prices_and_nobodys_name(lab: Lab) -> None:
    shown = words(lab.client().get("/", headers={"Accept-Language": "en"}))

    assert "€3.00 / h" in shown
    assert "Étudiant" in shown
    for name in ("Maker", "Student", "Fabmanager", "Admin"):
        assert name not in shown


def test_the_choice_of_site_is_remembered(lab: Lab) -> None:
    client = lab.signed_in(lab.cast.maker)

    assert "Salle des bureaux" in words(client.get("/day?site=all"))
    assert "Salle des bureaux" not in words(client.get(f"/day?site={lab.cast.workshop}"))
    assert "Salle des bureaux" not in words(client.get("/day"))
    assert "Salle des bureaux" in words(client.get("/day?site=all"))
