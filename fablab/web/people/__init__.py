"""Screens about people: signing in, oneself, members, roles, invitations, a new lab’s first steps."""
