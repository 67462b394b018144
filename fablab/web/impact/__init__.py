"""Screens of what funders ask."""
