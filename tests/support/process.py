"""Child processes that tests start: they die with the test run, and root can give up its rights in them."""

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Runs in the child before the program does. Linux sends the child the signal when its parent dies, however it dies;
# the order matters, because changing the user clears that setting.
_PRELUDE = """
import ctypes, os, sys
number, uid, gid = (int(word) for word in sys.argv[1:4])
if uid >= 0:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
ctypes.CDLL(None).prctl(1, number)
os.execv(sys.argv[4], sys.argv[4:])
"""


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    log: Path,
    user: pwd.struct_passwd | None = None,
    env: Mapping[str, str] | None = None,
    signal_when_orphaned: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in the background, as another user if root asks for it; what it prints goes to a file."""
    uid, gid = (user.pw_uid, user.pw_gid) if user else (-1, -1)
    prelude = [sys.executable, "-I", "-S", "-c", _PRELUDE, str(int(signal_when_orphaned)), str(uid), str(gid)]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prelude, *command],
            cwd=cwd,
            env=dict(env) if env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], number: int = signal.SIGTERM, patience: float = 10) -> None:
    """End a program with a signal, with SIGKILL if it does not listen, and whatever it has started with it."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # It was started as the leader of a group.


def runs(program: Path) -> bool:
    """Whether a program is there and tells its version; one that is only a shim may not."""
    if not program.is_file():
        return False
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def unprivileged_user() -> pwd.struct_passwd | None:
    """The account for servers that refuse to run as root; none is needed when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("Running as root needs an account named postgres or nobody for the database server.")


def free_port() -> int:
    """A TCP port of the loopback that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a program's output, for the message of a failure."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
