"""Where one can go: groups of screens, each shown to those who may open one of its screens."""

from dataclasses import dataclass

from flask import current_app, request, url_for

from fablab.core.i18n import _
from fablab.members.actor import Actor
from fablab.members.models import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A screen that the navigation leads to."""

    endpoint: str
    label: str
    icon: str
    role: Role
    everywhere: bool = False
    """Only for those who have the role in the whole network."""
    also: Role | None = None
    """Another role that opens it."""
    rooms: tuple[str, ...] = ()
    """The blueprints of the pages that belong to it, besides its own."""

    @property
    def href(self) -> str:
        return url_for(self.endpoint)

    @property
    def is_here(self) -> bool:
        """The page that is shown is this one, or belongs to it."""
        return request.blueprint in (self.endpoint.partition(".")[0], *self.rooms)

    def is_for(self, viewer: Actor) -> bool:
        """Tell whether this person may open it."""
        may = viewer.may_everywhere if self.everywhere else viewer.may_anywhere
        return self.endpoint in current_app.view_functions and any(may(role) for role in (self.role, self.also) if role)


@dataclass(frozen=True, slots=True)
class Group:
    """Screens that belong together, of which the viewer may open these."""

    label: str
    places: list[Place]

    @property
    def title(self) -> str:
        """The group's name; a single screen goes by its own."""
        return self.label if len(self.places) > 1 else self.places[0].label

    @property
    def is_here(self) -> bool:
        """The page that is shown is one of these."""
        return any(place.is_here for place in self.places)


def groups(viewer: Actor | None) -> list[Group]:
    """The groups of screens for staff that this person may open one of; none for members and visitors."""
    if viewer is None or not viewer.is_staff:
        return []
    found = [(label, [place for place in places if place.is_for(viewer)]) for label, places in _all()]
    return [Group(label, places) for label, places in found if places]


def _all() -> list[tuple[str, list[Place]]]:
    staff = Role.FABMANAGER
    return [
        (
            _("Desk"),
            [
                Place("desk.page", _("Desk"), "inbox", staff),
                Place("approvals.page", _("Requests"), "hourglass-split", staff),
                Place("check_ins.expected", _("Expected today"), "clipboard-check", Role.HOST),
                Place(
                    "presence.page",
                    _("Presence"),
                    "door-open",
                    Role.HOST,
                    rooms=("arrivals", "entries", "terminals"),
                ),
                Place("shifts.page", _("Shifts"), "calendar-week", Role.HOST),
                Place("problems.page", _("Problems"), "exclamation-octagon", staff),
                Place("maintenance.page", _("Maintenance"), "wrench-adjustable", staff),
                Place("appointments.page", _("Appointments"), "chat-dots", staff),
                Place("line.page", _("Waiting list"), "hourglass-split", Role.HOST, rooms=("handing",)),
            ],
        ),
        (
            _("Community"),
            [
                Place(
                    "people.page",
                    _("People"),
                    "people",
                    Role.HOST,
                    rooms=(
                        *("accesses", "badges", "card", "doubles", "facts_of"),
                        *("families", "people_privacy", "tables", "waiting", "wards"),
                    ),
                ),
                Place("ending.page", _("Memberships"), "credit-card", Role.HOST, rooms=("person_memberships",)),
                Place("proofs.page", _("Proofs"), "paperclip", Role.HOST),
                Place("organisations.page", _("Organisations"), "building", staff, also=Role.TREASURER),
                Place("training.page", _("Training"), "award", Role.TRAINER),
                Place("conduct_rules.page", _("Conduct"), "flag", staff, also=Role.TREASURER, rooms=("conduct", "why")),
                Place("charters.staff_page", _("Charters"), "file-earmark-text", staff),
                Place(
                    "impact.page",
                    _("Figures"),
                    "bar-chart",
                    staff,
                    rooms=("fact_kinds", "funders"),
                ),
                Place("invitations.page", _("Invitations"), "envelope", Role.ADMIN, everywhere=True),
            ],
        ),
        (
            _("Catalogue"),
            [
                Place(
                    "machines.page",
                    _("Resources"),
                    "printer",
                    staff,
                    rooms=("outages", "transfer", "bundles", "papers", "labels"),
                ),
                Place("categories.page", _("Categories"), "tag", Role.ADMIN, everywhere=True),
                Place("hours.page", _("Hours"), "clock", staff, rooms=("timetables", "seasons")),
                Place(
                    "booking_rules.page",
                    _("Rules"),
                    "calendar-check",
                    staff,
                    rooms=("rule_files", "rule_forms", "rule_sets", "rule_trials"),
                ),
            ],
        ),
        (
            _("Billing"),
            [
                Place("billing.page", _("Billing"), "receipt", Role.TREASURER, rooms=("prices",)),
                Place("memberships.page", _("Kinds of memberships"), "person-badge", Role.TREASURER),
            ],
        ),
        (
            _("Network"),
            [
                Place("classes.page", _("Classes of members"), "tag", Role.ADMIN, everywhere=True),
                Place(
                    "network.page",
                    _("Network"),
                    "diagram-3",
                    Role.ADMIN,
                    everywhere=True,
                    rooms=("consents", "entities", "places", "retention"),
                ),
                Place("log.page", _("Log"), "journal-text", staff),
            ],
        ),
    ]
