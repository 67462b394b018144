"""Who is asking: core's values, under the name by which members' services and screens know them."""

from fablab.core.actor import Actor, Grant, Role

__all__ = ["Actor", "Grant", "Role"]
