"""The recipes of the documentation, through the real frameworks and their own test clients."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import django
import pytest
from django.conf import settings as django_settings
from django.test import Client as DjangoClient
from django.test import override_settings
from flask.testing import FlaskClient
from starlette.testclient import TestClient
from tests.client.fake_vendor import FakeRegistry, Vendor
from tests.client.signing_vendor import SECRET, delivered, signing_kind, stored_job

import vidiom
from vidiom.schema.jobs import JobState
from vidiom.webhooks.delivery import Delivery

PAGE = Path(__file__).parents[2] / "docs/how-to/receive-webhooks.md"
RECIPE = re.compile(r"<!-- not run: .+? -->\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WORDS = {
    "fastapi": "from fastapi",
    "starlette": "from starlette.applications",
    "flask": "from flask",
    "django": "from django",
}
LIMIT = 5000

Post = Callable[[Delivery], int]


def recipe(framework: str) -> str:
    """The code of the page for a framework."""
    (code,) = [one for one in RECIPE.findall(PAGE.read_text()) if WORDS[framework] in one]
    return str(code)


@pytest.fixture
def store() -> Iterator[vidiom.MemoryStore]:
    store = vidiom.MemoryStore()
    stored_job(store)
    yield store
    store.close()


@pytest.fixture
def module(
    request: pytest.FixtureRequest, store: vidiom.MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """The recipe as a module, whose clients know the vendor of the tests."""
    known: dict[str, Any] = {
        "store": store,
        "registry": FakeRegistry(signing_kind(Vendor(states=[], jobs={}))),
        "environment": {
            "VIDIOM_FAKE_WEBHOOK_SECRET": SECRET,
            "VIDIOM_FAKE_MAX_DELIVERY_BYTES": str(LIMIT),
        },
    }
    sync, asynchronous = vidiom.Client, vidiom.AsyncClient
    monkeypatch.setattr(vidiom, "Client", lambda: sync(**known))
    monkeypatch.setattr(vidiom, "AsyncClient", lambda: asynchronous(**known))
    found = ModuleType(f"recipe_{request.param}")
    # annotations of handlers are looked up in the module that they stand in
    exec(compile(recipe(request.param), str(PAGE), "exec"), vars(found))  # noqa: S102 - our own
    return found


def posting(framework: str, module: ModuleType) -> Iterator[Post]:
    path = "/webhooks/fake/job-1"
    match framework:
        case "fastapi" | "starlette":
            with TestClient(module.app) as browser:
                yield (
                    lambda one: (
                        browser.post(path, content=one.body, headers=dict(one.headers)).status_code
                    )
                )
        case "flask":
            client: FlaskClient = module.app.test_client()
            yield (
                lambda one: client.post(path, data=one.body, headers=dict(one.headers)).status_code
            )
        case _:
            if not django_settings.configured:
                django_settings.configure(ALLOWED_HOSTS=["testserver"])
                django.setup()
            with override_settings(ROOT_URLCONF=module):
                # forms are checked, as in production: the recipe's view is exempt
                visitor = DjangoClient(enforce_csrf_checks=True)
                yield (
                    lambda one: (
                        visitor.generic(
                            "POST", path, one.body, "application/json", headers=dict(one.headers)
                        ).status_code
                    )
                )


@pytest.fixture
def post(request: pytest.FixtureRequest, module: ModuleType) -> Iterator[Post]:
    yield from posting(request.node.callspec.params["module"], module)


@pytest.mark.parametrize("module", WORDS, indirect=True)
def test_a_webhook_comes_through_the_framework(post: Post, store: vidiom.MemoryStore) -> None:
    # keys in disorder and blanks: what a framework parses and writes again is something else
    body = b'{"status" : "done",\n "job":"v1", "z": 1, "a": "\xc3\xa9"}\n'
    assert post(delivered(body=body)) == 200
    assert store.get("job-1").job.state is JobState.SUCCEEDED
    assert post(delivered(body=body)) == 200


@pytest.mark.parametrize("module", WORDS, indirect=True)
def test_a_forged_one_does_not(post: Post, store: vidiom.MemoryStore) -> None:
    assert post(delivered("done", secret="another-secret-of-enough-bytes-0123")) == 401
    assert post(delivered("done", secret=None)) == 401
    assert store.get("job-1").job.state is not JobState.SUCCEEDED


@pytest.mark.parametrize("module", WORDS, indirect=True)
def test_one_that_is_too_long_is_not_read(post: Post, store: vidiom.MemoryStore) -> None:
    body = b'{"status": "done", "job": "v1", "x": "' + b"x" * LIMIT + b'"}'
    assert post(delivered(body=body)) == 413
    assert store.get("job-1").job.state is not JobState.SUCCEEDED
