"""Named accounts, and configuration files that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.client.fake_vendor import FakeRegistry, FakeSettings

import vidiom
from vidiom.errors import (
    ConfigurationError,
)

URL = "https://media.example/clip.mp4"


def test_a_named_account_comes_from_the_file(
    store: vidiom.MemoryStore, registry: FakeRegistry, tmp_path: Path
) -> None:
    file = tmp_path / "vidiom.toml"
    file.write_text(
        '[fake]\nbase_url = "https://a.example"\npoll_seconds = 1\n'
        '[fake.accounts.eu]\nbase_url = "https://eu.example"\n'
    )
    with vidiom.Client(store=store, registry=registry, environment={}, config=file) as client:
        operations = client._operations
        default, eu = (operations.provider("fake", account).settings for account in (None, "eu"))
        assert isinstance(default, FakeSettings)
        assert isinstance(eu, FakeSettings)
        assert default.base_url == "https://a.example"
        assert (eu.base_url, eu.poll_seconds) == ("https://eu.example", 1.0)
        job = client.submit("fake/eu", URL)
        assert job.account == "eu"
        with pytest.raises(ConfigurationError, match=r"no account 'us'.*configured are: eu"):
            client.submit("fake/us", URL)


def test_a_broken_configuration_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "vidiom.toml"
    file.write_text("not toml")
    with pytest.raises(ConfigurationError, match=r"vidiom\.toml is not valid TOML"):
        vidiom.Client(config=file)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        vidiom.Client(environment={"VIDIOM_CONFIG": str(tmp_path / "missing.toml")})
