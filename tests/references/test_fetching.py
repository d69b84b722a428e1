"""A picture by its address: what was typed is read with good will, and what does not come says why."""

import io

import pytest

from gallery.services.references import collecting, fetching
from gallery.services.references.collecting import TOO_SLOW, Collector
from gallery.services.references.fetching import fetch_picture, name_address
from gallery.services.references.preparation import UnusablePicture
from gallery.services.storage.files import StorageTrouble
from tests.api.loopback import HANG, Loopback, answer
from tests.images.test_decoding import encoded, quarters

CONTENT = encoded("png", quarters((128, 96)))


@pytest.fixture
def asked(settings):
    """Return a function that fetches a path of a server that plays a script, on a network of ours that is named."""

    def ask(*script, typed="{}/holiday/my%20cat.png?size=large"):
        into = io.BytesIO()
        with Loopback(*script) as server:
            settings.REFERENCE_ORIGINS = [server.origin]
            fetch_picture(typed.format(server.origin), into)
        return into.getvalue()

    return ask


@pytest.mark.parametrize(
    "typed", ["{}/cat.png", "  {}/my cat.png\n", "“{}/cat.png?a=1&amp;b=2”", "see {}/cat.png, please"]
)
def test_an_address_is_read_as_it_is_pasted(asked, typed):
    assert asked(answer("200 OK", CONTENT), typed=typed) == CONTENT


def refusal(call, *arguments, **options):
    with pytest.raises(UnusablePicture) as caught:
        call(*arguments, **options)
    return caught.value


@pytest.mark.parametrize("typed", ["", "cat.png", "file:///etc/passwd", "data:image/png;base64,AAAA", "x" * 200])
def test_what_is_no_address_says_so(typed):
    error = refusal(fetch_picture, typed, io.BytesIO())
    assert error.sentence == fetching.NO_ADDRESS
    assert len(error.name) <= fetching.NAME_CHARS


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (answer("404 Not Found"), "404: the address is dead"),
        (answer("403 Forbidden"), "403 instead of the picture"),
        (answer("200 OK", length=30_000_000), "the file is too large"),
        (answer("302 Found", b"", "Location: http://169.254.169.254/latest"), "the host is not a public one"),
        (answer("302 Found", b"", "Location: /again"), "the address leads from one to the next without an end"),
    ],
)
def test_what_does_not_come_names_itself_and_the_reason(asked, script, why):
    error = refusal(asked, script)
    assert str(error) == f"my cat.png: It was not fetched: {why}. {fetching.CHOOSE_INSTEAD}"


def test_one_that_never_answers_is_left(asked, monkeypatch):
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.3)
    assert "the total deadline passed" in str(refusal(asked, HANG))


def test_our_own_network_is_closed_unless_it_is_named(settings, provider_server):
    assert "the address names another port" in str(
        refusal(fetch_picture, provider_server.origin + "/x.png", io.BytesIO())
    )


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://example.com/a/cat.png?x=/dog.png#/bird", "cat.png"),
        ("https://example.com/", "example.com"),
        ("https://example.com/%2e%2e%2fa%20b", "../a b"),
        ("https://example.com/" + "a" * 200, "a" * 79 + "…"),
    ],
)
def test_an_address_gives_a_name(address, name):
    assert name_address(address) == name


def test_what_takes_too_long_and_a_storage_that_is_away_are_said_beside_the_picture(monkeypatch):
    slow = Collector(None, fetch_until=0)
    assert slow.keep_address("https://pictures.example/cat.png") is None
    assert slow.problems == [f"cat.png: {TOO_SLOW}"]

    def away(*_, **__):
        raise StorageTrouble("The bucket is gone.")

    monkeypatch.setattr(collecting.keeping, "keep_image", away)
    collector = Collector(None)
    assert collector.keep_image(None) is None
    assert collector.problems == ["Nothing can be kept now: The bucket is gone."]
