"""Calendars outside of the lab: what they are told of reservations, in feeds and beside mails."""
