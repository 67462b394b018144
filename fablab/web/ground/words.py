"""The words for choices that the database keeps as codes."""

from fablab.booking.models import Nature, Reservation, ReservationState, ReviewState
from fablab.catalog.due import Standing
from fablab.catalog.models import CategoryKind, FieldKind, FileRole, ProblemKind, ProblemState, ResourceState
from fablab.core.i18n import _
from fablab.members.conduct import wording
from fablab.members.memberships.rules import MembershipStanding
from fablab.members.models import Covers, Permission, ProofState, Role
from fablab.members.people import Standing as PeopleStanding
from fablab.presence.models import Ended, Recorded
from fablab.presence.wording import public_name, reason_name
from fablab.shifts.models import DutyState
from fablab.sites.models import SignUpRule
from fablab.training.tables import TableKind
from fablab.usage.models import Condition, Review


def role(code: str) -> str:
    """What a role is called."""
    return {
        Role.HOST: _("Host"),
        Role.TRAINER: _("Trainer"),
        Role.FABMANAGER: _("Fabmanager"),
        Role.TREASURER: _("Treasurer"),
        Role.ADMIN: _("Administrator"),
    }[Role(code)]


def role_means(code: str) -> str:
    """What somebody with a role may do, in a sentence."""
    return {
        Role.HOST: _("Welcomes people, takes shifts, sees what stands against somebody."),
        Role.TRAINER: _("All that a host may, and validates and revokes certificates."),
        Role.FABMANAGER: _("All that a trainer may, and keeps machines, hours, reservations and conduct."),
        Role.TREASURER: _("Sets prices, issues invoices, and holds what is unpaid."),
        Role.ADMIN: _("Everything there: people, roles, sites, and what all others may."),
    }[Role(code)]


def hold_kind(code: str) -> str:
    """What a hold is called."""
    return wording.hold_kind(code)


def strike_kind(code: str) -> str:
    """What a strike is for."""
    return wording.strike_kind(code)


def nature(code: str) -> str:
    """What a use is."""
    return {
        Nature.MEMBER: _("Member’s use"),
        Nature.SERVICE_JOB: _("Service job"),
        Nature.CLASS: _("Class"),
        Nature.MAINTENANCE: _("Maintenance"),
        Nature.DEMONSTRATION: _("Demonstration"),
    }[Nature(code)]


def resource_state(code: str) -> str:
    """What staff say of a machine."""
    return {
        ResourceState.AVAILABLE: _("Available"),
        ResourceState.LIMITED: _("Usable with limits"),
        ResourceState.OUT_OF_ORDER: _("Out of order"),
        ResourceState.MAINTENANCE: _("Maintenance"),
        ResourceState.RETIRED: _("Retired"),
    }[ResourceState(code)]


def problem_kind(code: str) -> str:
    """What was reported."""
    return {
        ProblemKind.PROBLEM: _("Problem"),
        ProblemKind.INJURY: _("Injury"),
        ProblemKind.NEAR_MISS: _("Near miss"),
    }[ProblemKind(code)]


def problem_state(code: str) -> str:
    """How far a problem is."""
    return {
        ProblemState.NEW: _("New"),
        ProblemState.ASSIGNED: _("Taken care of"),
        ProblemState.WAITING: _("Waits for parts"),
        ProblemState.FIXED: _("Fixed"),
    }[ProblemState(code)]


def due_standing(code: int) -> str:
    """How near maintenance is."""
    return {
        Standing.OK: _("Up to date"),
        Standing.SOON: _("Soon"),
        Standing.DUE: _("Due"),
        Standing.OVERDUE: _("Overdue"),
    }[Standing(code)]


def condition(code: str) -> str:
    """What a machine says of itself, or why it says nothing."""
    return {
        Condition.NEVER: _("Not asked yet"),
        Condition.IDLE: _("Idle"),
        Condition.STARTING: _("Starting"),
        Condition.WORKING: _("Printing"),
        Condition.PAUSED: _("Paused"),
        Condition.ENDING: _("Ending"),
        Condition.OFF: _("Switched off"),
        Condition.FAULT: _("Fault"),
        Condition.UNREACHABLE: _("Unreachable"),
        Condition.NOT_ALLOWED: _("Key refused"),
        Condition.UNINTELLIGIBLE: _("Unintelligible"),
    }[Condition(code)]


def review(code: str) -> str:
    """Why a use waits for a person."""
    return {
        Review.NOBODY: _("Nobody had reserved"),
        Review.UNKNOWN: _("Nobody knows how it ended"),
        Review.FAILED: _("The machine failed"),
    }[Review(code)]


def outcome(code: str | None) -> str:
    """How a use ended."""
    return {
        None: _("Going on"),
        "done": _("Done"),
        "cancelled": _("Stopped"),
        "failed": _("Failed"),
        "unknown": _("Unknown"),
    }.get(code, str(code))


