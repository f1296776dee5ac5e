"""What an adapter is: the contract, its settings, and tools to write one with."""

from vidiom.provider.answers import (
    decode,
    error_text,
    read_part,
    readable,
    readable_delivery,
    remote_url,
    submitted_url,
)
from vidiom.provider.capabilities import Capability, capabilities, supports, unsupported
from vidiom.provider.contract import NoOptions, Provider, ProviderOptions
from vidiom.provider.json_api import JsonApi
from vidiom.provider.settings import ProviderSettings

__all__ = [
    "Capability",
    "JsonApi",
    "NoOptions",
    "Provider",
    "ProviderOptions",
    "ProviderSettings",
    "capabilities",
    "decode",
    "error_text",
    "read_part",
    "readable",
    "readable_delivery",
    "remote_url",
    "submitted_url",
    "supports",
    "unsupported",
]
