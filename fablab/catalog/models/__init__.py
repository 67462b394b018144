"""Rows of the catalogue."""

from fablab.catalog.models.categories import Category, CategoryField, CategoryKind, CategoryTimetable, FieldKind
from fablab.catalog.models.maintenance import MaintenanceAct, MaintenancePlan
from fablab.catalog.models.problems import Problem, ProblemEntry, ProblemFollower, ProblemKind, ProblemState
from fablab.catalog.models.resources import (
    FileRole,
    Placement,
    Resource,
    ResourceFile,
    ResourceLink,
    ResourceState,
    StateChange,
)

__all__ = [
    "Category",
    "CategoryField",
    "CategoryKind",
    "CategoryTimetable",
    "FieldKind",
    "FileRole",
    "MaintenanceAct",
    "MaintenancePlan",
    "Placement",
    "Problem",
    "ProblemEntry",
    "ProblemFollower",
    "ProblemKind",
    "ProblemState",
    "Resource",
    "ResourceFile",
    "ResourceLink",
    "ResourceState",
    "StateChange",
]
