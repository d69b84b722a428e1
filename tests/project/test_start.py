"""A start that fails says why in one sentence that names the variable; what can be meant is taken."""

import json
import os
import subprocess
import sys
import threading

import pytest
from django.core.checks import run_checks
from django.core.management.base import CommandError
from django.db import connection

from fluxweb.addresses import read_storage
from fluxweb.server import listen, read_bind
from gallery.management import starting
from gallery.services.storage import files
from tests.processes.town import free_port
from tests.project.test_readme import ROOT
from tests.s3 import SmallS3

SECRET = "geheim"
VALUES = {
    "FLUXWEB_DATA": (
        "/proc/nowhere",
        "/etc/passwd",
        "/dev/null/x",
    ),
    "FLUXWEB_SECRET_KEY": (
        "abc",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "changeme-changeme",
    ),
    "FLUXWEB_DEBUG": (
        "maybe",
        "2",
        "ja",
    ),
    "FLUXWEB_LOG_JSON": (
        "jsonl",
        "-1",
    ),
    "FLUX_CONCURRENCY": (
        "0",
        "-1",
        "1_6",
        "16.5",
        "sixteen",
        "１６",
        "1e3",
        "1001",
        "nan",
    ),
    "FLUX_TIMEOUT": (
        "0",
        "nan",
        "inf",
        "1_0",
        "-5",
        "4,5",
        "3601",
        "420s",
    ),
    "FLUXWEB_HEARTBEAT": (
        "0",
        "soon",
        "nan",
        "31",
    ),
    "FLUXWEB_DEAD_AFTER": (
        "0.1",
        "4",
        "5",
        "x",
        "99999999",
    ),
    "FLUXWEB_SWEEP": (
        "0",
        "-1",
        "1_0",
    ),
    "FLUXWEB_AI_MARK": ("perhaps", "2"),
    "FLUXWEB_REVIEW_FROM": (
        "0",
        "fifty",
        "5 0",
    ),
    "FLUXWEB_TRASH_DAYS": (
        "0",
        "a month",
        "-30",
    ),
    "FLUXWEB_WAITING_MAX": (
        "0",
        "1,000",
        "-3",
    ),
    "FLUXWEB_BUDGET_WARNING": (
        "0",
        "101",
        "80%",
    ),
    "FLUXWEB_BALANCE_LOW": (
        "ten",
        "10 EUR",
        "1.000.00",
    ),
    "FLUXWEB_TIME_ZONE": (
        "Berlin",
        "UTC+2",
        "../etc/passwd",
        "Europe/Atlantis",
        "/etc/localtime",
    ),
    "FLUXWEB_TRUSTED_PROXIES": (
        "proxy",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "*",
        "10.0.0.1:80",
        "10.0.0",
    ),
    "FLUXWEB_PUBLIC_URL": (
        "flux.example.com",
        "ftp://flux.example.com",
        "https://",
        "https://mia:geheim@flux.example.com",
        "https://flux.example.com:99999",
        "https://flux.example.com:0",
        "https://flux.example.com:x",
        "https://flux.example.com/under/a/path",
        "https://flux.example.com?x=1",
        "https://flux example.com",
        "https://flux_web.example.com",
        "https://-.example.com",
        "https://*",
        "https://a..b",
        "https://[::1",
    ),
    "FLUX_API_URL": (
        "api.apiyi.com",
        "https://",
        "https://a:99999/v1",
        "https://a/v1?key=geheim",
        "https://a/v1#x",
        "ws://a/v1",
    ),
    "FLUXWEB_SIMULATOR_URL": (
        "here",
        "http://127.0.0.1:0",
    ),
    "DATABASE_URL": (
        "mysql://a:geheim@b/c",
        "postgres://a:geheim@b:99999/c",
        "postgres://a:geheim@b",
        "fluxweb",
        "sqlite://:memory:",
        "postgres://a:ge heim@b/c",
    ),
    "REDIS_URL": (
        "127.0.0.1:6379",
        "redis://",
        "redis://:geheim@a:99999/0",
        "redis://a/zero",
        "http://a/0",
    ),
    "STORAGE_URL": (
        "s3://",
        "bucket",
        "s3://a",
        "s3://my bucket",
        "s3://bucket?regoin=x",
        "s3://bucket?endpoint_url=minio:9000",
        "s3://bucket?endpoint_url=http://mia:geheim@minio:9000",
        "s3://bucket?endpoint_url=http://minio:9000&checksums=sometimes",
        "s3://bucket?checksums=",
        "file:///tmp",
    ),
    "EMAIL_URL": (
        "smtp://",
        "mail.example.com",
        "smtp://mia:geheim@mail.example:tls",
        "smtp://mail.example:587/?tls=yes",
        "smtp://mail.example/?starttls=true",
    ),
    "FLUXWEB_MAIL_FROM": (
        "nobody",
        "a@b@c",
        "fluxweb <>",
        "a@example.com\nBcc: b@example.com",
    ),
}
WRONG = [(name, value) for name, values in VALUES.items() for value in values]
RIGHT = [
    {"FLUXWEB_TRUSTED_PROXIES": "10.0.0.0/8, 192.168.1.7, fd00::/8, ::1"},
    {"FLUXWEB_PUBLIC_URL": "https://Flux.Example.com:443/"},
    {"FLUXWEB_PUBLIC_URL": "http://[::1]:8000"},
    {"FLUXWEB_PUBLIC_URL": "https://bücher.example"},
    {"FLUXWEB_HEARTBEAT": "0.2", "FLUXWEB_DEAD_AFTER": "2", "FLUXWEB_SWEEP": "0.3"},
    {"FLUXWEB_TIME_ZONE": "Europe/Berlin", "FLUXWEB_BALANCE_LOW": "12,50", "FLUXWEB_DEBUG": "Yes"},
    {"DATABASE_URL": "postgres://a:ge%40heim@/c", "REDIS_URL": "unix:///run/redis.sock"},
    {"DATABASE_URL": "postgresql://db_server/fluxweb", "REDIS_URL": "rediss://:geheim@redis_1:6380/2"},
    {"STORAGE_URL": "s3://my-bucket/folder?endpoint_url=http://minio_1:9000&region=eu-central-1"},
    {"STORAGE_URL": "s3://my-bucket?endpoint_url=https://minio:9000&checksums=when_required"},
    {"EMAIL_URL": "smtps://mia%40example.com:a%2Fb@mail.example", "FLUXWEB_MAIL_FROM": "fluxweb <flux@example.com>"},
    {"FLUXWEB_SECRET_KEY": "0123456789abcdef0123456789abcdef"},
    {name: "" for name, _ in WRONG},
]
START_SECONDS = 60


