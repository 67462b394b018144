"""What can be booked: resources of many categories, where they stand and in what state."""
