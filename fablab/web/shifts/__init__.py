"""Screens about shifts: the board, and what people do with what they have taken."""
