"""What the documents say is there is there."""

import re
from dataclasses import fields
from pathlib import Path

from fablab.cli import cli
from fablab.core.config import Config

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_and_picture_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_make_command_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    commands = re.compile(r"(?:^|`)make ([a-z-]+)", re.M)

    for document in DOCUMENTS:
        assert set(commands.findall(document.read_text(encoding="utf-8"))) <= targets, document.name
    assert {"demo", "test"} <= set(commands.findall(README))


def test_every_command_of_fablab_is_known() -> None:
    named = set(re.findall(r"bin/fablab (\w+)", README))

    assert named <= set(cli.commands)
    assert {"migrate", "serve", "work", "doctor"} <= named


def test_every_setting_that_is_named_exists() -> None:
    known = {field.name for field in fields(Config)}

    assert set(re.findall(r"^(\w+) = ", README, re.M)) <= known


def test_every_file_that_is_named_in_code_marks_exists() -> None:
    for document in DOCUMENTS:
        for name in re.findall(
            r"`((?:tests|fablab|machines|templates|migrations|docs)/[\w./]+\.\w+)`", document.read_text("utf-8")
        ):
            assert (ROOT / name).exists(), f"{document.name}: {name}"
