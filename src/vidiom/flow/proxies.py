"""Which proxy the environment names for which addresses."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.request import getproxies

__all__ = ["environment_proxies"]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def environment_proxies() -> dict[str, str | None]:
    """Proxy by URL pattern, from ``HTTPS_PROXY`` and its like; ``None`` is a direct connection."""
    named = getproxies()
    found: dict[str, str | None] = {}
    for scheme in ("http", "https", "all"):
        proxy = named.get(scheme)
        if proxy:
            found[f"{scheme}://"] = proxy if "://" in proxy else f"http://{proxy}"
    if not found:
        return {}
    hosts = [host.strip() for host in named.get("no", "").split(",")]
    if "*" in hosts:
        return {}
    return found | {_pattern(host): None for host in (*_LOOPBACK, *hosts) if host}


def _pattern(host: str) -> str:
    if "://" in host:
        return host
    try:
        address = ip_address(host)
    except ValueError:
        return f"all://{host}" if host == "localhost" else f"all://*{host}"
    return f"all://[{host}]" if address.version == 6 else f"all://{host}"  # noqa: PLR2004
