"""Many people do everything at once for a long while, on both databases; then the books are checked."""
