"""What every screen stands on: who looks, forms and what browsers send, errors, headers, words."""
