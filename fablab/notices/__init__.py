"""Who is told what: composes mails as rows of the outbox."""
