"""Rows of prices, charges and invoices."""

from fablab.billing.models.charges import Charge
from fablab.billing.models.invoices import Document, Invoice, InvoiceCharge, InvoiceLine, NumberSeries
from fablab.billing.models.items import InvoiceItem, ItemCharge
from fablab.billing.models.prices import IssuerRule, Price

__all__ = [
    "Charge",
    "Document",
    "Invoice",
    "InvoiceCharge",
    "InvoiceItem",
    "InvoiceLine",
    "IssuerRule",
    "ItemCharge",
    "NumberSeries",
    "Price",
]
