"""Screens of data protection: one's own page, erasure, doubles, the log, retention, consents, the lab's statements."""
