"""Programs list and end their owner's sign-ins, and the accounts elsewhere that let them in."""

from datetime import UTC, datetime

from fablab.core.db import transaction
from fablab.members import identities, queries
from fablab.members.identities import Claims
from tests.conftest import Lab


def test_a_program_ends_its_owners_sign_ins_and_nobody_elses(lab: Lab) -> None:
    lab.signed_in(lab.cast.maker)
    lab.signed_in(lab.cast.student)
    api, headers = lab.client(), lab.token(lab.cast.maker)

    (shown,) = api.get("/api/v1/me/sign-ins", headers=headers).json["items"]
    others = api.get("/api/v1/me/sign-ins", headers=lab.token(lab.cast.student)).json["items"]

    assert set(shown) == {"id", "device", "how", "began_at", "last_seen_at"}
    assert api.delete(f"/api/v1/me/sign-ins/{others[0]['id']}", headers=headers).status_code == 404
    for _ in range(2):
        assert api.delete(f"/api/v1/me/sign-ins/{shown['id']}", headers=headers).status_code == 204
    assert api.get("/api/v1/me/sign-ins", headers=headers).json == {"items": [], "next": None}


def test_a_program_unlinks_accounts_but_the_only_way_in(lab: Lab) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        queries.member(session, lab.cast.maker).password_hash = None
        for subject in "12":
            identities.link(session, lab.cast.maker, Claims(issuer="https://id.example", subject=subject), now)
    api, headers = lab.client(), lab.token(lab.cast.maker)

    first, second = api.get("/api/v1/me/identities", headers=headers).json["items"]

    assert set(first) == {"id", "issuer", "linked_at", "last_used_at"}, "the subject is the provider's secret of them"
    assert api.delete(f"/api/v1/me/identities/{first['id']}", headers=lab.token(lab.cast.admin)).status_code == 404
    assert api.delete(f"/api/v1/me/identities/{first['id']}", headers=headers).status_code == 204
    refused = api.delete(f"/api/v1/me/identities/{second['id']}", headers=headers)
    assert (refused.status_code, refused.json["refusals"][0]["code"]) == (422, "only_way_in")
