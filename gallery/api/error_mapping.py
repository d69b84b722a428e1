"""What an error answer means: the outcome table of services/paid_calls/README.md as code.

Decides by the error's code first, then by its message, then by the status. Codes are those of OpenAI and of the
gateways descended from one-api, of which the provider is one. Messages can repeat the user's prompt, so they decide
only where a wrong guess cannot stop the team: never about key or quota when the status speaks of parameters.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import ApiError, Forbidden, KeyTrouble, OutcomeUnknown, RateLimited, Refused, UpstreamFailed

UPSTREAM_STATUSES = (500, 502, 503)
GAVE_UP_STATUSES = (408, 499)  # the only 4xx after which the generation may run on


@dataclass(frozen=True, slots=True)
class Reply:
    """What the provider said, cleaned. has_json_error: the body was the API's error object, not a proxy's page."""

    status: int
    code: str = ""
    kind: str = ""
    words: str = ""
    request_id: str = ""
    retry_after: float | None = None
    has_json_error: bool = False

    def facts(self) -> dict[str, Any]:
        """Return the arguments every ApiError takes."""
        return {
            "status": self.status,
            "code": self.code,
            "words": self.words,
            "request_id": self.request_id,
            "retry_after": self.retry_after,
        }


def error_for(reply: Reply) -> ApiError:
    """Return the error that an answer other than 2xx means."""
    if not _settles_it(reply):
        came = "a_redirect" if 300 <= reply.status < 400 else "no_verdict"
        return OutcomeUnknown(_unknown_because(reply), came=came, **reply.facts())
    by_code = _topic_of_code(reply.code) or _topic_of_code(reply.kind)
    topic = by_code or _topic_of_words(reply) or _topic_of_status(reply)
    return ERRORS[topic](reply)


def _settles_it(reply: Reply) -> bool:
    """Say whether this answer proves that nothing was painted. When in doubt it does not."""
    if reply.status in UPSTREAM_STATUSES:
        return reply.has_json_error
    return 400 <= reply.status < 500 and reply.status not in GAVE_UP_STATUSES


def _unknown_because(reply: Reply) -> str:
    if reply.status < 400:
        return f"{reply.status} instead of an answer"
    return f"{reply.status}: no verdict, the generation may run on"


# In this order: a moderation code may also name the model, a model code may also name the key.
CODES = (
    ("moderation", re.compile(r"moderat|content_?(policy|filter)|sensitive|prompt_blocked|nsfw|safety_(block|violat)")),
    ("quota", re.compile(r"quota|(insufficient|not_enough)_(credit|balance|fund)|billing|arrears|payment_required")),
    ("model", re.compile(r"model_(not|no|access|permission|forbidden|denied|unavailable|disabled)(_|\Z)")),
    ("model", re.compile(r"no_(\w+_)?channel|no_available_key|get_channel_failed|(unknown|forbidden)_model")),
    ("key", re.compile(r"(invalid|incorrect|missing|expired|disabled|revoked)_(api_?key|token)(_|\Z)")),
    ("key", re.compile(r"(api_?key|token)_(invalid|expired|disabled|revoked)|authenticat|unauthori[sz]ed")),
    ("key", re.compile(r"permission_denied|account_(deactivated|disabled|suspended|blocked)")),
    ("rate", re.compile(r"rate_?limit|too_many_requests|throttl")),
)


def _topic_of_code(code: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", code).lower())
    return next((topic for topic, pattern in CODES if pattern.search(plain)), "")


NOT_ALLOWED = (
    r"(may not|must not|cannot|can't|not (allowed|permitted|enabled|available|found|exist|have)"
    r"|no (access|permission)|does ?n[o']t|denied|forbidden|unauthori[sz]ed|无权|权限|不可用)"
)
NOT_VALID = rf"({NOT_ALLOWED}|disabled|expired|invalid|revoked|suspended)"
MODERATION = ("moderation", re.compile(r"moderat|content (policy|filter)|nsfw|sensitive word|flagged|敏感|审核"))
QUOTA = ("quota", re.compile(r"quota|(insufficient|not enough|no) (credit|balance|fund)|billing|额度|余额"))
MODEL = ("model", re.compile(rf"{NOT_ALLOWED}.{{0,80}}(model|模型)|(model|模型).{{0,80}}{NOT_ALLOWED}"))
KEY = ("key", re.compile(rf"(\bkey\b|token|account|令牌).{{0,60}}{NOT_VALID}"))
BAD_KEY = ("key", re.compile(r"(invalid|incorrect|expired|disabled|revoked) (api[ _-]?)?(key|token)"))
RATE = ("rate", re.compile(r"rate.?limit|too many|requests? per|frequen|频率|频繁"))
NO_CHANNEL = ("model", re.compile(r"no (\w+ ){0,2}channel|无可用渠道|可用渠道"))

# Which messages are believed under which status.
WORDS = {
    403: (MODERATION, QUOTA, MODEL, KEY, BAD_KEY),
    404: (MODEL,),
    429: (RATE, QUOTA),
    500: (NO_CHANNEL, MODERATION),
    502: (NO_CHANNEL, MODERATION),
    503: (NO_CHANNEL, MODERATION),
}


def _topic_of_words(reply: Reply) -> str:
    text = reply.words.lower()
    believed = WORDS.get(reply.status, () if reply.status in STATUSES else (MODERATION,))
    return next((topic for topic, pattern in believed if pattern.search(text)), "")


STATUSES = {401: "key", 402: "quota", 403: "forbidden", 404: "address", 429: "rate"} | dict.fromkeys(
    UPSTREAM_STATUSES, "upstream"
)


def _topic_of_status(reply: Reply) -> str:
    return STATUSES.get(reply.status, "invalid")


ERRORS: dict[str, Callable[[Reply], ApiError]] = {
    "moderation": lambda reply: Refused("refused by moderation", kind="moderation", **reply.facts()),
    "invalid": lambda reply: Refused(f"{reply.status}: the request was refused", kind="invalid", **reply.facts()),
    "forbidden": lambda reply: Forbidden(f"{reply.status}: forbidden without a reason we know", **reply.facts()),
    "quota": lambda reply: KeyTrouble(f"{reply.status}: no credit left", about="credit", **reply.facts()),
    "key": lambda reply: KeyTrouble(f"{reply.status}: the key was not accepted", about="key", **reply.facts()),
    "address": lambda reply: KeyTrouble(f"{reply.status}: not the API's address", about="address", **reply.facts()),
    "model": lambda reply: KeyTrouble(
        f"{reply.status}: this model is not available", scope="model", about="model", **reply.facts()
    ),
    "rate": lambda reply: RateLimited(f"{reply.status}: too many calls", **reply.facts()),
    "upstream": lambda reply: UpstreamFailed(f"{reply.status}: failed upstream", **reply.facts()),
}
