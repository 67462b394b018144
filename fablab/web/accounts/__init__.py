"""Screens about the accounts that pay: one's own, organisations, their people, projects and use."""
