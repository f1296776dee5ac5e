"""Whether a training image is within the vendor's limits."""

from __future__ import annotations

from pathlib import Path

from vidiom.emulation.refusal import Refusal
from vidiom_valossa.emulation.refusal import invalid
from vidiom_valossa.image_size import image_size
from vidiom_valossa.training_image import MOST_BYTES, MOST_PIXELS

__all__ = ["check_image"]


def check_image(path: Path) -> None:
    """Refuse what is no JPG or PNG, or too large.

    Raises:
        Refusal: It is.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Refusal(400, "The image file is too large")
    size = image_size(path.read_bytes())
    if size is None:
        raise invalid("image_data")
    if max(size) > MOST_PIXELS:
        raise Refusal(400, "The image has too many pixels")
