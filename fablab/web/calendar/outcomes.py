"""What came of an appointment, on its reservation's page: for the adviser and staff alone."""

from dataclasses import dataclass
from datetime import datetime

from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from fablab.booking import outcomes
from fablab.booking.models import Outcome, Reservation, ReservationState
from fablab.booking.outcomes import Noted
from fablab.core.db import db
from fablab.core.i18n import _
from fablab.members import queries as members
from fablab.web.ground import access
from fablab.web.ground.forms import LabForm, area_field, text_field


class OutcomeForm(LabForm):
    """What is written about an appointment."""

    came = RadioField(validators=[InputRequired()])
    note = area_field(4000)
    next_step = text_field(300)
    version = HiddenField(default="0")

    def offer(self) -> None:
        """Fill the choice."""
        self.came.choices = [("yes", _("They came")), ("no", _("They did not come"))]

    def noted(self) -> Noted:
        """What was written."""
        return Noted(self.came.data == "yes", self.note.data or "", self.next_step.data or "")


@dataclass(frozen=True, slots=True)
class OutcomePart:
    """The part of a reservation's page that only the adviser and staff see."""

    form: OutcomeForm
    outcome: Outcome | None
    noted_by: str
    can_note: bool
    """It has begun, and was not cancelled."""
    theirs: Outcome | None = None
    """What somebody else wrote meanwhile."""


def part_of(
    reservation: Reservation, now: datetime, form: OutcomeForm | None = None, *, is_stale: bool = False
) -> OutcomePart | None:
    """The part for the one who looks; None for those whom it does not concern."""
    session, actor = db.session(), access.actor()
    if not outcomes.may_note(actor, reservation):
        return None
    found = outcomes.outcome_of(session, actor, reservation)
    if form is None:
        form = OutcomeForm(formdata=None, obj=found)
        form.came.data = None if found is None else "yes" if found.came else "no"
    form.offer()
    if is_stale and found is not None:
        form.version.data = str(found.version)
    return OutcomePart(
        form=form,
        outcome=found,
        noted_by=members.member(session, found.noted_by_id).name if found else "",
        can_note=reservation.starts_at <= now and reservation.state != ReservationState.CANCELLED,
        theirs=found if is_stale else None,
    )
