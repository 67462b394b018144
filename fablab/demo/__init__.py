"""The demonstration: a believable network of labs on this computer, with simulated printers that print."""

from fablab.demo.stage import DemoFailed, run

__all__ = ["DemoFailed", "run"]
