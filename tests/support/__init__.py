"""Real servers and programs for tests: PostgreSQL, OctoPrint, a mail server, a browser."""
