"""The command line, as a shell calls it: what it prints, and how it ends."""

import fcntl
import os
import re
import socket
import sqlite3
import sys
from contextlib import closing
from contextvars import copy_context
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from fablab.app import create_app
from fablab.billing.prices import issuer_of
from fablab.catalog import queries as catalog
from fablab.catalog.services import ResourceCard, add_resource
from fablab.cli import cli
from fablab.core import clock, schema
from fablab.core.config import load_config
from fablab.core.db import db, transaction
from fablab.members import queries as members
from tests.conftest import Lab
from tests.support import process
from tests.support.oidc import RealProvider

CHECKOUT = Path(__file__).parents[1]


def settings_of(lab: Lab) -> dict[str, str]:
    config = lab.app.config["FABLAB"]
    db.session.remove()
    return {
        "FABLAB_INSTANCE": str(config.instance),
        "FABLAB_DATABASE_URL": config.database_url,
        "FABLAB_SECRET_KEY": config.secret_key,
    }


def fablab(lab: Lab | None, *arguments: str, **settings: str) -> Result:
    """Call the command in this process: a new one would take a second and a half to start."""
    return CliRunner(env=(settings_of(lab) if lab else {}) | settings).invoke(cli, arguments)


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("demo",),
        ("serve",),
        ("work",),
        ("migrate",),
        ("init",),
        ("doctor",),
        ("token", "add"),
        ("member", "add"),
        ("invoices", "draft"),
        ("invoices", "issue"),
    ],
)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(cli, [*command, "--help"])

    assert ended.exit_code == 0
    assert "Usage:" in ended.output


def test_an_empty_folder_becomes_a_lab_with_an_administrator(tmp_path: Path) -> None:
    settings = {"FABLAB_INSTANCE": str(tmp_path / "instance")}

    too_early = fablab(None, "member", "add", "a@lab.example", "Ada", **settings)
    migrated = fablab(None, "migrate", **settings)
    again = fablab(None, "migrate", **settings)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        welcome = fablab(None, "serve", "--port", str(taken.getsockname()[1]), **settings)
    added = fablab(None, "member", "add", "a@lab.example", "Ada", "--role", "admin", **settings)
    twice = fablab(None, "member", "add", "a@lab.example", "Ada", **settings)

    assert (too_early.exit_code, "fablab migrate" in too_early.stderr) == (1, True)
    assert (migrated.exit_code, again.stdout) == (0, f"Schema: {schema.newest_revision()}, up to date.\n")
    assert re.search(r"lab is new.*/welcome/[0-9a-f]{32}", welcome.stdout), welcome.output
    assert added.exit_code == 0, added.stderr
    assert "<a@lab.example>" in added.stdout
    assert (twice.exit_code, "already has the address" in twice.stderr) == (1, True)
    assert (tmp_path / "instance" / "secret.key").stat().st_mode & 0o077 == 0


def test_the_link_mailed_to_a_new_member_leads_to_the_public_address(tmp_path: Path) -> None:
    settings = {"FABLAB_INSTANCE": str(tmp_path), "FABLAB_PUBLIC_URL": "https://lab.example.org"}
    # In contexts of their own, so that the address is not kept for the tests after this one.
    copy_context().run(fablab, None, "migrate", **settings)
    copy_context().run(fablab, None, "member", "add", "a@lab.example", "Ada", **settings)

    with closing(sqlite3.connect(tmp_path / "fablab.sqlite")) as database:
        (payload,) = database.execute("SELECT payload FROM outbox").fetchone()
    assert "https://lab.example.org/password/" in payload


def test_a_fresh_instance_is_founded_and_takes_its_first_machine(tmp_path: Path) -> None:
    settings = {"FABLAB_INSTANCE": str(tmp_path / "instance")}
    found = ("init", "--entity", "Asso", "--address", "1 rue", "--site", "Atelier", "--town", "Lyon", "--hours")
    fablab(None, "migrate", **settings)

    nonsense = fablab(None, *found, "9-19", **settings)
    founded = fablab(None, *found, "09:00-19:00", **settings)
    twice = fablab(None, *found, "09:00-19:00", **settings)
    fablab(None, "member", "add", "a@lab.example", "Ada", "--role", "admin", "--no-mail", **settings)

    assert (nonsense.exit_code, "write them like" in nonsense.stderr) == (1, True)
    assert (founded.exit_code, "Next:" in founded.stdout) == (0, True), founded.output
    assert (twice.exit_code, "a site already" in twice.stderr) == (1, True)
    app = create_app(load_config(tmp_path / "instance"))
    with app.app_context():
        with transaction() as session:
            ada = members.member_by_email(session, "a@lab.example")
            assert ada
            card = ResourceCard(name="Prusa", category_id=catalog.categories(session)[0].id, site_id=1)
            machine = add_resource(session, members.actor(session, ada.id), card, clock.now())
            assert issuer_of(session, machine, ada, clock.now().date()) == 1
        db.engine.dispose()


def test_a_second_demonstration_in_the_same_folder_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lock = tmp_path / "instance" / "demo.lock"
    lock.parent.mkdir()

    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = fablab(None, "demo", "--port", str(process.free_port()))

    assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
    assert "runs already" in ended.stderr


def test_without_mail_the_link_that_sets_the_password_is_printed_and_opens(lab: Lab) -> None:
    added = fablab(lab, "member", "add", "new@test.example", "New", "--no-mail")

    link = re.search(r"/password/\S+", added.stdout)
    assert link, added.output
    assert lab.client().get(link[0]).status_code == 200


