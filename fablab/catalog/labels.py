"""QR codes to print and stick on what can be booked: an A4 sheet that leads to each resource's own page."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

import segno

from fablab.catalog.models import Resource
from fablab.core.i18n import _, locale
from fablab.core.links import link
from fablab.core.typesetting import breakable, typeset

MOST = 200


class LabelSize(StrEnum):
    """How large a label is."""

    LARGE = "large"
    """One a page."""
    SMALL = "small"
    """Eight a page."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says, and where its code leads."""

    name: str
    place: str
    address: str
    does: str = ""
    """What is done there; empty for what is done with a resource."""


def label_of(resource: Resource) -> Label:
    """A resource's label."""
    place = f"{resource.site.name} · {resource.room.name}" if resource.room else resource.site.name
    return Label(resource.name, place, link(f"/m/{resource.code}"))


def drawing_of(address: str) -> str:
    """The QR code of an address, as SVG; it stays readable when a quarter of it is dirty or torn."""
    drawn = BytesIO()
    segno.make(address, error="q", micro=False).save(drawn, kind="svg", border=2, xmldecl=False, svgns=True)
    return drawn.getvalue().decode()


def render(labels: Iterable[Label], size: LabelSize) -> bytes:
    """The sheets as PDF, in the reader's language. Some milliseconds a label: do it outside of a transaction."""
    content = {
        "lang": locale(),
        "title": _("QR codes"),
        "large": size == LabelSize.LARGE,
        "labels": [
            {
                "name": breakable(one.name, 12),
                "place": breakable(one.place, 12),
                "address": breakable(one.address, 12),
                "does": one.does or _("Report a problem, book, see its state"),
                "code": drawing_of(one.address),
            }
            for one in labels
        ],
    }
    return typeset("labels/labels.typ", "content", content)
