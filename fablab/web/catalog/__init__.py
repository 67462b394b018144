"""Screens about what can be booked: cards, categories, papers, problems, outages, maintenance."""
