"""What local analysis is configured with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from vidiom.provider import ProviderSettings

__all__ = ["LocalSettings"]


class LocalSettings(ProviderSettings):
    """``VIDIOM_LOCAL_MAX_RUNNING``, ``VIDIOM_LOCAL_SPEECH_MODEL`` and so on; none is needed."""

    settle_seconds: Annotated[float, Field(ge=0)] = 0.0
    """A job's folder is there or not; nothing has to settle."""
    poll_seconds: Annotated[float, Field(gt=0)] = 0.5
    """Seconds between two looks at a job's state: a look costs one small file."""
    home: Path | None = None
    """Folder of the jobs; left out, ``local`` under ``VIDIOM_HOME``."""
    max_running: Annotated[int, Field(ge=1)] | None = None
    """How many jobs run at once, the others wait; left out, one for every two cores."""
    speech_model: Path | None = None
    """A CTranslate2 Whisper directory to use instead of the packaged English model."""
    face_model: Path | None = None
    """A CenterFace ONNX file to use instead of what is installed."""
