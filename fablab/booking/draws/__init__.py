"""Scarce times that are drawn: people say what they wish, and a draw decides who comes first."""
