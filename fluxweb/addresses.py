"""Settings that are addresses: each is read whole at the start, and what cannot be meant is refused by its name.

Never shown whole in an error: addresses can carry passwords.
"""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from fluxweb.env import env_str

# FULL keeps the "about to pay" mark through a power cut, NORMAL may forget it (a double payment). IMMEDIATE takes the
# write lock at BEGIN: deferred transactions answer "database is locked" within milliseconds under threads.
LOCK_SECONDS = 20  # a press waits so long for whoever writes, then it says so
CONNECT_SECONDS = 10
MAIL_SECONDS = 10  # of silence of a mail server
SQLITE_OPTIONS = {
    "timeout": LOCK_SECONDS,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
SQLITE = "django.db.backends.sqlite3"
DATABASES = ("sqlite", "postgres", "postgresql")
DEFAULT_PORTS = {"http": 80, "https": 443}
HOST_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
CHECKSUMS = ("when_required", "when_supported")
S3_CONNECT_SECONDS, S3_READ_SECONDS, S3_TRIES = 5, 30, 2  # with botocore's own a start or a call would wait 5 minutes
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]")  # also what other services than Amazon's take


def env_url(name: str, default: str = "", *, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """Return an http address without a trailing slash; its host and port are such."""
    text = env_str(name) or default
    if text:
        parts = _split(name, text, schemes)
        if not _host(name, parts) or parts.query or parts.fragment:
            raise ImproperlyConfigured(f"{name} must be an address such as {parts.scheme}://example.com")
    return text.rstrip("/")


def env_origin(name: str, default: str) -> str:
    """Return scheme, host and port as browsers send them: small letters, no port that goes without saying."""
    parts = _split(name, env_url(name, default), ("http", "https"))
    host, port = _host(name, parts), parts.port
    if parts.username is not None or parts.path or "_" in host:  # browsers and Django take no _ in a host
        raise ImproperlyConfigured(f"{name} must be scheme, host and port only, such as https://flux.example.com")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != DEFAULT_PORTS[parts.scheme] else "")


def _split(name, text, schemes) -> SplitResult:
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        raise ImproperlyConfigured(f"{name} has a blank or a control character in it")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # its words quote what stands there, which can be half of a password
        raise ImproperlyConfigured(
            f"{name} has a port that is no number from 0 to 65535, or a host that is none"
        ) from None
    if parts.scheme not in schemes:
        wanted = " or ".join(f"{each}://" for each in schemes)
        raise ImproperlyConfigured(f"{name} must be an address that starts with {wanted}")
    if port == 0:
        raise ImproperlyConfigured(f"{name} has port 0, at which nobody can be reached")
    return parts


def _host(name, parts):
    """Return the host as it stands in a Host header, with foreign letters encoded; empty if there is none."""
    host = parts.hostname or ""
    if ":" in host or not host:
        return host
    try:
        host = host.encode("idna").decode().rstrip(".")
    except UnicodeError:
        host = "-"
    if not all(HOST_LABEL.fullmatch(label) for label in host.split(".")):
        raise ImproperlyConfigured(f"{name} has a host that is none: {parts.hostname!r}")
    return host


def _query(name, parts, known):
    """Return the last value of each name after the question mark; refuse unknown ones."""
    query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if unknown := sorted(set(query) - set(known)):
        raise ImproperlyConfigured(f"{name} does not know {', '.join(unknown)}; it takes {', '.join(known)}")
    return query


def read_database(name: str, default: Path) -> dict:
    """Read `postgres://user:password@host/database` or `sqlite:////path/of/the/file`; without one, a file."""
    text = env_str(name)
    if text:
        _split(name, text, DATABASES)
    database = dj_database_url.parse(text) if text else {"ENGINE": SQLITE, "NAME": str(default)}
    if not database["NAME"] or database["NAME"] == ":memory:":
        raise ImproperlyConfigured(f"{name} names no database: every process must find the same one")
    given = database.get("OPTIONS", {})
    database["OPTIONS"] = {**given, **SQLITE_OPTIONS} if database["ENGINE"] == SQLITE else _server_options(given)
    return database


def _server_options(given):
    options = f"-c lock_timeout={LOCK_SECONDS}s {given.get('options', '')}".strip()
    return {"connect_timeout": CONNECT_SECONDS, **given, "options": options}


def read_redis(name: str) -> str:
    """Read `redis://host/0`, `rediss://` or `unix:///path`."""
    text = env_str(name)
    if text:
        parts = _split(name, text, ("redis", "rediss", "unix"))
        if not (parts.hostname or parts.path):
            raise ImproperlyConfigured(f"{name} names no host")
        if parts.scheme != "unix" and not re.fullmatch(r"(/[0-9]*)?", parts.path):
            raise ImproperlyConfigured(f"{name} must end with the number of a database, such as redis://host/0")
    return text.rstrip("/")


def read_storage(name: str) -> dict:
    """Read `s3://bucket?endpoint_url=...&region=...&checksums=...`; credentials come by the AWS variables."""
    if not env_str(name):
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"allow_overwrite": True}}
    parts = _split(name, env_str(name), ("s3",))
    query = _query(name, parts, ("endpoint_url", "region", "checksums"))
    if not BUCKET.fullmatch(parts.netloc):
        raise ImproperlyConfigured(f"{name} names no bucket: s3://BUCKET?endpoint_url=...&region=...")
    endpoint = _endpoint(name, query.get("endpoint_url"))
    options = {
        "bucket_name": parts.netloc,
        "location": parts.path.strip("/"),
        "endpoint_url": endpoint,
        "region_name": query.get("region"),
        "file_overwrite": True,
        "default_acl": None,
        "querystring_auth": True,
        "client_config": _s3_config(_checksums(name, query.get("checksums"), endpoint)),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _endpoint(name, endpoint):
    if endpoint:
        parts = _split(f"The endpoint_url of {name}", endpoint, ("http", "https"))
        if not _host(name, parts) or parts.username is not None or parts.query or parts.fragment:
            raise ImproperlyConfigured(f"The endpoint_url of {name} must be such as https://minio.example.com:9000")
    return endpoint


def _checksums(name, asked, endpoint):
    """Return when checksums are sent; None leaves it to botocore, whose default only Amazon and new services take."""
    if asked is not None and asked not in CHECKSUMS:
        raise ImproperlyConfigured(f"The checksums of {name} must be {' or '.join(CHECKSUMS)}")
    own_service = endpoint or env_str("AWS_ENDPOINT_URL_S3") or env_str("AWS_ENDPOINT_URL")
    said = asked or env_str("AWS_REQUEST_CHECKSUM_CALCULATION")
    return asked or ("when_required" if own_service and not said else None)


def _s3_config(checksums):
    from botocore.config import Config  # here: only installs with STORAGE_URL need it

    return Config(
        signature_version="s3v4",
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
        connect_timeout=S3_CONNECT_SECONDS,
        read_timeout=S3_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": S3_TRIES},
    )


def read_mail(name: str) -> dict:
    """Read `smtp://user:password@host:587/?tls=true`; without one, mail is written to the log of the web process."""
    if not env_str(name):
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = _split(name, env_str(name), ("smtp", "smtps"))
    tls = _query(name, parts, ("tls",)).get("tls", "false")
    if not _host(name, parts) or tls not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} must be such as smtp://user:password@host:587/?tls=true")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": tls == "true",
        "EMAIL_TIMEOUT": MAIL_SECONDS,
    }
