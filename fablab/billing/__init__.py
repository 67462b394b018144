"""From minutes to money: dated prices, charges, invoices that never change."""
