"""Where settings come from: the environment, then vidiom.toml; secrets are never arguments."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, TypedDict

from vidiom.client.callbacks import checked_base
from vidiom.errors import ConfigurationError
from vidiom.jobs.home import home_folder
from vidiom.provider.contract import Provider
from vidiom.provider.settings import load_settings

__all__ = ["Configuration", "ProviderName"]

_FILE: Final = "vidiom.toml"


class Selected(TypedDict, total=False):
    """An account in a question to the store; the default one is the empty text."""

    provider: str
    account: str


@dataclass(frozen=True)
class ProviderName:
    """A provider as callers write it: ``valossa``, or ``valossa/eu`` for a named account."""

    provider: str
    account: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The name and the account of ``provider`` or ``provider/account``."""
        provider, _, account = text.partition("/")
        return cls(provider.strip().lower(), account.strip() or None)

    def selected(self) -> Selected:
        """Exactly this account, for a question to the store."""
        return {"provider": self.provider, "account": self.account or ""}


@dataclass(frozen=True)
class Configuration:
    """The environment and the configuration file. Neither is in ``repr``: they hold secrets."""

    environment: Mapping[str, str] = field(repr=False)
    tables: Mapping[str, object] = field(default_factory=dict, repr=False)
    file: Path | None = None

    @classmethod
    def load(cls, environment: Mapping[str, str], file: Path | None = None) -> Self:
        """The configuration of ``VIDIOM_CONFIG``, else ``vidiom.toml`` in the working folder.

        Raises:
            ConfigurationError: A file was named that cannot be read, or it is no TOML.
        """
        named = file or (
            Path(environment["VIDIOM_CONFIG"]) if "VIDIOM_CONFIG" in environment else None
        )
        path = named or Path(_FILE)
        if named is None and not path.is_file():
            return cls(environment)
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path} is not valid TOML: {error}") from None
        return cls(environment, tables, path)

    @property
    def callback_url(self) -> str | None:
        """Where vendors reach our receiver: ``VIDIOM_CALLBACK_URL``, else ``callback_url``.

        Raises:
            ConfigurationError: It is no such URL.
        """
        given = self.environment.get("VIDIOM_CALLBACK_URL") or self.tables.get("callback_url")
        if not given:
            return None
        return checked_base(str(given))

    def provider(self, kind: type[Provider], account: str | None) -> Provider:
        """A provider with its settings.

        The table ``[valossa]`` holds the default account, ``[valossa.accounts.eu]`` what differs
        for a named one. Environment variables set the default account only.

        Raises:
            ConfigurationError: A value is wrong, or the account is not configured.
        """
        table = dict(self._table(self.tables, kind.name))
        accounts = self._table(table, "accounts")
        table.pop("accounts", None)
        environment = self.environment
        if account is not None:
            if account not in accounts:
                known = ", ".join(sorted(accounts)) or "none"
                raise ConfigurationError(
                    f"there is no account {account!r} ([{kind.name}.accounts.{account}] in "
                    f"{self.file or _FILE}); configured are: {known}.",
                    provider=kind.name,
                )
            table |= self._table(accounts, account)
            environment = {}
        if "home" in kind.settings_type.model_fields:
            # What a provider keeps on this machine stands where our own jobs stand.
            table.setdefault("home", home_folder(self.environment) / kind.name)
        settings = load_settings(
            kind.settings_type, kind.name, environment=environment, table=table
        )
        return kind(settings)

    def _table(self, tables: Mapping[str, object], name: str) -> Mapping[str, object]:
        table = tables.get(name, {})
        if not isinstance(table, Mapping):
            raise ConfigurationError(f"{name!r} in {self.file or _FILE} must be a table.")
        return table
