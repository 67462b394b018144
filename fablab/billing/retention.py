"""How long the accounts are kept: as the law wants, whatever becomes of the people in them."""

from fablab.core.i18n import _
from fablab.core.retention import Kind, register

register(
    Kind(
        code="accounts",
        words=lambda: _("Invoices, with the name and address of who paid"),
        purpose=lambda: _("The law wants them kept for ten years, also when somebody is erased."),
        months=120,
        minimum=120,
    )
)
