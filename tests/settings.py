"""Settings of the tests: fluxweb's own, in a folder of their own, with a key (the loopback simulator answers)."""

import os
import tempfile
from pathlib import Path

from tests.lane import own_redis

FOLDER = Path(tempfile.mkdtemp(prefix="fluxweb-tests-"))
(FOLDER / "static").mkdir()  # whitenoise warns of a missing folder, and warnings are errors
os.environ["FLUXWEB_DATA"] = str(FOLDER)
os.environ["FLUX_API_KEY"] = "test-key-that-no-page-may-show"
os.environ["FLUX_API_URL"] = "http://127.0.0.1:9/v1"  # nobody listens there: a test that means to pay says where
os.environ["FLUX_CONCURRENCY"] = "4"
if redis := os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = own_redis(redis)
for name in (
    "FLUX_ACCOUNT_TOKEN",
    "FLUXWEB_BALANCE_LOW",
    "FLUXWEB_PUBLIC_URL",
    "STORAGE_URL",
    "EMAIL_URL",
    "FLUXWEB_DEBUG",
    "FLUXWEB_TIME_ZONE",
    "FLUXWEB_SIMULATOR_URL",
):
    os.environ.pop(name, None)

from fluxweb.settings import *  # noqa: E402, F403
from fluxweb.settings import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

# Threads of one test must see the same rows: a file, not memory.
DATABASES["default"]["TEST"] = (
    {"NAME": str(FOLDER / "test.sqlite3")} if "sqlite" in DATABASES["default"]["ENGINE"] else {}
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
INSTALLED_APPS.remove("whitenoise.runserver_nostatic")
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A test database need not survive a power cut; the processes of tests/processes have the settings of an install.
OPTIONS = DATABASES["default"]["OPTIONS"]
if "postgresql" in DATABASES["default"]["ENGINE"]:
    OPTIONS["options"] += " -c synchronous_commit=off"
else:
    OPTIONS["init_command"] += "PRAGMA synchronous=OFF;"
