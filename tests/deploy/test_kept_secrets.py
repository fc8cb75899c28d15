"""Passwords are made once, kept for their owner only, and never written down when the operator gives them."""

from pathlib import Path

import pytest

from deploy.kept_secrets import keep_secrets
from deploy.trouble import Trouble


def test_secrets_are_made_once_and_kept_for_their_owner_only(tmp_path: Path) -> None:
    first = keep_secrets(tmp_path / "secrets.json")

    assert keep_secrets(tmp_path / "secrets.json") == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(first) == len(set(first.values())) == 8
    assert all(len(secret) >= 32 for secret in first.values())


def test_a_secret_given_by_the_environment_is_used_and_not_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLL_APP_PASSWORD", "from the operator's vault")

    assert keep_secrets(tmp_path / "secrets.json")["roll_app_password"] == "from the operator's vault"
    assert "vault" not in (tmp_path / "secrets.json").read_text()


@pytest.mark.parametrize("text", ["", "{", "[1]", "7"])
def test_a_file_that_holds_no_secrets_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(Trouble, match=r"secrets\.json holds no secrets"):
        keep_secrets(tmp_path / "secrets.json")
