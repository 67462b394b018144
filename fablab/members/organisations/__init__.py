"""Accounts as their owners keep them: cards, people, invitations, projects; organisations above all."""
