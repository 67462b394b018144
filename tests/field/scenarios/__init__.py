"""What each published statement comes to here, shown through the API; the labs are in rooms of their kind."""
