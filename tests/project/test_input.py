"""Bytes that no text should have, at every door and in every field: never a crash, on any database."""

import inspect
import re
from itertools import cycle, product
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from fluxweb.wsgi import application
from gallery.models import Gate, Project, User
from gallery.services.db import storable
from tests.pages import Page
from tests.project import doors

FIELDS = ("input", "select", "textarea", "button")
FEW = 4  # names in one query
NUL, SURROGATE, OVERLONG, LONG = "%00", "%ED%A0%80", "%C0%80", "x" * 5000
KINDS = (NUL, SURROGATE, OVERLONG, LONG)
EVIL = (f"a{NUL}b", SURROGATE + OVERLONG, LONG)
ASKED = re.compile(r"""(?:GET|POST|query|sent)\b[^"\n]{0,20}?["']([a-z][\w-]*)["']|["']([a-z][\w-]*)["'] in request""")


@pytest.fixture
def everything(things):
    """The owner of things, as an admin: every door is open."""
    User.objects.filter(pk=things.run.owner_id).update(role="admin", is_staff=True, is_superuser=True)
    return things


def come_in(things):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=things.run.owner_id))
    return client


def names_of(address, client):
    """Return the names that a door reads, as far as its code and the fields on its page tell."""
    module = inspect.getmodule(inspect.unwrap(resolve(address.partition("?")[0]).func))
    names = {name for pair in ASKED.findall(inspect.getsource(module)) for name in pair if name}
    page = client.get(address)
    content = doors.content_of(page)
    is_page = page["Content-Type"].startswith("text/html")
    fields = [each for tag in FIELDS for each in Page(content).all(tag)] if is_page else []
    return sorted(names | {each["name"] for each in fields if "csrf" not in each.attrs.get("name", "csrf")})


def whole(response):
    """Read a response to its end: what is streamed is asked for only then."""
    doors.content_of(response)
    return response.status_code


def asked(names):
    """Write queries of a few names each, as the first bad one may end a door's work; the kinds take turns."""
    pairs = list(zip(names, cycle(EVIL), strict=False))
    return ["&".join(map("=".join, pairs[first : first + FEW])) for first in range(0, len(pairs), FEW)] or [""]


def posted(names):
    """Write forms of all names, as a form judges each of its fields: with a NUL, and with the other kinds in turn."""
    return ["&".join(map("=".join, zip(names, cycle(kinds), strict=False))) for kinds in (EVIL[:1], EVIL[1:])]


def first_broken(send, sent):
    """Return the first of some queries that a door breaks on; none is sent to one that does not take the method."""
    for query in sent:
        status = whole(send(query))
        if status >= 500:
            return query[:200]
        if status == 405:
            return None
    return None


def breaks(door, things):
    """Return what a door breaks on by either method."""
    client, address = come_in(things), doors.address(door, things)
    names = names_of(address, client)
    opened = address + ("&" if "?" in address else "?")
    by_get = first_broken(lambda query: client.get(opened + query), asked(names))
    return by_get or first_broken(lambda query: _post(client, address, query), posted(names))


def test_no_door_breaks_on_what_is_no_text(everything):
    names = [door for door in doors.names() if not door.startswith("admin:")]
    broken = {door: breaks(door, everything) for door in names}
    assert {door: query for door, query in broken.items() if query} == {}


def test_no_form_breaks_on_one_bad_field_among_good_ones(everything):
    broken = []
    for door in ("studio", "studio-check", "studio-review", "batch", "preset-save", "template-new", "gate-pause",
                 "budgets", "share-new", "marks", "compare-save", "costs-statement-decide", "run-extend"):  # fmt: skip
        address = doors.address(door, everything)
        good = {name: value for name, value in (doors.form(door, everything) or {}).items() if name != "nonce"}
        for name in {*names_of(address, come_in(everything)), *good}:
            form = [(each, value) for each, value in _pairs(good) if each != name]
            sent = "&".join(f"{each}={quote(str(value))}" for each, value in form) + f"&nonce=n-{name}&{name}=a{NUL}b"
            if _post(come_in(everything), address, sent).status_code >= 500:
                broken.append((door, name))
    assert broken == []


def _pairs(form):
    for name, value in form.items():
        yield from ((name, each) for each in (value if isinstance(value, list) else [value]))


def _post(client, address, sent):
    return client.post(address, sent, content_type="application/x-www-form-urlencoded")


