"""What a password must be, and how it is kept."""

import pytest

from fablab.members import passwords


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("short", {"password_short"}),
        ("aaaaaaaaaaaa", {"password_weak"}),
        ("aaa", {"password_short", "password_weak"}),
        ("Zoé Lefèvre", {"password_weak"}),
        ("ZOE.LEFEVRE@test.example", {"password_weak"}),
        ("zoe.lefevre", {"password_weak"}),
        ("long enough " * 20, {"password_long"}),
        ("correct horse battery", set()),
        ("mot de passe à accents €", set()),
    ],
)
def test_every_reason_against_a_password_is_told(password: str, codes: set[str]) -> None:
    found = passwords.check(password, email="zoe.lefevre@test.example", name="Zoé Lefèvre")

    assert {refusal.code for refusal in found} == codes


def test_only_the_right_password_matches_and_it_is_kept_as_argon2id_with_salt() -> None:
    one, other = passwords.hash_password("correct horse battery"), passwords.hash_password("correct horse battery")

    assert one != other
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(one, "correct horse battery")
    assert not passwords.matches(one, "correct horse batterY")
    assert not passwords.matches(one, "")


def test_where_no_password_was_kept_none_matches() -> None:
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("damaged", "correct horse battery")
