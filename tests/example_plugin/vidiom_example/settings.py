"""What an account at Example is configured with."""

from __future__ import annotations

from vidiom.provider import ProviderSettings

__all__ = ["ExampleSettings"]


class ExampleSettings(ProviderSettings):
    """``VIDIOM_EXAMPLE_API_KEY``, ``VIDIOM_EXAMPLE_BASE_URL`` and what every provider has."""

    base_url: str = "https://api.example"
    """Where the API is."""
