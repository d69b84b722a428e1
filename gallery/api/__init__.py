"""The one seam to the paid FLUX API: one POST, a guarded download, errors named by what may be done next.

Imports neither Django nor anything else of the project; nothing above this package knows httpx.
"""

import logging

from .client import Client, shared_ssl_context
from .errors import (
    ApiError,
    Forbidden,
    KeyTrouble,
    NotExecuted,
    OutcomeUnknown,
    PaidWithoutResult,
    RateLimited,
    Refused,
    ResultGone,
    ResultRefused,
    ResultUnavailable,
    UpstreamFailed,
)
from .pictures import fetch_web_picture
from .responses import Answer
from .results.result_body import Downloaded
from .results.result_urls import check_origins, check_result_hosts, read_address, result_host

# httpx writes whole addresses at INFO and httpcore headers at DEBUG: a result's signature opens the picture to
# everyone, and the key pays. Set here so that no settings module can forget it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

__all__ = [
    "Answer",
    "ApiError",
    "Client",
    "Downloaded",
    "Forbidden",
    "KeyTrouble",
    "NotExecuted",
    "OutcomeUnknown",
    "PaidWithoutResult",
    "RateLimited",
    "Refused",
    "ResultGone",
    "ResultRefused",
    "ResultUnavailable",
    "UpstreamFailed",
    "check_origins",
    "check_result_hosts",
    "fetch_web_picture",
    "read_address",
    "result_host",
    "shared_ssl_context",
]
