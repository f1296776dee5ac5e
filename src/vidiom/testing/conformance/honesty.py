"""Checks of what a provider says of itself: what is declared is there, what is not says so."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from vidiom.errors import ConfigurationError, InvalidMedia, UnsupportedOperation
from vidiom.provider.capabilities import capabilities, supports
from vidiom.provider.contract import MediaSort, ProviderOptions, Standing
from vidiom.provider.emulation import EmulatorOptions
from vidiom.provider.settings import ProviderSettings
from vidiom.schema.features import Feature
from vidiom.testing.conformance.conversation import conversation_of, replayed, stubborn
from vidiom.testing.conformance.subject import Subject
from vidiom.testing.scripted import answer, play
from vidiom.webhooks.scheme import SignatureScheme, Unsigned

__all__ = ["HonestyChecks"]


class HonestyChecks(Subject):
    """Declarations."""

    def test_the_declarations_are_complete(self) -> None:
        """Names, sorts of media, features, settings, options and signature."""
        kind = self.provider
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", kind.name)
        assert kind.title.strip()
        assert kind.version.strip()
        assert kind.standing in get_args(Standing)
        assert kind.media
        assert kind.media <= set(get_args(MediaSort))
        assert issubclass(kind.settings_type, ProviderSettings)
        assert issubclass(kind.options_type, ProviderOptions)
        assert isinstance(kind.signature, (SignatureScheme, Unsigned))

    def test_there_is_something_to_ask_for(self) -> None:
        """Every feature is one of vidiom's, and says how it is expressed to the vendor."""
        assert self.provider.features
        for feature, words in self.provider.features.items():
            assert isinstance(feature, Feature)
            assert words.strip(), feature
        assert self.provider.default_features <= self.provider.features.keys()

    def test_what_is_not_offered_says_so_and_why(self) -> None:
        """Calling it raises ``UnsupportedOperation`` with the reason."""
        adapter = conversation_of(type(self), "sync").adapter()
        for capability in capabilities(self.provider).values():
            if capability.supported:
                continue
            operation = getattr(adapter, capability.operation)
            with pytest.raises(UnsupportedOperation) as raised:
                play(operation(None, None), stubborn(lambda _: answer()))
            assert raised.value.provider == self.provider.name
            assert raised.value.operation == capability.operation
            assert capability.reason
            assert capability.reason in str(raised.value)

    def test_a_look_up_says_by_what_it_looks(self) -> None:
        """``correlation_field`` names where our id stands; without a look-up nothing is proven."""
        looks_up = supports(self.provider, "find") or supports(self.provider, "find_many")
        if looks_up:
            assert (self.provider.correlation_field or "").strip()
        else:
            assert not self.provider.listing_complete

    def test_what_is_offered_is_really_there(self) -> None:
        """Every operation that is not declared unsupported took part in the conversation."""
        talk = conversation_of(type(self), "sync")
        done = {act.operation for act in talk.acts} | {"normalize"}
        done |= {"read_delivery"} if self.deliveries() else set()
        done |= {"normalize_batch"} if any(reading.batch for reading in talk.readings) else set()
        if supports(self.provider, "emulator"):
            assert callable(talk.adapter().emulator(EmulatorOptions(api_key="any")))
            done.add("emulator")
        done |= {"galleries"} if talk.of("list_galleries") else set()
        done |= {"proposals"} if self.openapi() is not None else set()
        offered = {name for name, one in capabilities(self.provider).items() if one.supported}
        if not self.provider.media & {"file", "bytes"}:
            offered.discard("upload")
        assert offered <= done, f"never used: {sorted(offered - done)}"

    def test_settings_that_are_proposed_exist(self) -> None:
        """What the vendor's own description leads to can be set, and then nothing more is said."""
        described = self.openapi()
        if described is None:
            assert not supports(self.provider, "proposals")
            return
        proposed = self.provider(self.provider.settings_type()).proposals(described)
        values = {one.setting: one.value for one in proposed}
        adapter = self.provider(self.provider.settings_type.model_validate(values))
        assert adapter.proposals(described) == ()

    def test_batches_are_read_where_they_are_taken(self) -> None:
        """``"batch"`` in ``media`` goes with ``normalize_batch``."""
        reads = capabilities(self.provider)["normalize_batch"].supported
        assert reads == ("batch" in self.provider.media)

    def test_media_that_is_not_taken_is_refused_before_anything_is_sent(self) -> None:
        """The client refuses the sorts that ``media`` does not name; the message lists them."""
        # The suite sits above the clients, but most of it works without them.
        from vidiom.client.ordering import make_order  # noqa: PLC0415
        from vidiom.jobs.memory import MemoryStore  # noqa: PLC0415
        from vidiom.schema.media import UrlMedia  # noqa: PLC0415

        if "url" in self.provider.media:
            return
        adapter = conversation_of(type(self), "sync").adapter()
        with pytest.raises(InvalidMedia, match=self.provider.name):
            make_order(adapter, UrlMedia(url="https://a.example/b"), {}, MemoryStore().archive)

    def test_without_a_key_nothing_is_sent(self) -> None:
        """The error names the variable to set; reading archived answers needs no key."""
        talk = conversation_of(type(self), "sync")
        if not self.needs_key:
            return
        for act in talk.acts:
            if any(act.sends()):
                with pytest.raises(ConfigurationError, match="VIDIOM_"):
                    replayed(act, talk.adapter(None), 0, stubborn(lambda _: answer()))
