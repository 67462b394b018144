"""Who came, and who is in the building now."""
