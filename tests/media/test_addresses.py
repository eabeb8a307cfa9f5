import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from opsin.core.errors import ImageError
from opsin.core.image import Image
from opsin.media.addresses import address_item, is_address
from opsin.media.limits import DEFAULT_LIMITS, Limits


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSIN_OFFLINE", raising=False)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server(encoded: Callable[..., bytes]) -> Iterator[str]:
    """The address of a server on this machine; what it sends depends on the path."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            getattr(self, self.path.strip("/").split("?")[0])()

        def log_message(self, *_: object) -> None:
            """It says nothing."""

        def send(self, code: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def picture(self) -> None:
            self.send(200, encoded("PNG"), Content_Type="text/html")

        def moved(self) -> None:
            self.send(302, Location="/picture")

        def circle(self) -> None:
            self.send(302, Location="/circle")

        def hop(self) -> None:
            number = int(self.path.split("?")[1])
            self.send(302, Location=f"/hop?{number - 1}" if number else "/picture")

        def endless(self) -> None:
            self.send(200)
            while True:
                self.wfile.write(bytes(10_000))

        def to_file(self) -> None:
            self.send(302, Location="file:///etc/passwd")

        def to_ftp(self) -> None:
            self.send(302, Location="ftp://127.0.0.1/a.png")

        def page(self) -> None:
            self.send(200, b"<!doctype html>")

        def cut(self) -> None:
            self.send(200, encoded("PNG")[:99], Content_Length="5000")

        def nothing(self) -> None:
            self.send(404)

        def dripping(self) -> None:
            self.send(200)
            for _ in range(40):
                self.wfile.write(b".")
                time.sleep(0.05)

        def silent(self) -> None:
            time.sleep(1)

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        running.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up is no error here
        threading.Thread(target=running.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def read(address: str, limits: Limits = DEFAULT_LIMITS) -> Image:
    return address_item(address, limits=limits).read()[0]


@pytest.mark.parametrize("path", ["picture", "moved"])
def test_the_picture_at_an_address_is_read_whatever_the_server_calls_it(server: str, photo: Image, path: str) -> None:
    assert (read(f"{server}/{path}") == photo).all()


def test_nothing_is_fetched_before_it_is_read() -> None:
    assert address_item("http://127.0.0.1:1/a.png", limits=DEFAULT_LIMITS).source == "http://127.0.0.1:1/a.png"


def test_a_page_is_no_picture(server: str) -> None:
    with pytest.raises(ImageError, match=r"/page is not a picture that can be read; it begins with b'<!doctyp'"):
        read(f"{server}/page")


def test_what_is_not_there_is_said_not_to_be_there(server: str) -> None:
    with pytest.raises(ImageError, match=r"/nothing answered 404 Not Found\. Check it\.$"):
        read(f"{server}/nothing")


@pytest.mark.parametrize("path", ["circle", "hop?5"])
def test_only_a_few_turns_are_taken(server: str, path: str) -> None:
    assert read(f"{server}/hop?3").shape == (48, 64, 3)
    with pytest.raises(ImageError, match=r" answered 302 "):
        read(f"{server}/{path}")


@pytest.mark.parametrize("path", ["to_file", "to_ftp"])
def test_only_http_is_followed(server: str, path: str) -> None:
    with pytest.raises(ImageError, match=rf"/{path} (answered 302|cannot be fetched: .+unknown url type)"):
        read(f"{server}/{path}")


def test_more_bytes_than_allowed_are_not_waited_for(server: str) -> None:
    with pytest.raises(ImageError, match=r"/endless has more than the 100,000 bytes allowed"):
        read(f"{server}/endless", Limits(max_bytes=100_000, max_seconds=5))


def test_a_picture_cut_short_on_its_way_is_damaged(server: str) -> None:
    with pytest.raises(ImageError, match=r"/cut (is damaged|cannot be fetched)"):
        read(f"{server}/cut")


def test_a_server_that_drips_is_given_up(server: str) -> None:
    began = time.monotonic()
    with pytest.raises(ImageError, match=r"/dripping takes more than the 0\.2 seconds allowed\.$"):
        read(f"{server}/dripping", Limits(max_seconds=0.2))
    assert time.monotonic() - began < 1


def test_a_server_that_says_nothing_is_given_up(server: str) -> None:
    with pytest.raises(ImageError, match=r"/silent cannot be fetched: .*timed out\.$"):
        read(f"{server}/silent", Limits(max_seconds=0.2))


def test_an_address_where_no_one_is_cannot_be_fetched() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ImageError, match=r"cannot be fetched: .*refused"):
            read(f"http://127.0.0.1:{taken.getsockname()[1]}/a.png")


@pytest.mark.parametrize("address", ["http://", "http://[::1", "http://a b/", "https://127.0.0.1:99999/"])
def test_an_address_that_makes_no_sense_cannot_be_fetched(address: str) -> None:
    with pytest.raises(ImageError, match="cannot be fetched"):
        read(address)


def test_offline_nothing_is_fetched(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    with pytest.raises(
        ImageError, match=r"/picture is not fetched while OPSIN_OFFLINE=1 is set\. Give a file, or unset"
    ):
        read(f"{server}/picture")


def test_an_address_is_known_by_its_beginning() -> None:
    assert is_address("HTTPS://example.org/a.png")
    assert not is_address("ftp://example.org/a.png")
    assert not is_address("http.png")
