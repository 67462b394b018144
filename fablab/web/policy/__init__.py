"""Screens on which staff compose the lab's own rules about reservations."""
