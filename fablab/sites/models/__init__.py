"""Rows of the network's places, of who stands behind them in law, and of when they are open."""

from fablab.sites.models.places import LegalEntity, Room, SignUpRule, Site, Staffing, VatRegime
from fablab.sites.models.statements import Statement, StatementKind
from fablab.sites.models.timetables import AccessLevel, ExceptionKind, HoursException, OpeningHours, Season, Timetable

__all__ = [
    "AccessLevel",
    "ExceptionKind",
    "HoursException",
    "LegalEntity",
    "OpeningHours",
    "Room",
    "Season",
    "SignUpRule",
    "Site",
    "Staffing",
    "Statement",
    "StatementKind",
    "Timetable",
    "VatRegime",
]
