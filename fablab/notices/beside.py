"""The calendar that goes with a mail about reservations, so that they stand in the reader's own.

Its method is PUBLISH, not REQUEST. A REQUEST makes Outlook, Apple's and Google's mail ask whether to accept, and send
the answer to the lab, where nobody reads it: whoever declined there would believe that they gave the time back, and
would not have. What is published is only offered to be kept. A later one with the same UID and a higher SEQUENCE
replaces it; what is over is taken away by CANCEL, as RFC 5546 (4.1.3) says of what was published.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from fablab.booking.feeds import ical
from fablab.booking.feeds.events import Event, EventStatus, own_event
from fablab.notices.post import Attachment

_METHODS = {
    **dict.fromkeys(("booked", "several_booked", "review_asked", "review_approved", "taken_over"), "PUBLISH"),
    **dict.fromkeys(("moved", "several_moved"), "PUBLISH"),
    **dict.fromkeys(("cancelled", "several_cancelled", "review_refused", "handed_over"), "CANCEL"),
}
"""What each mail that has a calendar does with what is in the reader's own."""
_NAME = "reservation.ics"
_EVENTS = TypeAdapter(list[Event])


def calendar_for(template: str, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a mail's payload says of its calendar, in the language that is spoken now; nothing for most. The file is
    made of it when the mail is sent, so that whoever reserves does not wait for that.
    """
    method = _METHODS.get(template)
    if method is None:
        return {}
    rows = values.get("reservations") or [values["reservation"]]
    events = [own_event(row, row.member_id, now) for row in rows]
    if method == "CANCEL":
        events = [replace(event, status=EventStatus.CANCELLED, text="") for event in events]
    return {"calendar": {"method": method, "events": _EVENTS.dump_python(events, mode="json")}}


def attachment_of(calendar: Mapping[str, Any]) -> Attachment:
    """The file that goes with the mail."""
    kind = (("method", calendar["method"]), ("charset", "utf-8"))
    content = ical.message(calendar["method"], _EVENTS.validate_python(calendar["events"]))
    return Attachment(_NAME, content, media_type=ical.MEDIA_TYPE, parameters=kind)