def environment(folder, **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLUX", "DJANGO_"))}
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "EMAIL_URL"):
        kept.pop(name, None)
    return kept | {"FLUXWEB_DATA": str(folder)} | variables


@pytest.fixture(scope="module")
def say(tmp_path_factory):
    """Return what reading the settings says for each of some sets of variables."""

    def read(sets):
        done = subprocess.run(
            [sys.executable, "-m", "tests.project.read_settings"],
            input="".join(json.dumps(each) + "\n" for each in sets), text=True, capture_output=True, check=True,
            cwd=ROOT, env=environment(tmp_path_factory.mktemp("data")),
        )  # fmt: skip
        return [json.loads(line) for line in done.stdout.splitlines()]

    return read


def test_wrong_settings_are_refused_by_name_in_one_sentence(say):
    said = say([{name: value} for name, value in WRONG])
    silent = [pair for pair, words in zip(WRONG, said, strict=True) if not words]
    nameless = [(pair, words) for pair, words in zip(WRONG, said, strict=True) if pair[0] not in words]
    assert silent == []
    assert nameless == []
    assert [words for words in said if "\n" in words or SECRET in words] == []
    assert len(WRONG) > 100


def test_settings_that_can_be_meant_are_taken(say):
    assert say(RIGHT) == [""] * len(RIGHT)


@pytest.mark.parametrize(
    ("arguments", "variables", "named"),
    [
        (["--bind", "8000"], {}, "--bind"),
        (["--worker-threads", "0"], {}, "--worker-threads"),
        ([], {"FLUXWEB_SECRET_KEY": "abc"}, "FLUXWEB_SECRET_KEY"),
        ([], {"FLUX_RESULT_HOSTS": "http://"}, "FLUX_RESULT_HOSTS"),
        ([], {"DATABASE_URL": f"postgres://mia:{SECRET}@127.0.0.1:1/x"}, "DATABASE_URL"),
    ],
)
def test_up_that_cannot_start_says_one_sentence(tmp_path, arguments, variables, named):
    arguments = arguments if "--bind" in arguments else [*arguments, "--bind", f"127.0.0.1:{free_port()}"]
    done = run("up", *arguments, env=environment(tmp_path / "data", **variables))
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode != 0
    assert named in last
    assert "Traceback" not in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert "fluxweb runs at" not in done.stdout


@pytest.mark.parametrize(
    "text", ["8000", ":8000", "127.0.0.1:", "127.0.0.1:99999", "::1:8000", "a:b", "a:-1", "[]:8", ""]
)
def test_an_address_to_listen_at_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="--bind"):
        read_bind(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:80", ("::1", 80)),
        ("0.0.0.0:65535", ("0.0.0.0", 65535)),
    ],
)
def test_an_address_to_listen_at_is_read(text, read):
    assert read_bind(text) == read


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("FLUX_API_URL", "https://a@b/v1"),
        ("FLUX_API_KEY", "two words"),
        ("FLUX_ACCOUNT_TOKEN", "ä"),
        ("ASKED_RESULT_HOSTS", ["http://"]),
        ("REFERENCE_ORIGINS", ["pictures.example.lan"]),
    ],
)
def test_a_bad_setting_of_the_provider_is_named(settings, setting, value):
    setattr(settings, setting, value)
    [fault] = run_checks()
    assert fault.msg.startswith(setting.replace("ASKED", "FLUX").replace("REFERENCE", "FLUXWEB_REFERENCE"))
    assert "two words" not in fault.msg


