"""A forgotten password, from the form over the outbox and a real SMTP server to the new sign-in."""

import re
from dataclasses import replace

from fablab.core.db import db
from fablab.delivery import deliver
from tests.cast import PASSWORD
from tests.conftest import Lab
from tests.support.smtp import mail_server

NEW = "a brand new sentence"


def test_a_forgotten_password_is_set_anew_through_a_link_by_mail(lab: Lab) -> None:
    client, before = lab.client(), lab.signed_in(lab.cast.maker)
    with mail_server() as server:
        config = replace(lab.app.config["FABLAB"], smtp_url=f"smtp://{server.host}:{server.port}")
        deliver(config)  # What the cast was told before.
        server.letters.clear()
        known = client.post("/password/forgot", data={"email": "maker@test.example"}, follow_redirects=True)
        unknown = client.post("/password/forgot", data={"email": "nobody@test.example"}, follow_redirects=True)
        assert deliver(config) == 1
        assert deliver(config) == 0
        (letter,) = server.letters
    db.session.remove()

    link = re.search(r"http://\S+(/password/\S+)", letter.text)
    assert link, letter.text
    assert (letter.recipients, known.status_code, unknown.status_code) == (("maker@test.example",), 200, 200)
    assert known.text.replace("maker@", "x@") == unknown.text.replace("nobody@", "x@")

    path = link[1]
    assert client.get(path).status_code == 200
    weak = client.post(path, data={"password": "short", "again": "short"})
    done = client.post(path, data={"password": NEW, "again": NEW})
    assert (weak.status_code, done.status_code) == (422, 302)

    # The link is dead, the old password and the old sign-in too.
    assert lab.client().get(path).status_code in (404, 410)
    assert before.get("/me").status_code == 302
    old = lab.client().post("/sign-in", data={"email": "maker@test.example", "password": PASSWORD})
    new = lab.client().post("/sign-in", data={"email": "maker@test.example", "password": NEW})
    assert (old.status_code, new.status_code) == (422, 302)
