"""Who is in: the desk's page, arriving by QR code, and the terminal at the door."""
