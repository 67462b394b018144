"""How machines are read: against simulators, recordings and random histories."""
