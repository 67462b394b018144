"""Every check of the project, one after another: `make test` runs this, `make lint` only its first part."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support import browser, octoprint, oidc, postgres

_PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Check:
    """A command that must succeed, and how to call it in a report."""

    name: str
    program: str
    arguments: tuple[str, ...] = ()

    def passes(self) -> bool:
        """Run it, showing what it says."""
        print(f"\n=== {self.name}", flush=True)
        begun = time.monotonic()
        code = subprocess.run([_PROGRAMS / self.program, *self.arguments], check=False).returncode
        print(f"=== {self.name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)
        return code == 0


# One more than there are cores: what lasts longest waits for other processes, for a print or for a browser.
_WORKERS = 1 + min(os.cpu_count() or 1, 4)
_PYTEST = ("--numprocesses", str(_WORKERS), "--dist", "worksteal", "--quiet")
LINT = (
    Check("import contracts", "lint-imports", ("--no-logo",)),
    Check("ruff check", "ruff", ("check", ".")),
    Check("ruff format", "ruff", ("format", "--check", ".")),
    Check("mypy", "mypy"),
)
TESTS = (Check("tests on SQLite and on PostgreSQL", "pytest", ("--database", "both", *_PYTEST)),)


def prepare() -> None:
    """Fail before the first test if a browser, OctoPrint, an OpenID provider or PostgreSQL cannot be had."""
    browser.ensure()
    octoprint.ensure()
    oidc.ensure()
    if not os.environ.get("TEST_DATABASE_URL"):
        postgres.programs_folder()


def main(part: str = "all") -> int:
    """Run the checks; every one runs, whatever became of those before it."""
    checks = LINT if part == "lint" else (*LINT, *TESTS)
    try:
        if part != "lint":
            prepare()
        failed = [check.name for check in checks if not check.passes()]
    except (browser.NoBrowser, octoprint.NoOctoPrint, oidc.NoProvider, postgres.NoPostgres) as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print(f"\nFAILED: {', '.join(failed)}." if failed else f"\nAll {len(checks)} checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
