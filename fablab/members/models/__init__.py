"""Rows of people, of the accounts that pay, and of what lets people in."""

from fablab.core.actor import Role
from fablab.members.models.access import AccessToken, Invitation, PasswordToken, SignInAttempt
from fablab.members.models.accounts import Account, AccountKind, AccountMember, Project
from fablab.members.models.people import AccessGrant, Member, MemberClass, RoleGrant

__all__ = [
    "AccessGrant",
    "AccessToken",
    "Account",
    "AccountKind",
    "AccountMember",
    "Invitation",
    "Member",
    "MemberClass",
    "PasswordToken",
    "Project",
    "Role",
    "RoleGrant",
    "SignInAttempt",
]
