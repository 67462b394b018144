"""Memberships: kinds and prices, selling and renewing, who is covered, pauses, early ends."""
