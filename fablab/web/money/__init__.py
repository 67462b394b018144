"""Screens about money: prices, the month, invoices."""
