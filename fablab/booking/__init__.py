"""Who has what when: reservations, the claims that they hold, and the rules that say no."""
