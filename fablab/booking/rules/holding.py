"""Whose reservations count, and which count together."""

from enum import StrEnum

from fablab.booking.rules.case import Booked, Case, Thing


class Holder(StrEnum):
    """Whose use is counted."""

    MEMBER = "member"
    ACCOUNT = "account"
    PROJECT = "project"
    MEMBER_AND_PROJECT = "member_and_project"


class Each(StrEnum):
    """Counted for each resource, for each category, or all that the scope covers together."""

    RESOURCE = "resource"
    CATEGORY = "category"
    TOGETHER = "together"


def alike(each: Each, one: Thing, other: Thing) -> bool:
    """Tell whether two resources count together."""
    if each == Each.RESOURCE:
        return one.id == other.id
    return each == Each.TOGETHER or one.category_id == other.category_id


def is_held(holder: Holder, item: Booked, case: Case) -> bool:
    """Tell whether a reservation is of those whose use counts for a wish."""
    own = item.member_id in case.person.ids
    if holder == Holder.MEMBER:
        return own
    if holder == Holder.ACCOUNT:
        return item.account_id == case.account_id
    # Who reserves for no project is counted by themselves.
    is_shared = holder == Holder.PROJECT and case.project_id is not None
    return (own or is_shared) and item.project_id == case.project_id
