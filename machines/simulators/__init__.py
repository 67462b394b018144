"""Machines that do not exist: real servers for the demo and the tests."""
