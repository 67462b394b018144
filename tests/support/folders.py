"""Where tests keep what they throw away."""

import os
import shutil
import tempfile
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
