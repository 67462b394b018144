"""What every feature stands on: the database, time, money, words, the outbox."""
