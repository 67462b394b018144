"""A table is no way around what a form refuses."""

from fablab.core.db import transaction
from fablab.members import queries
from fablab.members.models import Role
from fablab.members.services import grant_role
from tests.conftest import Lab


def test_a_table_changes_no_address_of_somebody_with_a_role(lab: Lab) -> None:
    with transaction() as session:
        for name in ("maker", "newcomer"):
            queries.member(session, getattr(lab.cast, name)).home_site_id = lab.cast.workshop
        grant_role(session, queries.member(session, lab.cast.newcomer), Role.HOST, site_id=lab.cast.workshop)
    text = f"number;name;email\n{lab.cast.newcomer};Newcomer;mine@test.example\n".encode()
    manager = lab.token(lab.cast.fabmanager)

    refused = lab.client().post("/api/v1/members.csv?dry_run=true", data=text, content_type="text/csv", headers=manager)
    plain = text.replace(str(lab.cast.newcomer).encode(), str(lab.cast.maker).encode(), 1).replace(
        b"Newcomer", b"Maker"
    )
    allowed = lab.client().post("/api/v1/members.csv", data=plain, content_type="text/csv", headers=manager)

    assert [item["column"] for item in refused.json["troubles"]] == ["email"], refused.json
    assert queries.member(lab.session, lab.cast.newcomer).email == "newcomer@test.example"
    assert allowed.json["changed"] == 1, allowed.json
