"""What goes in and out of the API: one set of typed schemas validates, answers and documents."""

from fablab.api.schemas.asking import (
    IdempotencyHeader,
    InvoicePath,
    PageQuery,
    PeriodQuery,
    ReservationPath,
    ReservationsQuery,
    ResourcePath,
)
from fablab.api.schemas.money import AmountOut, InvoiceList, InvoiceOut, UsageList, UsageOut
from fablab.api.schemas.people import AccountOut, CertificateOut, MeOut, RoleOut
from fablab.api.schemas.problems import FieldError, Problem, RefusalOut
from fablab.api.schemas.reservations import ReservationIn, ReservationList, ReservationOut
from fablab.api.schemas.resources import AvailabilityOut, BusyOut, LiveOut, PeriodOut, ResourceList, ResourceOut

__all__ = [
    "AccountOut",
    "AmountOut",
    "AvailabilityOut",
    "BusyOut",
    "CertificateOut",
    "FieldError",
    "IdempotencyHeader",
    "InvoiceList",
    "InvoiceOut",
    "InvoicePath",
    "LiveOut",
    "MeOut",
    "PageQuery",
    "PeriodOut",
    "PeriodQuery",
    "Problem",
    "RefusalOut",
    "ReservationIn",
    "ReservationList",
    "ReservationOut",
    "ReservationPath",
    "ReservationsQuery",
    "ResourceList",
    "ResourceOut",
    "ResourcePath",
    "RoleOut",
    "UsageList",
    "UsageOut",
]
