"""Settings as data: presets, addresses, and what does not fit together."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.providers.generic.playing import adapter, video_order

from vidiom.errors import ConfigurationError
from vidiom.provider.settings import load_settings
from vidiom.testing import answer, play
from vidiom.testing.scripted import in_turn
from vidiom_generic.provider import GenericProvider
from vidiom_generic.settings import PRESETS, GenericSettings


def test_the_presets_are_those_of_the_two_versions() -> None:
    assert set(PRESETS) == {"noxo-0.1", "noxo-0.2"}
    old, new = (GenericSettings.model_validate({"preset": name}) for name in sorted(PRESETS))
    assert (old.video_form, old.webhooks) == ("never", "none")
    assert (new.video_form, new.webhooks) == ("with-webhook", "json-part")
    assert new == GenericSettings()


def test_what_is_set_wins_over_the_preset() -> None:
    settings = GenericSettings.model_validate({"preset": "noxo-0.1", "webhooks": "dotted"})
    assert (settings.video_form, settings.webhooks) == ("never", "dotted")


@pytest.mark.parametrize("preset", ["noxo-0.3", 7, None, ["noxo-0.1"]])
def test_there_are_no_other_presets(preset: object) -> None:
    with pytest.raises(ValidationError, match="preset"):
        GenericSettings.model_validate({"preset": preset})


@pytest.mark.parametrize(
    "address",
    ["https://a.example", "https://a.example:8443/v2", "http://127.0.0.1:8765", "http://[::1]:1"],
)
def test_an_address_is_https_or_this_machines(address: str) -> None:
    assert GenericSettings.model_validate({"base_url": address}).base_url == address


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example",
        "http://10.0.0.1",
        "ftp://a.example",
        "a.example",
        "https://user:pass@a.example",
        "https://a.example/?key=1",
        "https://a.example:port",
        "https://[",
    ],
)
def test_no_other_address_is_taken_and_none_is_repeated_in_the_error(address: str) -> None:
    for values in ({"base_url": address}, {"trusted_origins": [address]}):
        with pytest.raises(ValidationError) as raised:
            GenericSettings.model_validate(values)
        assert address not in str(raised.value)


@pytest.mark.parametrize(
    "values",
    [
        {"video_result_path": "/result"},
        {"image_result_path": "/result/{id}"},
        {"latency_path": "/latency"},
        {"signature_message": "{timestamp}"},
        {"key_name": "X API Key"},
        {"key_name": "X\r\nInjected"},
        {"webhook_key": 'a"b'},
        {"states": {"ready": "almost"}},
        {"shortest_poll_seconds": 40},
        {"poll_growth": 0.5},
        {"images_per_job": 0},
        {"unknown": 1},
    ],
)
def test_what_cannot_work_is_refused_when_it_is_read(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        GenericSettings.model_validate(values)


def test_settings_come_from_the_environment_as_text_and_json() -> None:
    environment = {
        "VIDIOM_GENERIC_BASE_URL": "https://a.example",
        "VIDIOM_GENERIC_API_KEY": "k",
        "VIDIOM_GENERIC_KEY_PREFIX": "Bearer ",
        "VIDIOM_GENERIC_STATES": '{"ready": "succeeded"}',
        "VIDIOM_GENERIC_TRUSTED_ORIGINS": '["https://b.example"]',
        "VIDIOM_GENERIC_SIGNATURE_PREFIXES": '["v1="]',
        "VIDIOM_GENERIC_PRESET": "noxo-0.1",
    }
    settings = load_settings(GenericSettings, "generic", environment=environment)
    assert settings.states == {"ready": "succeeded"}
    assert settings.trusted_origins == ("https://b.example",)
    assert settings.signature_prefixes == ("v1=",)
    assert (settings.key_prefix, settings.webhooks) == ("Bearer", "none")


def test_without_an_address_nothing_is_sent_and_the_variable_is_named() -> None:
    provider = GenericProvider(GenericSettings.model_validate({"api_key": "k"}))
    with pytest.raises(ConfigurationError, match="VIDIOM_GENERIC_BASE_URL"):
        play(provider.submit(video_order()), in_turn(answer(202)))


def test_latency_may_be_asked_for_in_the_query() -> None:
    provider = adapter(latency_path="/latency?of={media_type}")
    body = b'{"media_type": "image", "unit": "image", "latency_ms_per_unit": 95}'
    latency = play(provider.latency("image"), in_turn(answer(200, body)))
    assert (latency.unit, latency.milliseconds_per_unit) == ("image", 95.0)
    assert latency.seconds_for(20) == 1.9
