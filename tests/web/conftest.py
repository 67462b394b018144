"""What the tests of the screens share: browsers that stay apart, and a page's words without its tags."""

from contextvars import Context
from html import unescape
from re import sub
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from werkzeug.test import TestResponse


class Browser(FlaskClient):
    """A client whose requests see nothing of the test's own context: who is signed in is in its cookies alone."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture(autouse=True)
def own_contexts(whole_app: OpenAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each request run as it does on a server: in an application context of its own."""
    monkeypatch.setattr(whole_app, "test_client_class", Browser)


def words(answer: TestResponse) -> str:
    """What a person reads on a page."""
    text = sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", answer.text)
    return " ".join(unescape(sub(r"<[^>]+>", " ", text)).split())
