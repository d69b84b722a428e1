"""A storage of S3: what it is asked with, and what is said when it refuses or does not answer."""

import math
import socket
import ssl

import pytest
from botocore import exceptions
from django.core.exceptions import ImproperlyConfigured

from fluxweb.addresses import read_storage
from gallery.services.storage import files, spool
from gallery.services.storage.error_words import clean_message, name_trouble
from tests.s3 import SmallS3

UNTRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed")
UNTRUSTED.verify_message = "self-signed certificate"
KEY, SECRET = "AKIAQ7EXAMPLEKEY", "geheim/very+secret"


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with SmallS3(is_old=True) as service:
        yield service


@pytest.fixture
def stores(monkeypatch, settings):
    """Point the storage at an address, as STORAGE_URL does at the start."""

    def point(url):
        monkeypatch.setenv("STORAGE_URL", url)
        monkeypatch.setitem(files.probes, "good_until", 0.0)
        settings.STORAGES = settings.STORAGES | {"default": read_storage("STORAGE_URL")}

    return point


def trouble():
    with pytest.raises(files.StorageTrouble) as caught:
        files.check_storage()
    said = caught.value
    for secret in (KEY, SECRET, "X-Amz", "http://", "https://"):
        assert secret not in said.whole
    assert "\n" not in said.whole
    return said


def test_a_service_of_ones_own_is_asked_without_newer_checksums(service, stores):
    stores(f"s3://pictures/team?endpoint_url={service.url}")
    files.check_storage()
    name = files.publish_bytes(b"a picture" * 2_000_000, "originals/a.png")  # goes in parts
    assert service.objects["/pictures/team/probe",] == b"fluxweb"
    assert service.objects["/pictures/team/originals/a.png",] == b"a picture" * 2_000_000
    assert name == "originals/a.png"


def test_what_is_stored_is_read_again(service, stores):
    stores(f"s3://pictures?endpoint_url={service.url}&region=eu-central-1")
    for content in (b"", b"x", b"a picture" * 10_000):
        files.publish_bytes(content, "originals/a.png")
        with files.open_file("originals/a.png") as file:
            assert file.read() == content


def test_an_old_service_that_is_sent_checksums_all_the_same_is_quoted(service, stores):
    stores(f"s3://pictures?endpoint_url={service.url}&checksums=when_supported")
    said = trouble()
    assert "checksums=when_required in STORAGE_URL" in str(said)
    assert "(NotImplemented)" in str(said)
    assert "A header you provided implies functionality that is not implemented" in said.whole
    assert said.is_refusal


ANSWERS = [
    ((404, "NoSuchBucket", "Gone."), "STORAGE_URL names a bucket that is not there (NoSuchBucket).", True),
    ((403, "AccessDenied", "arn:aws:iam::1:user/x may not."), "does not let these credentials write", True),
    ((403, "SignatureDoesNotMatch", "Check it."), "AWS_SECRET_ACCESS_KEY does not belong", True),
    ((403, "InvalidAccessKeyId", f"{KEY} is not known."), "does not know this AWS_ACCESS_KEY_ID", True),
    ((400, "ExpiredToken", "Expired."), "AWS_SESSION_TOKEN is not valid any more", True),
    ((400, "IllegalLocationConstraintException", "No."), "names another region", True),
    ((400, "XAmzContentSHA256Mismatch", "Mismatch."), "checksums=when_required", True),
    ((400, "InvalidArgument", "x-amz-checksum-crc32 is not supported."), "checksums=when_required", True),
    ((400, "InvalidArgument", "Another."), "The storage refuses with 400 (InvalidArgument).", True),
    ((405, "", ""), "The storage refuses with 405 (405).", True),
    ((403, "RequestTimeTooSkewed", "Late."), "The clock of this machine", False),
    ((507, "XMinioStorageFull", "Full."), "The storage is full", False),
    ((403, "QuotaExceeded", "Full."), "The storage is full", False),
    ((503, "SlowDown", "Slower."), "asks for fewer requests", False),
    ((503, "XMinioServerNotInitialized", "Wait."), "The storage answers 503 for now", False),
    ((500, "InternalError", "Sorry."), "The storage answers 500 for now (InternalError).", False),
    ((400, "RequestTimeout", "Slow."), "The storage answers 400 for now (RequestTimeout).", False),
]


def test_what_a_service_says_is_said(service, stores):
    stores(f"s3://pictures?endpoint_url={service.url}&region=eu-central-1")
    for answer, words, is_refusal in ANSWERS:
        service.answer = answer
        said = trouble()
        assert words in str(said)
        assert answer[1] in str(said)
        assert said.is_refusal == is_refusal, answer


def test_a_page_of_something_that_is_no_s3_service_is_a_sentence(service, stores):
    stores(f"s3://pictures?endpoint_url={service.url}")
    service.answer = (404, "<html>", "<b>not</b> here")
    assert "(404)" in str(trouble())


def test_nobody_who_listens_is_no_refusal(service, stores):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stores(f"s3://pictures?endpoint_url=http://127.0.0.1:{port}")
    said = trouble()
    assert str(said) == "The storage does not answer: Connection refused."
    assert not said.is_refusal


def test_a_service_without_tls_is_said(service, stores):
    stores(f"s3://pictures?endpoint_url={service.url.replace('http', 'https')}")
    said = trouble()
    assert str(said) == "The storage does not answer: TLS failed."
    assert not said.is_refusal


