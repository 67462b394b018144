"""`python -m fablab.cli`, for processes that start one another."""

from fablab.cli import main

main()
