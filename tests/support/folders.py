"""Where tests keep what they throw away."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ENOUGH = 1 << 30


def fast_folder() -> Path:
    """A folder in memory if the system has one with a gigabyte free (in a container it may not), else the usual one.

    Databases live on many small files: on a disk, a fresh copy of one may take twenty times as long.
    """
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        return _MEMORY
    return Path(tempfile.gettempdir())


def cache_folder() -> Path:
    """What is costly to make and serves every checkout of this user, such as OctoPrint's environment."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "fablab"


def made_once(folder: Path, telling: str, make: Callable[[Path], None]) -> Path:
    """A folder that is costly to make, whole; one process makes it, having told so, and others wait meanwhile."""
    done = folder / "complete"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            print(telling, flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder
