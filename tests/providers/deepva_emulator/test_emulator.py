"""What the emulator promises about itself."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest
from tests.providers.deepva_emulator.customer import Customer

import vidiom
from vidiom_deepva.emulator import MODULES, Behaviour, canned_answer

WITHOUT_STARLETTE = """
import sys
sys.modules["starlette"] = sys.modules["starlette.applications"] = None
from vidiom.errors import MissingExtra
from vidiom_deepva.emulator import canned_answer, create_app
assert b"detections" in canned_answer()["detailed_results/0"]
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
        "import sys; from vidiom_deepva.emulator import create_app; create_app();"
        "print([name for name in sys.modules if name == 'pytest' or 'vidiom.testing' in name])"
    )
    assert run(code) == "[]"


def test_behaviour_cannot_change_under_a_running_emulator() -> None:
    behaviour = Customer().vendor.behaviour
    with pytest.raises(FrozenInstanceError):
        behaviour.upload_polls = 5  # type: ignore[misc]  # that is the point
    assert behaviour == Behaviour(now=behaviour.now)


def test_a_canned_answer_has_the_rows_that_the_server_gives() -> None:
    customer = Customer()
    asked = {"text_recognition": {"threshold": 0.9}, "advanced_diversity_analysis": {}}
    source = "storage://Qm7Zt2LxKd94RbVaYw1c"
    job = customer.finished(asked)
    offline = canned_answer(asked)
    assert offline.keys() == {"job", "detailed_results/0", "summarized_results/0"}
    rows = json.loads(offline["detailed_results/0"])["data"]
    assert rows == [{**row, "source": source} for row in customer.rows(job)]


def test_a_canned_answer_of_all_modules_is_read_without_a_complaint() -> None:
    result = vidiom.normalize("deepva", canned_answer())
    assert {one.kind for one in result.detections} >= {
        "face",
        "emotion",
        "label",
        "landmark",
        "text",
        "speech",
        "person",
        "caption",
    }
    assert {one.code for one in result.notices} == {"assumed", "not_available"}
    assert len(MODULES) == 13
