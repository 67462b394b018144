"""The words for what the log keeps as codes."""

from fablab.core.i18n import _


def deed(code: str) -> str:
    """What was done; its code where nobody gave it words."""
    return _people().get(code) or _rules().get(code, code)


def _people() -> dict[str, str]:
    return {
        "account.closed": _("Account closed"),
        "account.edited": _("Account edited"),
        "account.founded": _("Organisation’s account founded"),
        "account.reopened": _("Account opened again"),
        "account_member.edited": _("Rights on an account changed"),
        "account_member.joined": _("Joined an account"),
        "account_member.removed": _("Removed from an account"),
        "account_owner.appointed": _("Made owner of an account"),
        "authorisation.signed": _("Authorisation signed on paper"),
        "charter.accepted": _("Charter signed on paper"),
        "class.set": _("Class changed"),
        "consent.given": _("Consent signed on paper"),
        "consent.refused": _("Consent taken back on paper"),
        "correction.asked": _("Correction asked for"),
        "doubles.apart": _("Said to be two people"),
        "email.changed": _("Address changed"),
        "erasure.asked": _("Erasure asked for"),
        "erasure.kept": _("Erasure asked for no more"),
        "guardian.appointed": _("Guardian named"),
        "guardian.dismissed": _("Guardianship ended"),
        "mail.tried_again": _("Mail tried again"),
        "member.added": _("Person added"),
        "member.approved": _("Person approved"),
        "member.declined": _("Person declined"),
        "member.edited": _("Card corrected"),
        "member.erased": _("Person erased"),
        "member.exported": _("Data exported"),
        "member.joined": _("Joined by themselves"),
        "member.merged": _("Two records made one"),
        "member.seen_as": _("Seen as this person"),
        "membership.ended": _("Membership ended"),
        "membership.paused": _("Membership paused"),
        "membership.person_added": _("Added to a membership"),
        "membership.person_removed": _("Removed from a membership"),
        "membership.resumed": _("Membership resumed"),
        "password_link.shown": _("Link to set a password shown"),
        "sign_in.ended": _("Sign-in ended"),
        "sign_ins.ended": _("All sign-ins ended"),
        "strike.made": _("Strike written down"),
        "strike.withdrawn": _("Strike withdrawn"),
    }


def _rules() -> dict[str, str]:
    return {
        "charter.published": _("Charter published"),
        "consent.added": _("New consent asked for"),
        "consent.changed": _("Consent worded anew"),
        "consent.ended": _("Consent asked for no more"),
        "data.purged": _("Old data removed"),
        "retention.set": _("Retention period set"),
        "statement.changed": _("Statement worded anew"),
    }
