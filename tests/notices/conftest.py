"""A mail server, and the lab's settings with it."""

from collections.abc import Iterator

import pytest

from fablab.core.config import Config
from tests.conftest import Lab
from tests.notices import letters
from tests.support.smtp import MailServer, mail_server


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server of this test's own."""
    with mail_server() as running:
        yield running


@pytest.fixture
def settings(lab: Lab, server: MailServer) -> Config:
    """The lab's settings with that server; nothing waits to be told."""
    return letters.settings(lab, server)
