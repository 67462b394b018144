"""What somebody waits for, in words."""

from zoneinfo import ZoneInfo

from fablab.booking.models import Wait
from fablab.core.i18n import _


def what(item: Wait) -> str:
    """A resource, or any of a category and where."""
    if item.resource is not None:
        return f"{item.resource.name} · {item.resource.site.name}"
    kind = item.category.name if item.category else ""
    if item.site is not None:
        return _("Any: %(category)s · %(site)s", category=kind, site=item.site.name)
    return _("Any: %(category)s, in the whole network", category=kind)


def zone(item: Wait, otherwise: ZoneInfo) -> ZoneInfo:
    """The clock of the place where it is; another one where that may be anywhere."""
    site = item.resource.site if item.resource else item.site
    return site.zone if site else otherwise
