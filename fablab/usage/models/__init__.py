"""Rows of connections to machines, of the jobs that they report, and of sessions of use."""

from fablab.usage.models.connections import Condition, Connection, LiveState
from fablab.usage.models.sessions import Job, Review, UsageSession

__all__ = ["Condition", "Connection", "Job", "LiveState", "Review", "UsageSession"]
