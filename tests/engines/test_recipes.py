"""The recipes for schedulers of others run, against stand-ins for what is not installed."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Self

import pytest

import vidiom

PAGE = Path(__file__).parents[2] / "docs/how-to/steps-in-your-scheduler.md"
WAITS = [2.0, 5000.0, None]


def recipe(title: str) -> str:
    """The code below a heading."""
    _, _, text = PAGE.read_text().partition(f"## {title}\n")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


class FakeClient:
    """A client whose one job takes three steps."""

    asked: list[str]
    waits: list[float | None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def advance(self, job_id: str) -> SimpleNamespace:
        self.asked.append(job_id)
        return SimpleNamespace(again_after=self.waits.pop(0))

    def list(self, *, states: list[str]) -> list[SimpleNamespace]:
        for state in states:
            vidiom.JobState(state)
        return [SimpleNamespace(id="left behind")]

    def enqueue(self, provider: str, media: str, *, features: set[str]) -> SimpleNamespace:
        return SimpleNamespace(id=f"{provider} {media}")

    def result(self, job_id: str) -> SimpleNamespace:
        return SimpleNamespace(to_json=lambda: f"result of {job_id}")


class FakeAsyncClient(FakeClient):
    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def advance(self, job_id: str) -> SimpleNamespace:  # type: ignore[override]
        return super().advance(job_id)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> type[FakeClient]:
    for kind in (FakeClient, FakeAsyncClient):
        monkeypatch.setattr(vidiom, kind.__name__.removeprefix("Fake"), kind)
    FakeClient.asked, FakeClient.waits = [], list(WAITS)
    return FakeClient


@contextmanager
def installed(monkeypatch: pytest.MonkeyPatch, **modules: dict[str, object]) -> Iterator[None]:
    """As if these were there; ``__`` in a name is a dot."""
    with monkeypatch.context() as patch:
        for name, content in modules.items():
            module = ModuleType(name.replace("__", "."))
            vars(module).update(content)
            patch.setitem(sys.modules, module.__name__, module)
        yield


def loaded(title: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(recipe(title), title, "exec"), namespace)  # noqa: S102 - ours
    return namespace


def test_the_methods_that_recipes_call_exist() -> None:
    for kind in (vidiom.Client, vidiom.AsyncClient):
        assert all(hasattr(kind, name) for name in ("advance", "enqueue", "list", "result"))


def test_celery(client: type[FakeClient], monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, float]] = []

    class Celery:
        def __init__(self, name: str, broker: str) -> None: ...

        def task(self, **options: object) -> Callable[[Any], Any]:
            def task(function: Any) -> Any:  # noqa: ANN401
                function.apply_async = lambda args, countdown: sent.append((*args, countdown))
                function.delay = lambda job_id: sent.append((job_id, 0))
                return function

            return task

    with installed(monkeypatch, celery={"Celery": Celery}):
        recipe_of = loaded("Celery")
        for _ in WAITS:
            recipe_of["advance"]("one")
        recipe_of["sweep"]()
    assert client.asked == ["one"] * 3
    assert sent == [("one", 2.0), ("one", 900.0), ("left behind", 0)]


def test_airflow(client: type[FakeClient], monkeypatch: pytest.MonkeyPatch) -> None:
    client.waits = [None]
    deferred: list[tuple[Any, str]] = []

    class BaseOperator:
        def __init__(self, **options: object) -> None: ...

        def defer(self, *, trigger: object, method_name: str) -> None:
            deferred.append((trigger, method_name))

    class BaseTrigger: ...

    with installed(
        monkeypatch,
        airflow={},
        airflow__sdk={"BaseOperator": BaseOperator, "task": lambda function: function},
        airflow__triggers={},
        airflow__triggers__base={"BaseTrigger": BaseTrigger, "TriggerEvent": dict},
    ):
        recipe_of = loaded("Airflow")
        job_id = recipe_of["order"]("clip.mp4")
        operator = recipe_of["WaitForJob"](task_id="wait", job_id=job_id)
        operator.execute({})
        ((trigger, method),) = deferred
        (path, arguments) = trigger.serialize()
        assert path.endswith(".JobTrigger")
        again = recipe_of["JobTrigger"](**arguments)

        async def events() -> list[dict[str, str]]:
            return [event async for event in again.run()]

        (event,) = asyncio.run(events())
        assert getattr(operator, method)({}, event) == "result of valossa clip.mp4"
    assert client.asked == ["valossa clip.mp4"]


def test_temporal(client: type[FakeClient], monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def execute_activity(activity: Any, job_id: str, **options: object) -> object:  # noqa: ANN401
        return activity(job_id)

    async def wait_condition(condition: Callable[[], bool], *, timeout: float) -> None:
        assert not condition()
        waited.append(timeout)
        if len(waited) == 1:
            raise TimeoutError

    workflow = SimpleNamespace(
        defn=lambda kind: kind,
        run=lambda function: function,
        signal=lambda function: function,
        execute_activity=execute_activity,
        wait_condition=wait_condition,
        unsafe=SimpleNamespace(imports_passed_through=nullcontext),
    )
    activity = SimpleNamespace(defn=lambda function: function)
    with installed(monkeypatch, temporalio={"activity": activity, "workflow": workflow}):
        follow = loaded("Temporal")["Follow"]()
        asyncio.run(follow.run("one"))
        follow.wake()
    assert client.asked == ["one"] * 3
    assert waited == [2.0, 5000.0]
    assert follow.news
