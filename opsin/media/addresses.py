"""A picture at an http(s) address, with limits on its bytes, its time and its turns."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from opsin.core.errors import ImageError
from opsin.core.image import Image, Size
from opsin.media.decode import decode
from opsin.media.item import Item
from opsin.media.limits import Limits, first_line, spoken
from opsin.store.home import is_offline

if TYPE_CHECKING:
    import http.client
    import urllib.request

_MAX_REDIRECTIONS = 5
_CHUNK_BYTES = 1 << 16


def is_address(text: str) -> bool:
    """Whether the text is an http or https address."""
    return text.lower().startswith(("http://", "https://"))


def address_item(address: str, *, limits: Limits) -> Item:
    """The picture at an address, fetched when it is read. What the server calls it is not trusted."""
    return Item(address, partial(_read, address, limits))


def _read(address: str, limits: Limits, at_least: Size | None) -> tuple[Image, Size]:
    return decode(fetch(address, limits), name=address, at_least=at_least, limits=limits)


def fetch(address: str, limits: Limits) -> bytes:
    """What an address sends.

    Raises:
        ImageError: when it cannot be reached, says no, sends too much, or takes too long.
    """
    # urllib costs a tenth of a second, which those without addresses need not pay.
    import http.client
    import urllib.error

    if is_offline():
        raise ImageError(f"{spoken(address)} is not fetched while OPSIN_OFFLINE=1 is set. Give a file, or unset it.")
    deadline = time.monotonic() + limits.max_seconds
    try:
        with _opener().open(_request(address), timeout=limits.max_seconds) as answer:
            return _body(answer, address, limits, deadline)
    except urllib.error.HTTPError as error:
        with error:
            raise ImageError(f"{spoken(address)} answered {error.code} {spoken(error.reason)}. Check it.") from error
    except ImageError:
        raise
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ImageError(f"{spoken(address)} cannot be fetched: {first_line(error)}.") from error


def _request(address: str) -> urllib.request.Request:
    import urllib.request

    return urllib.request.Request(address, headers={"User-Agent": "opsin", "Accept": "image/*"})


def _opener() -> urllib.request.OpenerDirector:
    """It follows a few redirections, to http and https only: the plain one would follow to ftp too."""
    import urllib.request

    class FewRedirections(urllib.request.HTTPRedirectHandler):
        max_redirections = _MAX_REDIRECTIONS
        max_repeats = 2

    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        FewRedirections(),
    ):
        opener.add_handler(handler)
    return opener


def _body(answer: http.client.HTTPResponse, address: str, limits: Limits, deadline: float) -> bytes:
    parts, size = [], 0
    # read1 comes back with what is there, so that a server that drips cannot outstay the deadline.
    while part := answer.read1(_CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        limits.check_bytes(address, size)
        if time.monotonic() > deadline:
            raise ImageError(f"{spoken(address)} takes more than the {limits.max_seconds:g} seconds allowed.")
    return b"".join(parts)
