"""The registry: lazy, and unimpressed by a broken plugin."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, EntryPoint, PathDistribution
from pathlib import Path
from textwrap import dedent, indent

import pytest

from vidiom.errors import PluginError, UnknownProvider
from vidiom.plugins.registry import Registry

Install = Callable[..., EntryPoint]

GOOD = """
from vidiom_example.provider import ExampleProvider
from vidiom.plugins import hookimpl

class Good(ExampleProvider):
    name = "{name}"

@hookimpl
def vidiom_provider():
    return Good
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Writes a module of this source and gives its entry point, owned by a distribution."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def installed(
        name: str, source: str, *, attribute: str = "", owner: str | None = None, module: str = ""
    ) -> EntryPoint:
        module = module or f"plugin_{name}_{len(list(tmp_path.iterdir()))}"
        (tmp_path / f"{module}.py").write_text(dedent(source))
        entry = EntryPoint(name, f"{module}{attribute}", "vidiom")
        if owner is None:
            return entry
        folder = tmp_path / f"{owner}-1.0.dist-info"
        folder.mkdir(exist_ok=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {owner}\nVersion: 1.0\n")
        distribution: Distribution = PathDistribution(folder)
        vars(entry).update(dist=distribution)
        return entry

    yield installed
    for name in set(sys.modules) - before:
        if name.startswith("plugin_"):
            del sys.modules[name]


BROKEN = {
    "raises while it is imported": ("raise RuntimeError('boom')", "raised RuntimeError: boom"),
    "imports what is not there": ("import no_such_module_at_all", "ModuleNotFoundError"),
    "is no python": ("def (:", "SyntaxError"),
    "ends the program": ("raise SystemExit(3)", "SystemExit"),
    "has no hook": ("x = 1", "implements no hook 'vidiom_provider'"),
    "forgets the mark": (
        "def vidiom_provider(): return None",
        "implements no hook 'vidiom_provider'",
    ),
    "misspells the hook": (
        "from vidiom.plugins import hookimpl\n@hookimpl\ndef vidiom_providers(): return None",
        "misspelt or has wrong arguments",
    ),
    "wants arguments": (
        "from vidiom.plugins import hookimpl\n@hookimpl\ndef vidiom_provider(client): return None",
        "misspelt or has wrong arguments",
    ),
    "returns an instance": (
        "from vidiom.plugins import hookimpl\n@hookimpl\ndef vidiom_provider(): return 'example'",
        "returns no subclass of vidiom.provider.Provider",
    ),
    "returns another class": (
        "from vidiom.plugins import hookimpl\n@hookimpl\ndef vidiom_provider(): return int",
        "returns no subclass of vidiom.provider.Provider",
    ),
    "has a hook that fails": (
        "from vidiom.plugins import hookimpl\n@hookimpl\ndef vidiom_provider(): return 1 / 0",
        "the hook of .* raised ZeroDivisionError",
    ),
    "returns an abstract class": (
        """
        from vidiom.plugins import hookimpl
        from vidiom.provider import Provider
        class Half(Provider):
            name = "broken"
            def submit(self, order): ...
        @hookimpl
        def vidiom_provider(): return Half
        """,
        "Half does not implement check, fetch, normalize",
    ),
    "declares too little": (
        """
        from vidiom.plugins import hookimpl
        from vidiom.provider import Provider
        class Bare(Provider):
            name = "broken"
            def submit(self, order): ...
            def check(self, job): ...
            def fetch(self, job, order): ...
            def normalize(self, raw): ...
        @hookimpl
        def vidiom_provider(): return Bare
        """,
        "Bare does not declare title, version, standing, media, features, signature",
    ),
    "has another name": (GOOD.format(name="other"), "named 'broken', the provider 'other'"),
}


@pytest.mark.parametrize("sort", BROKEN)
def test_a_plugin_is_broken_and_the_others_work(install: Install, sort: str) -> None:
    source, fault = BROKEN[sort]
    entries = [install("broken", source), install("good", GOOD.format(name="good"))]
    registry = Registry(lambda: entries)
    assert registry.get("good").name == "good"
    with pytest.raises(PluginError, match=fault) as raised:
        registry.get("broken")
    assert raised.value.provider == "broken"
    broken, good = registry.plugins()
    assert (broken.name, broken.provider) == ("broken", None)
    assert broken.fault
    assert (good.name, good.fault) == ("good", None)


def test_an_entry_point_must_name_a_module(install: Install) -> None:
    entry = install("good", GOOD.format(name="good"), attribute=":Good")
    with pytest.raises(PluginError, match="must name a module"):
        Registry(lambda: [entry]).get("good")


def test_two_distributions_of_one_name_are_both_refused(install: Install) -> None:
    entries = [
        install("good", GOOD.format(name="good"), owner="first-plugin"),
        install("good", GOOD.format(name="good"), owner="second-plugin"),
    ]
    registry = Registry(lambda: entries)
    with pytest.raises(PluginError, match="first-plugin and second-plugin both provide 'good'"):
        registry.get("good")
    assert registry.names() == ("good",)


def test_the_same_distribution_found_twice_counts_once(install: Install) -> None:
    entry = install("good", GOOD.format(name="good"), owner="first-plugin")
    plugins = Registry(lambda: [entry, entry]).plugins()
    assert [plugin.distribution for plugin in plugins] == ["first-plugin"]


def test_an_unknown_provider_is_told_what_is_installed_and_what_is_broken(
    install: Install,
) -> None:
    entries = [install("broken", "import nowhere"), install("good", GOOD.format(name="good"))]
    with pytest.raises(UnknownProvider) as raised:
        Registry(lambda: entries).get("goood")
    message = str(raised.value)
    assert "no provider 'goood' is installed. Installed: good. Broken: broken (" in message
    assert "nowhere" in message


def test_without_any_plugin_the_message_says_so() -> None:
    with pytest.raises(UnknownProvider, match=r"Installed: none\."):
        Registry(list).get("x")


def test_a_plugin_is_imported_once_and_only_when_it_is_asked_for(install: Install) -> None:
    entries = [
        install("good", GOOD.format(name="good"), module="plugin_asked_for"),
        install("other", GOOD.format(name="other"), module="plugin_left_alone"),
    ]
    registry = Registry(lambda: entries)
    assert registry.names() == ("good", "other")
    assert "plugin_asked_for" not in sys.modules
    assert registry.get("good") is registry.get("good")
    assert "plugin_asked_for" in sys.modules
    assert "plugin_left_alone" not in sys.modules


def test_a_plugin_may_ask_for_another_one_while_it_is_imported(install: Install) -> None:
    entries: list[EntryPoint] = []
    registry = Registry(lambda: entries)
    source = f"import builtins\nbuiltins.asked_registry.get('good')\n{GOOD.format(name='curious')}"
    entries += [install("good", GOOD.format(name="good")), install("curious", source)]
    import builtins

    builtins.asked_registry = registry  # type: ignore[attr-defined]
    try:
        assert registry.get("curious").name == "curious"
    finally:
        del builtins.asked_registry  # type: ignore[attr-defined]


def test_the_installed_example_is_found_by_its_entry_point() -> None:
    registry = Registry()
    assert "example" in registry.names()
    assert registry.get("example").title == "Example"


def test_importing_vidiom_and_listing_names_loads_no_plugin() -> None:
    code = """
        import sys
        import vidiom, vidiom.plugins.registry as registry
        names = registry.Registry().names()
        assert "example" in names, names
        loaded = [m for m in sys.modules if m.startswith(("vidiom_example", "vidiom_local"))]
        assert not loaded, loaded
    """
    run = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, indent(run.stderr, "  ")
