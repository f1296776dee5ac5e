"""Settings of providers: from the environment or a table, typed, and silent about secrets."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from vidiom.errors import ConfigurationError
from vidiom.provider import ProviderSettings
from vidiom.provider.settings import environment_name, load_settings

SECRET = "s3cr3t-of-the-account"


class Own(ProviderSettings):
    base_url: str = "https://api.example"
    regions: tuple[str, ...] = ()
    limits: dict[str, int] | None = None
    depth: int = 1


def loaded(environment: dict[str, str] | None = None, table: dict[str, Any] | None = None) -> Own:
    return load_settings(Own, "my-vendor", environment=environment or {}, table=table)


def test_without_anything_the_defaults_hold() -> None:
    settings = loaded()
    assert settings.api_key is None
    assert (settings.base_url, settings.settle_seconds) == ("https://api.example", 120.0)


def test_a_field_is_read_from_its_variable() -> None:
    assert environment_name("my-vendor", "base_url") == "VIDIOM_MY_VENDOR_BASE_URL"
    settings = loaded({"VIDIOM_MY_VENDOR_API_KEY": SECRET, "VIDIOM_MY_VENDOR_DEPTH": "3"})
    assert settings.api_key == SecretStr(SECRET)
    assert settings.depth == 3


def test_the_environment_wins_over_the_table() -> None:
    table = {"depth": 1, "base_url": "https://table.example"}
    settings = loaded({"VIDIOM_MY_VENDOR_DEPTH": "2"}, table)
    assert (settings.depth, settings.base_url) == (2, "https://table.example")


def test_another_providers_variables_do_not_count() -> None:
    assert loaded({"VIDIOM_OTHER_API_KEY": SECRET}).api_key is None


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_a_variable_set_to_nothing_counts_as_not_set(empty: str) -> None:
    settings = loaded({"VIDIOM_MY_VENDOR_API_KEY": empty}, {"depth": 4})
    assert settings.api_key is None
    with pytest.raises(ConfigurationError, match="set VIDIOM_MY_VENDOR_API_KEY"):
        settings.required_key("my-vendor")


def test_a_line_end_after_the_key_is_no_part_of_it() -> None:
    assert loaded({"VIDIOM_MY_VENDOR_API_KEY": f"{SECRET}\n"}).required_key("x") == SECRET


def test_several_webhook_secrets_are_separated_by_spaces() -> None:
    settings = loaded({"VIDIOM_MY_VENDOR_WEBHOOK_SECRET": "new  old"})
    assert settings.webhook_secrets == (SecretStr("new"), SecretStr("old"))


@pytest.mark.parametrize(
    "table",
    [
        {"webhook_secret": "new old"},
        {"webhook_secret": ["new", "old"]},
        {"webhook_secrets": ["new", "old"]},
        {"webhook_secrets": "new old"},
    ],
)
def test_webhook_secrets_in_a_table_are_text_or_a_list(table: dict[str, Any]) -> None:
    assert loaded(table=table).webhook_secrets == (SecretStr("new"), SecretStr("old"))


def test_containers_are_json_in_the_environment() -> None:
    settings = loaded(
        {"VIDIOM_MY_VENDOR_REGIONS": '["eu","us"]', "VIDIOM_MY_VENDOR_LIMITS": '{"a": 1}'}
    )
    assert settings.regions == ("eu", "us")
    assert settings.limits == {"a": 1}


def test_a_wrong_value_names_the_variable_and_not_the_value() -> None:
    with pytest.raises(ConfigurationError) as raised:
        loaded({"VIDIOM_MY_VENDOR_DEPTH": SECRET})
    message = str(raised.value)
    assert "VIDIOM_MY_VENDOR_DEPTH (or 'depth' of [my-vendor] in vidiom.toml)" in message
    assert "integer" in message
    assert SECRET not in f"{message}{raised.value!r}"
    assert raised.value.__cause__ is None


def test_a_misspelt_key_of_the_table_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"'api_kye' of \[my-vendor\]") as raised:
        loaded(table={"api_kye": SECRET})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("field", ["settle_seconds", "poll_seconds"])
def test_times_are_not_negative(field: str) -> None:
    with pytest.raises(ConfigurationError, match=field):
        loaded(table={field: -1})


def test_secrets_are_not_shown() -> None:
    settings = loaded(table={"api_key": SECRET, "webhook_secret": SECRET})
    assert SECRET not in f"{settings!r}{settings!s}{settings.model_dump_json()}"
