"""All settings of fluxweb, and the only reader of the environment. Defaults make one machine work without any."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from huey import SqliteHuey
from huey.serializer import SignedSerializer

from fluxweb import logs
from fluxweb.addresses import env_origin, env_url, read_database, read_mail, read_redis, read_storage
from fluxweb.broker import redis_queue
from fluxweb.env import (
    env_bool,
    env_dollars,
    env_float,
    env_folder,
    env_int,
    env_list,
    env_mailbox,
    env_networks,
    env_secret,
    env_str,
    env_zone,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = env_folder("FLUXWEB_DATA", BASE_DIR / "var")

SECRET_KEY = env_secret("FLUXWEB_SECRET_KEY", DATA / "secret_key")
DEBUG = env_bool("FLUXWEB_DEBUG")

# -- the provider ---------------------------------------------------------------------------------------------------

SIMULATOR_PORT = 8901
FLUX_API_KEY = env_str("FLUX_API_KEY").removeprefix("Bearer ").strip()
DEMO = not FLUX_API_KEY
# Without a key nothing may leave this machine, whatever else is set: the built-in simulator answers.
SIMULATOR_URL = env_origin("FLUXWEB_SIMULATOR_URL", f"http://127.0.0.1:{SIMULATOR_PORT}")
FLUX_API_URL = env_url("FLUX_API_URL", "https://api.apiyi.com/v1")
ASKED_RESULT_HOSTS = FLUX_RESULT_HOSTS = env_list("FLUX_RESULT_HOSTS", "bfl.ai")
if DEMO:
    FLUX_API_URL, FLUX_RESULT_HOSTS = f"{SIMULATOR_URL}/v1", [SIMULATOR_URL]
FLUX_ACCOUNT_TOKEN = env_str("FLUX_ACCOUNT_TOKEN")  # reads the balance and the log; pays nothing
BALANCE_LOW_MICROS = env_dollars("FLUXWEB_BALANCE_LOW", "10")
FLUX_CONCURRENCY = env_int("FLUX_CONCURRENCY", 16, high=1000)
FLUX_TIMEOUT = env_float("FLUX_TIMEOUT", 420, low=0.1, high=3600)
REFERENCE_ORIGINS = env_list("FLUXWEB_REFERENCE_ORIGINS")  # of one's own network, that members may fetch pictures from
TRASH_DAYS = env_int("FLUXWEB_TRASH_DAYS", 30, high=3650)  # so long a deleted picture can be put back
REVIEW_FROM = env_int("FLUXWEB_REVIEW_FROM", 50, high=2001)  # images: so large a run is shown before it is bought
AI_MARK = env_bool("FLUXWEB_AI_MARK", True)  # files of pictures say in XMP that a model made them
WAITING_MAX = env_int("FLUXWEB_WAITING_MAX", 5000)  # jobs of one member that may wait at once
BUDGET_WARNING_PERCENT = env_int("FLUXWEB_BUDGET_WARNING", 80, high=100)

# -- workers (seconds) ----------------------------------------------------------------------------------------------

HEARTBEAT_SECONDS = env_float("FLUXWEB_HEARTBEAT", 5, low=0.05)
DEAD_AFTER_SECONDS = env_float("FLUXWEB_DEAD_AFTER", 30, low=0.2)
if DEAD_AFTER_SECONDS <= HEARTBEAT_SECONDS:
    raise ImproperlyConfigured(
        f"FLUXWEB_DEAD_AFTER ({DEAD_AFTER_SECONDS:g}) must be longer than FLUXWEB_HEARTBEAT ({HEARTBEAT_SECONDS:g}): "
        "between two beats every worker would count as dead"
    )
SWEEP_SECONDS = env_float("FLUXWEB_SWEEP", 5, low=0.05)
CRASH_AT = env_str("FLUXWEB_CRASH_AT")  # for tests: the point at which this process dies

# -- where it is reached --------------------------------------------------------------------------------------------

PUBLIC_URL = env_origin("FLUXWEB_PUBLIC_URL", "http://127.0.0.1:8000")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname
ALLOWED_HOSTS = sorted({PUBLIC_HOST, "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = env_networks("FLUXWEB_TRUSTED_PROXIES")
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for all subdomains: other names below ours are other people's
    "security.W008",  # a redirect to https: the proxy that ends TLS makes it; one of ours would go round in circles
    "security.W021",  # HSTS in the browsers' own lists: for the owner of the domain to decide, and hard to take back
    # Without TLS, as on one machine, cookies that want it would lock everybody out, and HSTS means nothing.
    *([] if SECURE else ["security.W004", "security.W012", "security.W016"]),
]

# -- Django ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "gallery",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_structlog",
    "heroicons",
    "csp",
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "gallery.middleware.forwarded_scheme",
    "gallery.middleware.probes",
    "gallery.middleware.DatabaseTrouble",
    "gallery.middleware.shared_links",
    "gallery.middleware.caching",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # its files were compressed when they were collected
    "gallery.middleware.Compression",
    "gallery.middleware.known_hosts",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "gallery.middleware.origin_of_links",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "gallery.middleware.signed_out_fragments",
    "gallery.middleware.known_browsers",
    "gallery.middleware.wrong_methods",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "fluxweb.urls"
WSGI_APPLICATION = "fluxweb.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A prompt may have 32K tokens (about 160,000 characters, four bytes each in the worst case).
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_100  # a whole run can be selected, with a few fields beside

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gallery.context_processors.chrome",
            ],
        },
    }
]

# -- database, queue, files -----------------------------------------------------------------------------------------

DATABASES = {"default": read_database("DATABASE_URL", DATA / "fluxweb.sqlite3")}
REDIS_URL = read_redis("REDIS_URL")


def make_queue():
    """Return huey on Redis or in its own SQLite file. Its messages are pickles, so they are signed."""
    serializer = SignedSerializer(secret=SECRET_KEY)
    if REDIS_URL:
        return redis_queue("fluxweb", url=REDIS_URL, serializer=serializer)
    return SqliteHuey(
        "fluxweb", filename=str(DATA / "queue.sqlite3"), results=False, serializer=serializer, cache_mb=1, fsync=False
    )


HUEY = make_queue()

MEDIA_ROOT = DATA / "media"
SPOOL = DATA / "spool"


STORAGES = {
    "default": read_storage("STORAGE_URL"),
    "staticfiles": {"BACKEND": "fluxweb.static.StaticStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# -- people ---------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "gallery.User"
AUTHENTICATION_BACKENDS = ["gallery.services.accounts.sign_ins.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "studio"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "gallery.forms.accounts.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "gallery.forms.accounts.passwords.LoginForm",
    "reauthenticate": "gallery.forms.accounts.passwords.ReauthenticateForm",
    "change_password": "gallery.forms.accounts.passwords.ChangePasswordForm",
    "reset_password": "gallery.forms.accounts.passwords.ResetPasswordForm",
}
ACCOUNT_RATE_LIMITS = False  # tries are counted in one place: gallery.services.accounts.sign_ins
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can sign up, and a mail would tell a stranger where we are
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True

# -- mail -----------------------------------------------------------------------------------------------------------


globals().update(read_mail("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env_mailbox("FLUXWEB_MAIL_FROM", f"fluxweb@{PUBLIC_HOST}")

# -- language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = env_zone("FLUXWEB_TIME_ZONE")

# -- what the browser may load --------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# -- logs ------------------------------------------------------------------------------------------------------------

LOG_JSON = env_bool("FLUXWEB_LOG_JSON")
LOGGING = logs.configure(as_json=LOG_JSON)
