"""Screens about sites, their hours, and who stands behind them."""
