"""The three ways in which reading a machine fails; nothing else leaves this package."""


class MachineError(Exception):
    """A machine could not be read; the text is a short technical cause and never holds a secret."""


class Unreachable(MachineError):
    """Nobody answered in time: refused, no such host, reset, or silent."""


class NotAllowed(MachineError):
    """The machine refuses our key, or its address lies outside the networks that machines may be on."""


class Unintelligible(MachineError):
    """Something answered, but not as a machine of this kind does."""
