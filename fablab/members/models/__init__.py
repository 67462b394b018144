"""Rows of people, of the accounts that pay, and of what lets people in."""

from fablab.core.actor import Role
from fablab.members.models.access import AccessToken, Invitation, PasswordToken, SignInAttempt
from fablab.members.models.accounts import Account, AccountKind, AccountMember, Project
from fablab.members.models.joining import (
    Authorisation,
    Badge,
    Charter,
    CharterAcceptance,
    Guardianship,
    Permission,
    SignUp,
)
from fablab.members.models.memberships import (
    Covers,
    Lasts,
    Membership,
    MembershipKind,
    MembershipKindClass,
    MembershipPause,
    MembershipPerson,
    MembershipPrice,
)
from fablab.members.models.people import AccessGrant, Member, MemberClass, MemberState, RoleGrant
from fablab.members.models.proofs import ClassProof, ProofState

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
    "ClassProof",
    "Covers",
    "Guardianship",
    "Invitation",
    "Lasts",
    "Member",
    "MemberClass",
    "MemberState",
    "Membership",
    "MembershipKind",
    "MembershipKindClass",
    "MembershipPause",
    "MembershipPerson",
    "MembershipPrice",
    "PasswordToken",
    "Permission",
    "Project",
    "ProofState",
    "Role",
    "RoleGrant",
    "SignInAttempt",
    "SignUp",
]
