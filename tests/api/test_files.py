"""Photos, papers and tables through the API: what is no JSON."""

import os
from io import BytesIO

import pytest
from PIL import Image

from fablab.catalog.models import Resource
from tests.api.things import picture
from tests.conftest import Lab

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def test_photos_are_shown_and_lies_refused(lab: Lab) -> None:
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    large = BytesIO()
    Image.frombytes("RGB", (1000, 900), os.urandom(2_700_000)).save(large, "PNG")
    assert 2 * 1024 * 1024 < large.tell() < 12 * 1024 * 1024

    for path in (f"sites/{lab.cast.workshop}", f"resources/{lab.cast.printer}"):
        own = f"/api/v1/{path}"
        for content in (picture(), large.getvalue()):
            assert client.put(f"{own}/photo", data=content, headers=manager).status_code == 204
        photo = client.get(own, headers=manager).json["photo"]
        assert client.get(photo).data.startswith(b"\xff\xd8")
        for lie in (b"", b"GIF89a or not", PDF, picture()[:40]):
            refused = client.put(f"{own}/photo", data=lie, headers=manager, content_type="image/png")
            assert (refused.status_code, refused.mimetype) == (422, "application/problem+json"), lie
        too_large = client.put(f"{own}/photo", data=b"x" * (12 * 1024 * 1024 + 1), headers=manager)
        assert (too_large.status_code, too_large.mimetype) == (413, "application/problem+json")
        assert client.get(own, headers=manager).json["photo"] == photo
        for _time in range(2):
            assert client.delete(f"{own}/photo", headers=manager).status_code == 204
        assert client.get(own, headers=manager).json["photo"] is None


@pytest.mark.parametrize(("kind", "seen"), [("problem", 200), ("injury", 404)])
def test_who_reports_adds_one_photo_and_staff_show_another(lab: Lab, kind: str, seen: int) -> None:
    client, reporter = lab.client(), lab.token(lab.cast.newcomer)
    body = {"resource_id": lab.cast.printer, "kind": kind, "text": "La vitre est fendue."}
    path = f"/api/v1/problems/{client.post('/api/v1/problems', json=body, headers=reporter).json['id']}/photo"

    assert client.put(path, data=picture(), headers=lab.token(lab.cast.maker)).status_code in (403, 404)
    assert client.put(path, data=picture(), headers=reporter).status_code == 204
    again = client.put(path, data=picture(), headers=reporter)
    assert (again.status_code, again.json["refusals"][0]["code"]) == (422, "photo_there")
    assert client.put(path, data=picture(), headers=lab.token(lab.cast.fabmanager)).status_code == 204
    assert client.get(path, headers=reporter).status_code == seen
    assert client.get(path, headers=lab.token(lab.cast.fabmanager)).mimetype == "image/jpeg"


def test_papers_are_put_listed_read_and_taken_away(lab: Lab) -> None:
    client, manager, member = lab.client(), lab.token(lab.cast.fabmanager), lab.token(lab.cast.maker)
    path = f"/api/v1/resources/{lab.cast.printer}/papers"

    made = client.post(f"{path}?title=Sécurité%00<b>&role=safety", data=PDF, headers=manager)

    assert (made.status_code, made.json["title"], made.json["role"]) == (201, "Sécurité <b>", "safety")
    assert client.get(path, headers=member).json["items"] == [made.json]
    paper = f"/api/v1/papers/{made.json['id']}"
    content = client.get(paper, headers=member)
    assert (content.data, content.mimetype) == (PDF, "application/pdf")
    assert content.headers["Content-Disposition"].startswith("attachment")
    for query in ("", "?title=x&role=poem", f"?title={'x' * 121}", "?title=x&more=1"):
        wrong = client.post(f"{path}{query}", data=PDF, headers=manager)
        assert (wrong.status_code, "errors" in wrong.json) == (422, True), query
    assert client.post(f"{path}?title=x", data=b"MZ\x90", headers=manager).json["refusals"][0]["code"] == "file_kind"
    assert client.delete(paper, headers=manager).status_code == 204
    assert client.get(paper, headers=member).status_code == 404


def test_a_table_is_looked_at_before_it_is_written(lab: Lab) -> None:
    client, manager = lab.client(), lab.token(lab.cast.fabmanager)
    before = client.get("/api/v1/resources.csv", headers=manager)
    assert (before.mimetype, b"Prusa" in before.data, b"Salle des bureaux" in before.data) == ("text/csv", True, False)
    good = "name,category,site\nNeuve,Imprimante 3D,Atelier\n"
    bad = f"{good},Imprimante 3D,Atelier\nLoin,Bureau,Bureaux\n"
    path = "/api/v1/resources.csv"

    looked = client.post(f"{path}?dry_run=true", data=bad.encode(), headers=manager).json
    assert (looked["written"], looked["added"], looked["bad_lines"]) == (False, 1, 2)
    assert [item["line"] for item in looked["troubles"]] == [3, 4]
    refused = client.post(path, data=bad.encode(), headers=manager)
    assert (refused.status_code, [item["field"] for item in refused.json["errors"]]) == (422, ["line 3", "line 4"])
    assert client.get(path, headers=manager).data == before.data

    written = client.post(f"{path}?skip_bad_lines=true", data=bad.encode(), headers=manager).json
    assert (written["written"], written["added"], written["bad_lines"]) == (True, 1, 2)
    lab.session.rollback()
    assert lab.session.query(Resource).filter_by(name="Neuve").count() == 1
    lab.session.rollback()
    again = client.post(path, data=client.get(path, headers=manager).data, headers=manager).json
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 4)
    for junk, status in ((b"", 422), (b"\x00", 422), (b"a,b\n", 422), (b"x" * 2_000_001, 413)):
        assert client.post(path, data=junk, headers=manager).status_code == status
    assert client.post(f"{path}?dry_run=perhaps", data=good.encode(), headers=manager).status_code == 422


def test_tables_of_people_are_looked_at_before_they_are_written(lab: Lab) -> None:
    client, admin = lab.client(), lab.token(lab.cast.admin)
    for kind, lines in (("members", 7), ("memberships", 0), ("organisations", 0), ("certificates", 2)):
        path = f"/api/v1/{kind}.csv"
        before = client.get(path, headers=admin)
        assert (before.mimetype, len(before.text.splitlines())) == ("text/csv", lines + 1)
        again = client.post(path, data=before.data, headers=admin)
        if lines:
            assert (again.json["added"], again.json["changed"], again.json["unchanged"]) == (0, 0, lines), kind
    path, bad = "/api/v1/members.csv", b"name,email\nZoe,zoe@test.example\nTrainer,nowhere\n"
    looked = client.post(f"{path}?dry_run=true", data=bad, headers=admin).json
    assert (looked["written"], looked["added"], looked["bad_lines"]) == (False, 1, 1)
    assert (looked["troubles"][0]["line"], looked["troubles"][0]["column"]) == (3, "email")
    refused = client.post(path, data=bad, headers=admin)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "line 3, email")
    written = client.post(f"{path}?skip_bad_lines=true&add_anyway=true", data=bad, headers=admin).json
    assert (written["written"], written["added"], written["remarks"]) == (True, 1, [])
    for junk, status in ((b"", 422), (b"PK\x03\x04x", 422), (b"a,b\n", 422), (b"x" * 2_000_001, 413)):
        assert client.post(path, data=junk, headers=admin).status_code == status
    assert client.get(f"{path}?q=zoe", headers=admin).text.count("\n") == 2
