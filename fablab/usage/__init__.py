"""What machines really did: connections, jobs, sessions of use, and who they belong to."""
