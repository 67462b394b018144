"""Links to things of which a page has hundreds: asked for once, and joined with what tells them apart."""

from typing import Any

from flask import url_for

_SOMETHING = 70_007
"""Stands for the thing while the link is asked for; a number, since most are told apart by one."""


def way(endpoint: str, named: str, **more: Any) -> tuple[str, str]:
    """What a link to one of many things has before and after what names it, which holds letters, digits and dashes."""
    more[named] = _SOMETHING
    before, _, after = url_for(endpoint, **more).partition(str(_SOMETHING))
    return before, after
