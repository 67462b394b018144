"""For fabmanagers: the rules of reserving, composed of kinds without programming."""