def reservation_state(reservation: Reservation) -> str:
    """What became of a reservation."""
    if reservation.review == ReviewState.DECLINED:
        return _("Not approved")
    if reservation.review == ReviewState.LAPSED:
        return _("Not decided in time")
    if reservation.state == ReservationState.CANCELLED:
        return _("Cancelled")
    if reservation.state == ReservationState.NO_SHOW:
        return _("Nobody came")
    return _("Used") if reservation.started_at else _("Over")


arrival_reason = reason_name
public_kind = public_name


def recorded(code: str) -> str:
    """How an arrival was written down."""
    return {
        Recorded.DESK: _("Greeted at the desk"),
        Recorded.QR: _("Arrived by the QR code"),
        Recorded.BADGE: _("Arrived with a badge"),
        Recorded.PIN: _("Arrived with a PIN"),
        Recorded.API: _("Arrived by the API"),
    }[Recorded(code)]


def ended(code: str) -> str:
    """How a stay ended."""
    return {
        Ended.PERSON: _("said that they leave"),
        Ended.DESK: _("the desk saw them leave"),
        Ended.CLOSING: _("forgotten, ended at closing"),
        Ended.ELSEWHERE: _("arrived at another place"),
        Ended.MERGED: _("the same person twice"),
    }[Ended(code)]


def duty_state(code: str) -> str:
    """How far somebody's promise to come is."""
    return {
        DutyState.TAKEN: _("to confirm"),
        DutyState.CONFIRMED: _("confirmed"),
        DutyState.DROPPED: _("cannot come"),
        DutyState.HANDED_OVER: _("handed over"),
        DutyState.MISSED: _("did not come"),
    }[DutyState(code)]


def kind(code: str) -> str:
    """What a kind of machine is called by those who make it."""
    return {"octoprint": "OctoPrint"}.get(code, code.replace("_", " ").title())


def category_kind(code: str) -> str:
    """What a category's resources are."""
    return {
        CategoryKind.MACHINE: _("Machines and equipment"),
        CategoryKind.SPACE: _("Spaces: rooms, desks, studios"),
        CategoryKind.ADVISER: _("Advisers: people whom members meet"),
    }[CategoryKind(code)]


def field_kind(code: str) -> str:
    """What is written into a category's field."""
    return {
        FieldKind.TEXT: _("Text"),
        FieldKind.NUMBER: _("A number"),
        FieldKind.CHOICE: _("One of several choices"),
        FieldKind.YES_NO: _("Yes or no"),
    }[FieldKind(code)]


def file_role(code: str) -> str:
    """What a resource's paper is."""
    return {
        FileRole.MANUAL: _("Manual"),
        FileRole.SAFETY: _("Safety sheet"),
        FileRole.OTHER: _("Other document"),
    }[FileRole(code)]


def permission(code: str) -> str:
    """What a guardian signs for, in a word."""
    return {
        Permission.USE: _("Machines and tools"),
        Permission.CARE: _("Care in an emergency"),
        Permission.IMAGE: _("Pictures"),
    }[Permission(code)]


def people_standing(code: str) -> str:
    """Which people the list shows."""
    return {
        PeopleStanding.ACTIVE: _("Everybody"),
        PeopleStanding.PENDING: _("Waiting for approval"),
        PeopleStanding.WARDS: _("With a guardian"),
        PeopleStanding.LEFT: _("Who have left"),
    }[PeopleStanding(code)]


def table_kind(code: str) -> str:
    """What a table of people is of."""
    return {
        TableKind.MEMBERS: _("Members"),
        TableKind.MEMBERSHIPS: _("Memberships"),
        TableKind.ORGANISATIONS: _("Organisations and their people"),
        TableKind.CERTIFICATES: _("Certificates"),
    }[TableKind(code)]


def sign_up_rule(code: str) -> str:
    """How people join a site by themselves."""
    return {
        SignUpRule.CLOSED: _("Not by themselves: staff add or invite them"),
        SignUpRule.APPROVAL: _("They sign up, staff approve them"),
        SignUpRule.OPEN: _("They sign up and are members"),
    }[SignUpRule(code)]


def membership_standing(code: str) -> str:
    """How a membership stands."""
    return {
        MembershipStanding.PLANNED: _("To come"),
        MembershipStanding.IN_ORDER: _("In order"),
        MembershipStanding.PAUSED: _("Paused"),
        MembershipStanding.GRACE: _("In grace"),
        MembershipStanding.LAPSED: _("Lapsed"),
        MembershipStanding.ENDED: _("Ended early"),
    }[MembershipStanding(code)]


def covers(code: str) -> str:
    """Whom a membership covers."""
    return {
        Covers.PERSON: _("One person"),
        Covers.FAMILY: _("A family"),
        Covers.GROUP: _("A group"),
    }[Covers(code)]


def proof_state(code: str) -> str:
    """How far a proof is."""
    return {
        ProofState.WAITING: _("Waits for staff"),
        ProofState.ACCEPTED: _("Accepted"),
        ProofState.REFUSED: _("Refused"),
    }[ProofState(code)]
