"""Where results may come from: the guard on addresses, and a canary that proves nothing inward was connected."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.api import Client, ResultRefused, result_host
from gallery.api.results.result_urls import check_address, check_result_hosts, is_public

from .conftest import KEY

HOSTS = ("bfl.ai", "http://127.0.0.1:9000")


@pytest.mark.parametrize(
    ("url", "host", "listed"),
    [
        ("https://bfl.ai/x", "bfl.ai", True),
        ("https://delivery-eu.bfl.ai/results/x/sample.jpeg?signature=a", "delivery-eu.bfl.ai", True),
        ("https://a.b.c.bfl.ai:443/", "a.b.c.bfl.ai", True),
        ("HTTPS://Delivery.BFL.AI/x", "delivery.bfl.ai", True),
        ("https://bfl.ai?x", "bfl.ai", True),
        ("https://xbfl.ai/", "xbfl.ai", False),
        ("https://bfl.ai.evil.com/", "bfl.ai.evil.com", False),
        ("https://evil.com/bfl.ai", "evil.com", False),
        ("https://bfl-ai.com/", "bfl-ai.com", False),
        ("https://evil.com#.bfl.ai@x/", "evil.com", False),
        ("https://evil.com?.bfl.ai", "evil.com", False),
        ("https://bücher.example.com/", "xn--bcher-kva.example.com", False),
        ("https://8.8.8.8/x", "8.8.8.8", False),
        ("https://[2606:4700::1111]/x", "2606:4700::1111", False),
        ("http://127.0.0.1:9000/x?signature=a", "127.0.0.1", True),
    ],
)
def test_addresses_that_may_be_tried(url, host, listed):
    target = check_address(url, HOSTS)
    assert (target.host, target.listed) == (host, listed)
    assert "signature" not in repr(target)


REFUSED = [
    # another scheme, port or shape
    "http://bfl.ai/x",
    "ftp://bfl.ai/x",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "//bfl.ai/x",
    "bfl.ai/x",
    "",
    "https://",
    "https:///x",
    "https://bfl.ai:80/",
    "https://bfl.ai:8443/",
    "https://bfl.ai:99999/",
    "https://bfl.ai:x/",
    "https://bfl.ai /x",
    "https://bfl.ai/\r\nHost: evil",
    "https://bfl.ai/" + "x" * 5000,
    # user parts and other readings of the same text
    "https://user@bfl.ai/",
    "https://user:pass@bfl.ai/",
    "https://@bfl.ai/",
    "https://bfl.ai@evil.com/",
    "https://bfl.ai:443@127.0.0.1/",
    "https://bfl.ai\\@evil.com/",
    "https://evil.com\\.bfl.ai/",
    "https://bfl.ai%2f@evil.com/",
    "https://evil.com%2fbfl.ai/",
    "https://127.0.0.1%00.bfl.ai/",
    # odd names
    "https://bfl.ai./",
    "https://bfl.ai../",
    "https://.bfl.ai/",
    "https://a..bfl.ai/",
    "https://-a.bfl.ai/",
    "https://" + "a" * 64 + ".bfl.ai/",
    "https://" + "a." * 130 + "bfl.ai/",
    "https://localhost/",
    "https://metadata/",
    # inward, in every spelling
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://127/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "https://①②⑦.0.0.1/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://198.18.0.1/",
    "https://192.0.0.8/",
    "https://192.88.99.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b::8.8.8.8]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "https://[2001:db8::1]/",
    "https://[3fff::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[2606:4700::1111%25eth0]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[::1/",
    # almost the listed origin
    "http://127.0.0.1/",
    "http://127.0.0.1:9001/",
    "https://127.0.0.1:9000/",
    "http://localhost:9000/",
    "http://127.1:9000/",
    "http://127.0.0.1:9000@evil.com/",
    "http://user@127.0.0.1:9000/",
    "http://127.0.0.1.:9000/",
]


@pytest.mark.parametrize("url", REFUSED, ids=lambda url: url[:60] or "empty")
def test_addresses_that_are_never_contacted(url):
    with pytest.raises(ResultRefused) as caught:
        check_address(url, HOSTS)
    assert caught.value.reason


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_public_however_it_is_wrapped_or_it_is_not(number):
    ip = ipaddress.IPv4Address(number)
    if not ip.is_global:
        assert not is_public(str(ip))
    for wrapped in (f"::ffff:{ip}", f"::{ip}", f"64:ff9b::{ip}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"):
        assert not is_public(wrapped)


@given(st.text(alphabet="0123456789xXabcdefABCDEF.", min_size=1, max_size=20))
def test_no_numeric_spelling_passes_unless_it_is_a_public_dotted_quad(host):
    try:
        target = check_address(f"https://{host}/", ())
    except ResultRefused:
        return
    last = target.host.rsplit(".", 1)[-1]
    assert is_public(target.host) or (last[0].isalpha() and "." in target.host)


@given(st.text(max_size=60))
def test_no_text_breaks_the_checker(text):
    for url in (text, f"https://{text}", f"https://{text}.bfl.ai/", f"https://bfl.ai{text}"):
        result_host(url)
        try:
            target = check_address(url, HOSTS)
        except ResultRefused:
            continue
        assert (target.scheme, target.port) == ("https", 443)
        assert not target.listed or target.host == "bfl.ai" or target.host.endswith(".bfl.ai")


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://A.bfl.ai/x?signature=s", "a.bfl.ai"), ("http://[::1]:9/", "::1"), ("x", ""), ("", ""), ("http://[", "")],
)
def test_the_host_of_an_address_can_be_shown(url, host):
    assert result_host(url) == host


def test_the_list_of_hosts_is_read_as_written():
    names, origins = check_result_hosts([" BFL.ai ", "", "http://127.0.0.1:9000/", "https://Pics.example.com"])
    assert names == {"bfl.ai"}
    assert origins == {("http", "127.0.0.1", 9000), ("https", "pics.example.com", 443)}


@pytest.mark.parametrize(
    "entry",
    [
        "bfl.ai/x",
        "127.0.0.1:9000",
        "bfl.ai.",
        ".bfl.ai",
        "*.bfl.ai",
        "user@bfl.ai",
        "ai",
        "http://",
        "http://x/y",
        "ftp://x",
    ],
)
def test_nonsense_in_the_list_of_hosts_stops_the_start(entry):
    with pytest.raises(ValueError, match="not a"):
        Client("https://api.test/v1", KEY, result_hosts=[entry])


@pytest.mark.parametrize("entry", ["http://[::1", "http://a\x00b", "[::1", "x" * 70_000])
def test_a_host_that_cannot_be_read_is_named(entry):
    with pytest.raises(ValueError, match=r"not an origin|not a host"):
        check_result_hosts([entry])
