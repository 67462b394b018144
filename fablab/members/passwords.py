"""Passwords: argon2id with 19 MiB, two passes (the OWASP minimum), and what a password must be."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fablab.core.i18n import _
from fablab.core.refusals import Refusal

MIN_LENGTH = 10
MAX_LENGTH = 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$TCv1kDzSzHgKhc8hYp1j0A$4Zv1vUHVsgO6+e6vBakUh8jXop8AAxRNjoJbUsPmY1Q"
"""What a password is compared with where none was kept. It stands here, since making it would take time, once in each
process, and tell that nobody has the address that was tried.
"""


def hash_password(password: str) -> str:
    """What to keep of a password. Slow by design: call it outside of a transaction."""
    return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Compare with what was kept; takes as long when nothing was, so that timing tells nobody who exists."""
    try:
        return _hasher.verify(kept or NOBODYS, password[:MAX_LENGTH]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def check(password: str, *, email: str | None, name: str) -> list[Refusal]:
    """Every reason why this cannot be the person's password (length before complexity, as NIST SP 800-63B advises)."""
    reasons = []
    if len(password) < MIN_LENGTH:
        text = _(
            "A password has at least %(count)s characters; a short sentence is easy to remember.", count=MIN_LENGTH
        )
        reasons.append(Refusal("password_short", text))
    if len(password) > MAX_LENGTH:
        text = _("A password has at most %(count)s characters.", count=MAX_LENGTH)
        reasons.append(Refusal("password_long", text))
    own = {word for word in (name.lower(), (email or "").lower(), (email or "").split("@")[0].lower()) if word}
    if password.lower() in own or len(set(password)) < 4:
        reasons.append(Refusal("password_weak", _("This password is too easy to guess.")))
    return reasons
