"""Screens about time: the day, a resource’s week, the booking sheet, what is free, what goes on now."""
