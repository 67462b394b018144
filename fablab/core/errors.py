"""What a service may raise besides a refusal."""


class NotFound(Exception):
    """There is no such thing, or it is not this person's to see; nobody is told which."""


class Forbidden(Exception):
    """The person is known and has no role that allows it."""
