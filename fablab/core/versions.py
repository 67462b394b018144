"""Two who edit the same thing at once: the second is told, and nothing of either is lost."""

from fablab.core.i18n import _
from fablab.core.refusals import Conflict


def check_version(present: int, read: int) -> None:
    """Raises Conflict unless what is there is what was read before it was edited."""
    if present != read:
        text = _("Somebody else changed this while you were writing. Compare with what it says now, then save again.")
        raise Conflict.because("stale", text)
