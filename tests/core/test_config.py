"""The deployment's settings: where they come from, and what is said of bad ones."""

import stat
from pathlib import Path

import pytest

from fablab.core.config import BadConfig, load_config


def write(instance: Path, text: str) -> Path:
    (instance / "fablab.toml").write_text(text, encoding="utf-8")
    return instance


def test_without_any_setting_everything_lies_in_the_instance_folder(tmp_path: Path) -> None:
    config = load_config(tmp_path / "new")

    assert config.database_url == f"sqlite:///{tmp_path}/new/fablab.sqlite"
    assert (tmp_path / "new" / "secret.key").exists()
    assert not config.secure_cookies


def test_the_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first, second = load_config(tmp_path), load_config(tmp_path)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert load_config(tmp_path / "another").secret_key != first.secret_key


def test_a_secret_key_that_was_cut_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("abc\n")

    with pytest.raises(BadConfig, match=r"secret\.key holds no usable secret key"):
        load_config(tmp_path)


def test_the_environment_goes_before_the_file_and_an_argument_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'lab_name = "file"\nmail_from = "file@lab.example"\npublic_url = "https://file.example/"\n')
    monkeypatch.setenv("FABLAB_LAB_NAME", "environment")
    monkeypatch.setenv("FABLAB_MAIL_FROM", "environment@lab.example")

    config = load_config(tmp_path, lab_name="argument")

    assert (config.lab_name, config.mail_from) == ("argument", "environment@lab.example")
    assert config.public_url == "https://file.example"
    assert config.secure_cookies


def test_numbers_and_networks_are_understood_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FABLAB_POLL_SECONDS", "0.5")
    monkeypatch.setenv("FABLAB_TRUSTED_PROXIES", "2")
    monkeypatch.setenv("FABLAB_PRINTER_NETWORKS", "10.1.0.0/16, 127.0.0.1")

    config = load_config(tmp_path)

    assert (config.poll_seconds, config.trusted_proxies) == (0.5, 2)
    assert config.printer_networks == ("10.1.0.0/16", "127.0.0.1")


def test_an_unknown_setting_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"unknown setting poll_second; the settings are .*poll_seconds"):
        load_config(write(tmp_path, "poll_second = 5\n"))


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"fablab\.toml is not valid TOML"):
        load_config(write(tmp_path, "poll_seconds = = 5\n"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("poll_seconds", "fast"),
        ("poll_seconds", "0"),
        ("poll_seconds", "nan"),
        ("stale_after_seconds", "inf"),
        ("machine_timeout_seconds", "-1"),
        ("trusted_proxies", "some"),
        ("trusted_proxies", "-1"),
        ("printer_networks", "10.0.0.0/33"),
        ("printer_networks", "printer.local"),
        ("public_url", "lab.example.org"),
        ("public_url", "ftp://lab.example.org"),
        ("smtp_url", "mail.example.org"),
        ("smtp_url", "smtp://mail.example.org:port"),
        ("mail_from", "FabLab"),
        ("database_url", "mysql://lab@localhost/lab"),
    ],
)
def test_a_bad_value_is_refused_and_its_setting_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"FABLAB_{name.upper()}", value)

    with pytest.raises(BadConfig, match=f"^{name} cannot be "):
        load_config(tmp_path)


@pytest.mark.parametrize("name", ["database_url", "smtp_url"])
def test_a_password_in_a_bad_address_is_not_repeated(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadConfig) as bad:
        load_config(tmp_path, **{name: "nonsense://lab:hunter2@localhost:port/lab"})

    assert "hunter2" not in str(bad.value)


OIDC = """
[oidc.school]
issuer = "https://id.school.example/realms/lab"
client_id = "fablab"
client_secret = "hush-hush"
"""


def test_providers_are_tables_and_their_secrets_are_never_shown(tmp_path: Path) -> None:
    more = '[oidc.work]\nissuer = "http://127.0.0.1:9"\nclient_id = "a"\nclient_secret = "b"\n'
    config = load_config(write(tmp_path, OIDC + more + 'label = "Work & Co"\nscopes = ["openid", "email"]\n'))

    school, work = config.oidc
    assert (school.name, school.label, school.scopes) == ("school", "School", "openid email profile")
    assert (work.name, work.label, work.scopes) == ("work", "Work & Co", "openid email")
    assert "hush-hush" not in repr(config.oidc)
    assert load_config(tmp_path / "none").oidc == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("https://id", "http://id"), "issuer must be an address"),
        (("https://id", "https://me:hush-hush@id"), "issuer must be an address"),
        (("realms/lab", "realms/lab?x=hush-hush"), "issuer must be an address"),
        (('client_secret = "hush-hush"', ""), "needs client_secret"),
        (('"fablab"', "12"), "needs client_id"),
        (("client_id", "client-id"), "unknown key client-id"),
        (("oidc.school", 'oidc."../x"'), "needs a short name"),
        (("[oidc.school]", '[oidc.school]\nscopes = "email"'), "openid"),
        (("[oidc.school]", "[oidc.school]\nlabel = 3"), "needs label"),
        (("[oidc.school]", "oidc = 'hush-hush'\n[x]"), "unknown setting"),
        (("[oidc.school]", "[oidc.other]" + OIDC.replace("[oidc.school]", "") + "[oidc.school]"), "the same issuer"),
    ],
)
def test_a_provider_that_cannot_be_used_is_named_without_its_secret(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(BadConfig) as raised:
        load_config(write(tmp_path, OIDC.replace(*change)))

    assert said in str(raised.value)
    assert "hush-hush" not in f"{raised.value} {raised.value.__cause__}"