def test_missing_credentials_are_named(service, stores, monkeypatch):
    stores(f"s3://pictures?endpoint_url={service.url}")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    stores(f"s3://pictures?endpoint_url={service.url}")
    said = trouble()
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing" in str(said)
    assert said.is_refusal


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exceptions.ConnectTimeoutError(endpoint_url="http://a"), "no connection in time"),
        (exceptions.ReadTimeoutError(endpoint_url="http://a"), "nothing came in time"),
        (exceptions.ConnectionClosedError(endpoint_url="http://a"), "it hung up"),
        (exceptions.NoRegionError(), "names no region"),
        (exceptions.ProfileNotFound(profile="x"), "AWS_PROFILE"),
        (exceptions.ProxyConnectionError(proxy_url="http://me:pw@a"), "The proxy before the storage"),
        (exceptions.EndpointConnectionError(endpoint_url="http://a", error=socket.gaierror(-2, "x")), "name of its"),
        (exceptions.SSLError(endpoint_url="http://a", error=UNTRUSTED), "not trusted (self-signed certificate)"),
        (RuntimeError("https://a?X-Amz-Signature=1"), "RuntimeError"),
    ],
)
def test_errors_without_an_answer_are_said_without_their_addresses(error, words):
    said = str(name_trouble(error))
    assert words in said
    assert "http" not in said
    assert "pw" not in said


def test_a_folder_that_cannot_be_made_is_trouble_of_the_disk(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.SPOOL = tmp_path / "file" / "spool"
    with pytest.raises(files.StorageTrouble, match=r"^The storage folder cannot be used: Not a directory\.$") as caught:
        files.check_storage()
    assert caught.value.is_disk


def test_a_folder_that_is_read_only_is_named_by_its_setting(monkeypatch):
    monkeypatch.setattr(files.os, "access", lambda *_: False)  # whoever runs tests as root may write anywhere
    with pytest.raises(
        files.StorageTrouble, match=r"^FLUXWEB_DATA has a folder that cannot be written to\.$"
    ) as caught:
        files.check_storage()
    assert caught.value.is_refusal


def test_a_folder_in_which_nothing_was_stored_yet_holds_no_files():
    assert list(files.list_files("sheets")) == []


def test_who_waited_while_another_asked_in_vain_does_not_ask_as_well(service, stores, monkeypatch):
    stores(f"s3://pictures?endpoint_url={service.url}")
    known = files.StorageTrouble("The storage is full.")
    monkeypatch.setitem(files.probes, "trouble", known)
    monkeypatch.setitem(files.probes, "failed_at", math.inf)  # after we had begun to wait for our turn
    with pytest.raises(files.StorageTrouble) as caught:
        files.check_storage()
    assert caught.value is known
    assert not service.objects


def test_an_answer_that_is_recorded_while_the_others_are_read_is_passed_over():
    for key in ("a", "b", "c", "d"):
        spool.save_answer(key, {})
    answers = spool.list_answers(unless=["d"])
    assert next(answers) == ("a", "{}")
    spool.remove_answer("b")
    assert [key for key, _ in answers] == ["c"]


def test_a_failed_upload_makes_the_next_call_look_first(service, stores):
    stores(f"s3://pictures?endpoint_url={service.url}")
    files.check_storage()
    service.answer = (503, "ServiceUnavailable", "Later.")
    files.check_storage()  # believed for a while
    with pytest.raises(files.StorageTrouble):
        files.publish_bytes(b"x", "originals/a.png")
    trouble()


def test_what_a_service_says_is_cut_and_has_no_secret_in_it():
    text = f"Key {KEY} with {SECRET}\nat https://a/b?X-Amz-Signature=12 {'x' * 500}"
    said = clean_message(text, secrets=(SECRET, None, ""))
    assert said.startswith("Key *** with *** at *** xx")
    assert len(said) <= 160


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://pictures", None),
        ("s3://pictures?endpoint_url=http://a:9000", "when_required"),
        ("s3://pictures?endpoint_url=http://a:9000&checksums=when_supported", "when_supported"),
        ("s3://pictures?checksums=when_required", "when_required"),
    ],
)
def test_when_checksums_are_sent(monkeypatch, url, expected):
    monkeypatch.setenv("STORAGE_URL", url)
    config = read_storage("STORAGE_URL")["OPTIONS"]["client_config"]
    assert config.request_checksum_calculation == config.response_checksum_validation == expected
    assert config.signature_version == "s3v4"


def test_an_endpoint_of_the_environment_is_one_too(monkeypatch):
    monkeypatch.setenv("STORAGE_URL", "s3://pictures")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://a:9000")
    assert read_storage("STORAGE_URL")["OPTIONS"]["client_config"].request_checksum_calculation == "when_required"
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_supported")
    assert read_storage("STORAGE_URL")["OPTIONS"]["client_config"].request_checksum_calculation is None


@pytest.mark.parametrize("query", ["checksums=never", "checksums=", "endpoint_url=http://a:b@c:9000", "checksum=x"])
def test_options_that_cannot_be_meant_are_refused(monkeypatch, query):
    monkeypatch.setenv("STORAGE_URL", f"s3://pictures?{query}")
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL"):
        read_storage("STORAGE_URL")
