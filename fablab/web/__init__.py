"""The screens: every route that answers with a page. It parses, calls one service, answers; no query, no rule."""

from fablab.web.screens import register

__all__ = ["register"]
