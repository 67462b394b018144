"""The lab's side of the house: who books what, what was used, what it costs."""

__version__ = "0.1.0"
