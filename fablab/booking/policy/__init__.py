"""The lab's own rules about reservations: written by staff, kept as rows, loaded for a wish, tried before they hold."""