def run(*arguments, env):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=START_SECONDS,
    )  # fmt: skip


def test_a_taken_port_is_found_before_anything_is_prepared(tmp_path):
    with listen("127.0.0.1", 0) as taken:
        done = run("up", "--bind", f"127.0.0.1:{taken.getsockname()[1]}", env=environment(tmp_path / "data"))
    assert done.returncode != 0
    assert done.stdout == ""
    assert "in use" in done.stderr
    assert not (tmp_path / "data" / "fluxweb.sqlite3").exists()


def test_a_worker_before_the_first_migration_says_what_to_run(tmp_path):
    done = run("worker", env=environment(tmp_path / "data"))
    assert done.returncode != 0
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_starts_prepare_one_after_the_other(settings, tmp_path, db):
    settings.DATA = tmp_path
    waiting, done = threading.Event(), threading.Event()

    def second():
        with starting.alone(say_waiting=waiting.set):
            done.set()
        connection.close()

    with starting.alone(say_waiting=pytest.fail):
        other = threading.Thread(target=second)
        other.start()
        assert waiting.wait(START_SECONDS)
        assert not done.is_set()
    other.join(START_SECONDS)
    assert done.is_set()


STORE = {"AWS_ACCESS_KEY_ID": "AKIAQ7EXAMPLEKEY", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.mark.parametrize("command", ["up", "worker"])
def test_a_bucket_that_is_not_there_is_said_before_anything_runs(tmp_path, command):
    with SmallS3() as service:
        url = f"s3://another?endpoint_url={service.url}"
        where = ["--bind", f"127.0.0.1:{free_port()}"] if command == "up" else []
        done = run(command, *where, env=environment(tmp_path / "data", STORAGE_URL=url, **STORE))
    assert done.returncode != 0
    assert "fluxweb cannot start: STORAGE_URL names a bucket that is not there (NoSuchBucket: The" in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr
    assert "fluxweb runs at" not in done.stdout


def test_a_storage_that_refuses_stops_the_start_and_one_that_may_come_back_does_not(monkeypatch, settings):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAQ7EXAMPLEKEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    said = []
    with SmallS3() as service:
        monkeypatch.setenv("STORAGE_URL", f"s3://pictures?endpoint_url={service.url}")
        settings.STORAGES = settings.STORAGES | {"default": read_storage("STORAGE_URL")}
        for code in ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket"):
            service.answer = (403, code, "No.")
            with pytest.raises(CommandError, match=r"^fluxweb cannot start: .*(STORAGE_URL|AWS_)"):
                starting.check_storage(say=said.append)
        assert said == []
        service.answer = (503, "ServiceUnavailable", "Later.")
        starting.check_storage(say=said.append)
    starting.check_storage(say=said.append)  # nobody listens any more
    assert [each.partition(" (")[0] for each in said[:1]] == ["The storage answers 503 for now"]
    assert said[1].startswith("The storage does not answer: Connection refused. Nothing is bought")


@pytest.mark.parametrize(
    ("asked", "when"), [("", "when_required"), ("&checksums=when_supported", "when_supported")], ids=str
)
def test_which_checksums_the_storage_is_sent_is_logged(monkeypatch, settings, caplog, asked, when):
    caplog.set_level("INFO")
    for name, value in STORE.items():
        monkeypatch.setenv(name, value)
    with SmallS3() as service:
        monkeypatch.setenv("STORAGE_URL", f"s3://pictures?endpoint_url={service.url}{asked}")
        settings.STORAGES = settings.STORAGES | {"default": read_storage("STORAGE_URL")}
        starting.check_storage(say=print)
    assert [each.msg["when"] for each in caplog.records if each.name == "fluxweb.start"] == [when]


def test_a_full_disk_is_said_and_the_start_goes_on(monkeypatch):
    said = []
    monkeypatch.setattr(files, "FREE_BYTES", 2**60)
    starting.check_storage(say=said.append)
    assert said[0].startswith("The disk is nearly full")


def test_a_misspelt_setting_is_said(monkeypatch):
    monkeypatch.setenv("FLUXWEB_PUBLIC_ULR", "https://flux.example.com")
    assert starting.misspelt_settings() == ["FLUXWEB_PUBLIC_ULR is no setting of fluxweb; FLUXWEB_PUBLIC_URL is."]
