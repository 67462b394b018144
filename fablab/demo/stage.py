"""Runs the demonstration: simulated OctoPrints, the web server and the worker, as processes of their own."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import select

from fablab.catalog.models import Resource
from fablab.core import clock, schema
from fablab.core.config import Config, load_config
from fablab.core.db import db, transaction
from fablab.core.i18n import set_locale
from fablab.demo import people, seed
from fablab.demo.present import reading, reserve_what_prints
from fablab.members import queries as members
from fablab.usage.connections import Means, connect
from fablab.wiring import faceless

KEY = "demonstration-key"
READY_WITHIN = 60.0
_LOGINS = (
    ("member", "membre"),
    ("trainer", "formateur"),
    ("fabmanager", "fabmanager"),
    ("treasurer", "tresoriere"),
    ("administrator", "admin"),
)


class DemoFailed(Exception):
    """The demonstration cannot run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the demonstration."""

    name: str
    process: subprocess.Popen[str]


def run(instance: Path, port: int, *, reset: bool) -> None:
    """Set up what is missing, start everything, and wait until Ctrl-C or until a part ends.

    Raises:
        DemoFailed: a part did not start, or ended by itself.
    """
    # From here on Ctrl-C and a polite kill are the same: a clean end, also where a shell had us ignore the one.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    url = f"http://127.0.0.1:{port}"
    parts: list[Part] = []
    guard = _alone(instance)
    try:
        config = _prepare(instance, url, reset=reset)
        parts += _simulators(config)
        environment = {**os.environ, **_settings(config)}
        parts.append(_start("web server", ["fablab.cli", "serve", "--port", str(port), "--workers", "1"], environment))
        parts.append(_start("worker", ["fablab.cli", "work"], environment))
        _wait_until_ready(url, parts)
        _tell(url)
        _watch(parts)
    except KeyboardInterrupt:
        _say("\nStopping the demonstration.")
    finally:
        _stop(parts)
        guard.close()


def _alone(instance: Path) -> IO[str]:
    """Hold the demonstration for us; two at once would take each other's printers."""
    instance.parent.mkdir(parents=True, exist_ok=True)
    file = (instance.parent / f"{instance.name}.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise DemoFailed("The demonstration runs already from this folder; end that one first.") from error
    return file


def _prepare(instance: Path, url: str, *, reset: bool) -> Config:
    if reset and instance.exists():
        shutil.rmtree(instance)
    mails = f"folder://{instance.resolve()}/mails"
    config = load_config(
        instance, public_url=url, lab_name="Les Ateliers du Gier", smtp_url=mails, mail_from=f"lab@{people.DOMAIN}"
    )
    app = faceless(config)
    set_locale("fr")
    with app.app_context():
        schema.upgrade(db.engine)
        if seed.is_empty():
            _say("Filling the demonstration's database: three sites, two months and more …")
            seed.fill(Means(config.secret_key), clock.now())
        db.session.remove()
        db.engine.dispose()
    return config


def _settings(config: Config) -> dict[str, str]:
    return {
        "FABLAB_INSTANCE": str(config.instance),
        "FABLAB_PUBLIC_URL": config.public_url,
        "FABLAB_LAB_NAME": config.lab_name,
        "FABLAB_SMTP_URL": config.smtp_url,
        "FABLAB_MAIL_FROM": config.mail_from,
        "PYTHONUNBUFFERED": "1",
    }


def _simulators(config: Config) -> list[Part]:
    """Start a simulated OctoPrint for each printer, on free ports, and tell the lab where they are now."""
    parts, addresses = [], {}
    for number, machine in enumerate(people.MACHINES, start=1):
        if machine.simulator not in ("auto", "idle", "off"):
            continue
        how = {"auto": ["--auto", "--seed", str(number)], "off": ["--off"]}.get(machine.simulator, [])
        part = _start(
            machine.name,
            ["machines.simulators.octoprint", "--port", "0", "--key", KEY, "--name", machine.name, *how],
            dict(os.environ),
            listen=True,
        )
        parts.append(part)
    named = {part.name: part for part in parts}
    for name, part in named.items():
        addresses[name] = _address_of(part)
    _connect(config, addresses)
    return parts


def _address_of(part: Part) -> str:
    stream = part.process.stdout
    for line in iter(stream.readline, "") if stream else ():
        for word in line.split():
            if word.startswith("http://"):
                return word
    raise DemoFailed(f"The simulated printer {part.name} did not start.")


def _connect(config: Config, addresses: dict[str, str]) -> None:
    means, now = Means(config.secret_key), clock.now()
    printing = {name: reading(url, KEY) for name, url in addresses.items()}
    app = faceless(config)
    with app.app_context():
        with transaction() as session:
            admin = members.member_by_email(session, f"admin@{people.DOMAIN}")
            if admin is None:
                raise DemoFailed("The demonstration's database is not its own any more. Begin afresh: make demo-reset")
            actor = members.actor(session, admin.id)
            for resource in session.scalars(select(Resource).where(Resource.name.in_(addresses))).all():
                connect(session, actor, resource.id, "octoprint", addresses[resource.name], KEY, means, now)
                reserve_what_prints(session, resource, printing[resource.name], now)
        db.session.remove()
        db.engine.dispose()


def _start(name: str, module: list[str], environment: dict[str, str], *, listen: bool = False) -> Part:
    """Start a Python module as a process; Ctrl-C reaches only us, and we stop the parts in their order."""
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if listen else None,
        text=True,
        start_new_session=True,
    )
    return Part(name, process)


def _wait_until_ready(url: str, parts: list[Part]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        _check(parts)
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise DemoFailed(f"The lab did not answer at {url} within {READY_WITHIN:.0f} s.")


def _check(parts: list[Part]) -> None:
    for part in parts:
        code = part.process.poll()
        if code is not None:
            raise DemoFailed(f"{part.name} ended by itself (code {code}); what it said stands above.")


def _watch(parts: list[Part]) -> None:
    while True:
        _check(parts)
        time.sleep(1)


def _stop(parts: list[Part]) -> None:
    for part in reversed(parts):
        if part.process.poll() is None:
            part.process.terminate()
    deadline = time.monotonic() + 5
    for part in parts:
        try:
            part.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(part.process.pid, signal.SIGKILL)
            part.process.wait()


def _tell(url: str) -> None:
    lines = [
        "",
        f"  The lab is open at {url}",
        "",
        f"  Everybody's password is: {people.PASSWORD}",
        *[f"    {role:<14} {login}@{people.DOMAIN}" for role, login in _LOGINS],
        "",
        "  API: /api/v1/docs   Mails: instance/demo/mails   Ctrl-C ends it.",
        "",
    ]
    _say("\n".join(lines))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