def test_a_token_made_here_opens_the_api(lab: Lab) -> None:
    made = fablab(lab, "token", "add", "MAKER@test.example")
    unknown = fablab(lab, "token", "add", "nobody@test.example")

    answer = lab.client().get("/api/v1/me", headers={"Authorization": f"Bearer {made.stdout.strip()}"})
    assert answer.json["id"] == lab.cast.maker
    assert (unknown.exit_code, unknown.stderr.count("\n")) == (1, 1)


def test_invoices_of_a_month_are_drafted_and_issued(lab: Lab) -> None:
    drafted = fablab(lab, "invoices", "draft", "2026-01")
    issued = fablab(lab, "invoices", "issue", "2026-01")
    nonsense = fablab(lab, "invoices", "issue", "2026-13")
    future = fablab(lab, "invoices", "issue", "2999-01")

    assert (drafted.exit_code, "0 draft(s)" in drafted.stdout) == (0, True)
    assert (issued.exit_code, "0 invoice(s) issued" in issued.stdout) == (0, True)
    assert (nonsense.exit_code, "write it like 2026-09" in nonsense.stderr) == (1, True)
    assert (future.exit_code, "not begun" in future.stderr) == (1, True)


def test_doctor_says_what_is_wrong_and_what_to_do(lab: Lab) -> None:
    ended = fablab(lab, "doctor", FABLAB_SMTP_URL="smtp://127.0.0.1:9")

    assert ended.exit_code == 1
    assert re.search(r"^ok +database", ended.stdout, re.M)
    assert re.search(r"^ok +migrations", ended.stdout, re.M)
    assert "worker: has never run" in ended.stdout
    assert "fablab work" in ended.stdout
    assert "smtp_url" in ended.stdout


def test_doctor_asks_openid_providers_who_they_are(lab: Lab, tmp_path: Path) -> None:
    with RealProvider({}, "https://lab.example") as school:
        tables = [("school", school.url), ("mistyped", f"{school.url}/"), ("gone", "http://127.0.0.1:9")]
        (tmp_path / "fablab.toml").write_text(
            "\n".join(
                f'[oidc.{name}]\nissuer = "{url}"\nclient_id = "fablab"\nclient_secret = "hush"' for name, url in tables
            )
        )

        ended = fablab(lab, "doctor", FABLAB_INSTANCE=str(tmp_path), FABLAB_PUBLIC_URL="https://lab.example")

    assert re.search(r"^ok +sign-in with School .*https://lab\.example/sign-in/with/school/back$", ended.stdout, re.M)
    assert re.search(r"^WRONG sign-in with Mistyped .*: answers, and not as", ended.stdout, re.M)
    assert re.search(r"^WRONG sign-in with Gone .*: does not answer$", ended.stdout, re.M)
    assert "[oidc.gone] in instance/fablab.toml" in ended.stdout
    assert "hush" not in ended.stdout


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"FABLAB_OIDC": "school"}, "oidc cannot be what it is: write it in instance/fablab.toml"),
        ({"FABLAB_POLL_SECONDS": "often"}, "poll_seconds cannot be 'often'"),
        ({"FABLAB_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"}, "cannot be used"),
        ({"FABLAB_DATABASE_URL": "nonsense"}, "database_url"),
        ({"FABLAB_DATABASE_URL": "postgresql://lab:secret@127.0.0.1:port/x"}, "database_url cannot be what it is"),
        ({"FABLAB_DATABASE_URL": f"sqlite:///{__file__}"}, "file is not a database"),
        ({"FABLAB_INSTANCE": "/proc/nowhere"}, "instance folder"),
        ({"FABLAB_DATABASE_URL": "sqlite:////nowhere/at/all.sqlite"}, "cannot be used"),
    ],
)
def test_bad_settings_are_one_clear_line(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    ended = fablab(None, "migrate", **{"FABLAB_INSTANCE": str(tmp_path)} | settings)

    assert ended.exit_code == 1
    assert words in ended.stderr
    assert "cret" not in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_taken_port_is_one_clear_line(lab: Lab) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        served = fablab(lab, "serve", "--port", port)
        demo = fablab(lab, "demo", "--port", port)

    for ended in (served, demo):
        assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
        assert f"port {port}" in ended.stderr


def test_served_pages_and_api_answer_and_the_server_ends_when_asked(lab: Lab, tmp_path: Path) -> None:
    config = lab.app.config["FABLAB"]
    token = lab.token(lab.cast.maker)
    db.session.remove()
    port = process.free_port()
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "FABLAB_INSTANCE": str(config.instance),
        "FABLAB_DATABASE_URL": config.database_url,
        "FABLAB_SECRET_KEY": config.secret_key,
    }
    command = [sys.executable, "-m", "fablab.cli", "serve", "--port", str(port), "--workers", "1"]
    server = process.start(command, cwd=CHECKOUT, log=tmp_path / "log", env=environment)
    try:
        answer = _patiently(f"http://127.0.0.1:{port}/api/v1/me", token)
        assert answer.json()["id"] == members.member_by_email(lab.session, "maker@test.example").id
    finally:
        server.terminate()
        assert server.wait(15) == 0


def _patiently(url: str, headers: dict[str, str]) -> requests.Response:
    retry = requests.adapters.Retry(total=120, backoff_factor=0.1, backoff_max=0.5)
    with requests.Session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retry))
        return session.get(url, headers=headers, timeout=20)
