"""The tests; folders mirror the packages, `support` holds the real servers that tests run against."""
