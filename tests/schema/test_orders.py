"""Orders: kept as JSON, with secrets only where they are needed again."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import SecretStr, ValidationError

from vidiom.errors import UnknownFeature
from vidiom.schema.features import Feature, parse_features
from vidiom.schema.media import BytesMedia, UrlMedia
from vidiom.schema.orders import WITH_SECRETS, Callback, Order, UploadedMedia

SECRET = "s3cr3t-4711"
ORDER = Order(
    correlation="c-1",
    media=UrlMedia(url=f"https://example.com/a.mp4?sig={SECRET}"),
    uploaded=UploadedMedia(url=f"upload://{SECRET}"),
    features=frozenset({Feature.TEXT, Feature.FACES, Feature.SHOTS}),
    callback=Callback(url=f"https://me.example/{SECRET}", secret=SecretStr(SECRET)),
)


def test_an_order_shows_none_of_its_secrets() -> None:
    assert SECRET not in repr(ORDER)
    assert SECRET not in str(ORDER)


def test_a_store_that_asks_for_secrets_gets_the_same_order_back() -> None:
    written = ORDER.model_dump_json(context=WITH_SECRETS)
    assert Order.model_validate_json(written) == ORDER


def test_a_callback_secret_is_masked_for_everybody_else() -> None:
    written = ORDER.model_dump_json(include={"callback": {"secret"}})
    assert SECRET not in written
    assert SECRET not in ORDER.model_dump_json(
        include={"callback": {"secret"}}, context=dict(WITH_SECRETS)
    )


def test_content_in_memory_survives_json() -> None:
    order = Order(correlation="c", media=BytesMedia(data=b"\xff\xfb\x00"))
    assert Order.model_validate_json(order.model_dump_json()) == order


def test_the_same_order_is_the_same_text_in_every_process() -> None:
    program = (
        "from vidiom.schema.orders import Order\n"
        "media = {'type': 'url', 'url': 'https://example.com'}\n"
        "features = ['text', 'faces', 'shots', 'speech', 'labels']\n"
        "print(Order(correlation='c', media=media, features=features).model_dump_json())"
    )
    written = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(written) == 1
    assert ORDER.model_dump(mode="json")["features"] == ["faces", "shots", "text"]


def test_an_order_needs_media() -> None:
    with pytest.raises(ValidationError, match="media"):
        Order.model_validate({"correlation": "c"})


def test_features_are_named_by_words() -> None:
    assert parse_features(["shots", Feature.TEXT]) == {Feature.SHOTS, Feature.TEXT}
    assert parse_features("shots") == {Feature.SHOTS}
    assert parse_features([]) == frozenset()


def test_an_unknown_feature_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownFeature, match="'smells', 'tastes'") as caught:
        parse_features(["tastes", "shots", "smells"])
    for feature in Feature:
        assert feature.value in str(caught.value)
