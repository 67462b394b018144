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
from fablab.members.models.privacy import Consent, ConsentGiven, MergeRecord, NotDoubles

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
    "Consent",
    "ConsentGiven",
    "EmailChange",
    "Guardianship",
    "Invitation",
    "Member",
    "MemberClass",
    "MemberState",
    "MergeRecord",
    "NotDoubles",
    "PasswordToken",
    "Permission",
    "Project",
    "Role",
    "RoleGrant",
    "SignInAttempt",
    "SignUp",
]
