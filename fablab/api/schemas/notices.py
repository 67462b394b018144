"""What one is told by mail."""

from typing import Literal

from pydantic import BaseModel


class NoticesIO(BaseModel):
    """Which kinds of notices one wants, and how many hours before a reservation one is reminded of it."""

    confirmation: bool
    reminder: bool
    change: bool
    offer: bool
    no_show: bool
    reminder_hours: Literal[2, 24, 48] = 24