def test_no_part_of_an_address_breaks_a_door(everything):
    """Keys of rows are all read by one converter: there the kinds take turns; what strangers may open meets each."""
    client, broken, turns = come_in(everything), [], cycle(KINDS)
    for door in doors.names():
        address = "" if door.startswith("admin:") else doors.address(door, everything).partition("?")[0]
        kinds = KINDS if door.startswith(("shared", "welcome", "account")) else [next(turns)]
        for key, evil in product(re.findall(r"(?<=/)[\w-]{8,}(?=/)", address), kinds):
            if whole(client.get(address.replace(key, quote(key[:-1]) + evil))) >= 500:
                broken.append((door, evil[:20]))
    assert broken == []


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_COOKIE": "sessionid=a\x00b; csrftoken=\x00"},
        {"HTTP_COOKIE": "sessionid=" + "x" * 9000},
        {"HTTP_COOKIE": "sessionid=\xed\xa0\x80"},
        {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/\x00\xed", "HTTP_HX_TARGET": "\x00"},
        {"HTTP_REFERER": "\x00\xed\xa0\x80", "HTTP_USER_AGENT": "\x00", "HTTP_ACCEPT_LANGUAGE": "\x00"},
        {"HTTP_X_FORWARDED_FOR": "\x00", "HTTP_IF_NONE_MATCH": "\x00", "HTTP_IF_MODIFIED_SINCE": "\x00"},
    ],
)
def test_no_header_or_cookie_breaks_a_page(everything, headers):
    client = come_in(everything)
    shared = reverse("shared", args=[everything.link])
    for address in (reverse("studio"), reverse("gallery"), reverse("prompts"), reverse("account_login"), shared):
        asked = f"{address}?q=%5Cud800&before=%2B2AA-&skip={NUL}"
        assert client.get(asked, **headers).status_code < 500, address


CHARSETS = ["unicode_escape", "utf-7", "rot13", "utf-16", "idna", "nonsense"]
NO_ASCII = "\xff"


def through_the_server(client, request, **headers):
    """Answer a request of a browser by the application that the server runs; return its status."""
    client.get(reverse("studio"))  # sets the cookie against forged forms
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    environ = request.environ | {
        "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "HTTP_X_CSRFTOKEN": cookies["csrftoken"],
        **headers,
    }
    said = []
    doors.content_of(application(environ, lambda status, _headers: said.append(status)))
    return int(said[0].split()[0])


def post_a_reason(things, *, charset):
    body = '--x\r\nContent-Disposition: form-data; name="reason"\r\n\r\n\\ud800 +2AA- é\r\n--x--\r\n'.encode()
    request = RequestFactory().generic("POST", reverse("gate-pause"), body)
    sort = f"multipart/form-data; boundary=x; charset={charset}"
    return through_the_server(come_in(things), request, CONTENT_TYPE=sort)


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_form_that_names_a_charset_is_read_as_utf8(everything, charset):
    assert post_a_reason(everything, charset=charset) == 302
    assert Gate.objects.get(paused=True).reason == "\\ud800 +2AA- é"


def test_a_form_whose_header_is_no_ascii_is_refused(everything):
    assert post_a_reason(everything, charset=NO_ASCII) == 400
    assert not Gate.objects.filter(paused=True).exists()


def test_a_page_asked_for_with_a_charset_is_answered(everything):
    addresses = (reverse("gallery"), reverse("account_login"), reverse("shared", args=[everything.link]))
    for charset, address in product([*CHARSETS, NO_ASCII], addresses):
        request = RequestFactory().get(f"{address}?q=%5Cud800&before=%2B2AA-&skip={NUL}")
        sort = f"text/plain; charset={charset}"
        assert through_the_server(come_in(everything), request, CONTENT_TYPE=sort) < 500, (charset, address)


@pytest.mark.parametrize("door", ["batch", "templates-import", "costs-statement-add"])
@pytest.mark.parametrize(
    "content", [b"\x00" * 100, b'[{"name": "\\ud800\\u0000", "prompt": "\\ud800"}]', b"\xed\xa0\x80"]
)
def test_no_file_and_no_name_of_one_breaks_a_door(everything, door, content):
    for name in ("a\x00b.csv", "x" * 5000 + ".csv", "../../etc/passwd", ""):
        file = SimpleUploadedFile("rows.csv", content)
        file.name = name or file.name
        form = {"file": file, "rows": "", "model": "flux-2-klein-4b"}
        assert come_in(everything).post(doors.address(door, everything), form).status_code < 500


def test_what_no_database_takes_is_asked_and_written_without_it(db):
    assert not Project.objects.filter(name__in=["a\x00b", "a\ud800b"]).exists()
    Project.objects.create(name="a\x00b\udfff")
    assert Project.objects.get().name == "a\ufffdb\ufffd"
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["\x00"])
        assert cursor.fetchone() == ("\ufffd",)


def test_values_without_it_are_handed_on_as_they_are():
    for value in ("a heron", "été 🪶", b"\x00", 7, None):
        assert storable.make_storable(value) is value
    assert storable.make_storable((["\x00"], {"\x00": "\ud800"})) == (["\ufffd"], {"\ufffd": "\ufffd"})


def test_every_connection_is_watched_once_and_first(db):
    connection.close()
    connection.ensure_connection()
    assert connection.execute_wrappers.count(storable.with_storable_values) == 1
