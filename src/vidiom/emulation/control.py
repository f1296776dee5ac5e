"""What drives the emulator itself: faults to come, and what was done so far."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vidiom.emulation.faults import Fault
from vidiom.emulation.gate import CONTROL
from vidiom.emulation.refusal import Refusal
from vidiom.emulation.vendor import EmulatedVendor

__all__ = ["control_routes"]


def control_routes(vendor: EmulatedVendor) -> list[Route]:
    """Routes beside the API; they want no key, and never show one."""

    async def faults(request: Request) -> Response:
        """Ask for a fault, see which are to come, or have none any more."""
        if request.method == "DELETE":
            vendor.ledger.faults.clear()
        elif request.method == "POST":
            vendor.ledger.faults.add(_fault(await request.body()))
        coming = [msgspec.to_builtins(one) for one in vendor.ledger.faults.coming]
        return JSONResponse({"faults": coming})

    async def state(_request: Request) -> Response:
        """What was bought and done, in numbers."""
        return JSONResponse(dict(vendor.state()))

    async def requests(_request: Request) -> Response:
        """What was asked, without anything that may be secret."""
        seen = [msgspec.to_builtins(one) for one in vendor.ledger.requests]
        return JSONResponse({"requests": seen})

    return [
        Route(f"{CONTROL}/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route(f"{CONTROL}/state", state, methods=["GET"]),
        Route(f"{CONTROL}/requests", requests, methods=["GET"]),
    ]


def _fault(content: bytes) -> Fault:
    try:
        return msgspec.json.decode(content, type=Fault)
    except msgspec.MsgspecError as error:
        raise Refusal(400, str(error)) from None
