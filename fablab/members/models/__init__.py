"""Rows of people, of the accounts that pay, and of what lets people in."""

from fablab.members.models.access import AccessToken, PasswordToken, SignInAttempt
from fablab.members.models.accounts import Account, AccountKind, AccountMember, Project
from fablab.members.models.people import Member, MemberClass, Role, RoleGrant

__all__ = [
    "AccessToken",
    "Account",
    "AccountKind",
    "AccountMember",
    "Member",
    "MemberClass",
    "PasswordToken",
    "Project",
    "Role",
    "RoleGrant",
    "SignInAttempt",
]
