"""Several users of one application at once, each with a database session of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

T = TypeVar("T")


def at_once(app: Flask, acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Do all of these in threads, each in a context of its own; what each returned, or the exception that it raised."""
    with ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(_in_context, app, act) for act in acts]
    found: list[T | Exception] = []
    for future in futures:
        error = future.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        found.append(error or future.result())
    return found


def in_background(pool: ThreadPoolExecutor, app: Flask, act: Callable[[], T]) -> Future[T]:
    """Begin to do this in a thread with a context of its own."""
    return pool.submit(_in_context, app, act)


def _in_context(app: Flask, act: Callable[[], T]) -> T:
    with app.app_context():
        return act()
