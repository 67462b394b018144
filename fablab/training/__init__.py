"""Who is trained on what: courses, the certificates they lead to, and which resource needs which."""
