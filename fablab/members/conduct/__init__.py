"""Conduct: holds, strikes, what follows from them, and appeals. Reservations use it, and so may training sessions."""
