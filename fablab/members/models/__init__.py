"""Rows of people, of the accounts that pay, and of what lets people in."""

from fablab.core.actor import Role
from fablab.members.models.access import AccessToken, Invitation, PasswordToken, SignInAttempt
from fablab.members.models.accounts import (
    Account,
    AccountInvitation,
    AccountKind,
    AccountMember,
    Project,
    ProjectMember,
)
from fablab.members.models.conduct import (
    Appeal,
    ConductPolicy,
    ConductStep,
    Hold,
    HoldKind,
    Strike,
    StrikeKind,
)
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
from fablab.members.models.privacy import Consent, ConsentGiven, MergeRecord, NotDoubles
from fablab.members.models.proofs import ClassProof, ProofState
from fablab.members.models.signing import Identity, SignIn

__all__ = [
    "AccessGrant",
    "AccessToken",
    "Account",
    "AccountInvitation",
    "AccountKind",
    "AccountMember",
    "Appeal",
    "Authorisation",
    "Badge",
    "Charter",
    "CharterAcceptance",
    "ClassProof",
    "ConductPolicy",
    "ConductStep",
    "Consent",
    "ConsentGiven",
    "Covers",
    "EmailChange",
    "Guardianship",
    "Hold",
    "HoldKind",
    "Identity",
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
    "MergeRecord",
    "NotDoubles",
    "PasswordToken",
    "Permission",
    "Project",
    "ProjectMember",
    "ProofState",
    "Role",
    "RoleGrant",
    "SignIn",
    "SignInAttempt",
    "SignUp",
    "Strike",
    "StrikeKind",
]
