"""What the lab holds about a person: shown, exported, corrected, erased. See docs/decisions/0015."""
