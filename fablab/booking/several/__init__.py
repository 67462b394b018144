"""Several reservations in one go: every so many weeks, or several resources at one time."""
