"""What the emulator promises about itself."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest
from tests.providers.valossa_emulator.customer import Customer

from vidiom_valossa.emulator import Behaviour

WITHOUT_STARLETTE = """
import sys
sys.modules["starlette"] = sys.modules["starlette.applications"] = None
from vidiom.errors import MissingExtra
from vidiom_valossa.emulator import canned_answer, create_app
assert b"detections" in b"".join(canned_answer())
try:
    create_app()
except MissingExtra as error:
    print(error.extra, "|", error)
"""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_without_starlette_the_extra_is_named_and_canned_answers_are_there_all_the_same() -> None:
    extra, _, message = run(WITHOUT_STARLETTE).partition(" | ")
    assert extra == "emulate"
    assert "vidiom[emulate]" in message


def test_the_emulator_sees_neither_the_test_kit_nor_pytest() -> None:
    code = (
        "import sys; from vidiom_valossa.emulator import create_app; create_app();"
        "print([name for name in sys.modules if name == 'pytest' or 'vidiom.testing' in name])"
    )
    assert run(code) == "[]"


def test_behaviour_cannot_change_under_a_running_emulator() -> None:
    behaviour = Customer().vendor.behaviour
    with pytest.raises(FrozenInstanceError):
        behaviour.minutes = 5  # type: ignore[misc]  # that is the point
    assert behaviour == Behaviour()


def test_a_job_is_deleted_while_others_stay() -> None:
    customer = Customer()
    first, second = customer.buy(), customer.buy()
    customer.post("delete_job", {"job_id": first})
    assert list(customer.vendor.jobs) == [second]
