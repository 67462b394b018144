"""Who our people are, what they may do, and the accounts that pay."""
