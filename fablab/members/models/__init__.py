"""Rows of people, of the accounts that pay, and of what lets people in."""

from fablab.core.actor import Role
from fablab.members.models.access import AccessToken, Invitation, PasswordToken, SignInAttempt
from fablab.members.models.accounts import Account, AccountKind, AccountMember, Project
from fablab.members.models.joining import (
    Authorisation,
    Badge,
    Charter,
    CharterAcceptance,
    EmailChange,
    Guardianship,
    Permission,
    SignUp,
)
from fablab.members.models.people import AccessGrant, Member, MemberClass, MemberState, RoleGrant
from fablab.members.models.signing import Identity, SignIn

__all__ = [
    "AccessGrant",
    "AccessToken",
    "Account",
    "AccountKind",
    "AccountMember",
    "Authorisation",
    "Badge",
    "Charter",
    "CharterAcceptance",
    "EmailChange",
    "Guardianship",
    "Identity",
    "Invitation",
    "Member",
    "MemberClass",
    "MemberState",
    "PasswordToken",
    "Permission",
    "Project",
    "Role",
    "RoleGrant",
    "SignIn",
    "SignInAttempt",
    "SignUp",
]
