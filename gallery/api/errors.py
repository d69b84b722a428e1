"""Errors of the paid API, named by what may be done next.

`str(error)` is always our own text: no key, no address, nothing the provider wrote. What it wrote is in `words`,
and must be escaped like any other foreign text.
"""

from typing import Any


class ApiError(Exception):
    """Carry what is known about one answer, or about its absence.

    status: HTTP status, None without an answer. code: the provider's error code, "" if none. words: the provider's
    message, at most 500 printable characters, the key and signatures blotted out. request_id: "" if none.
    retry_after: seconds, at most 600, None if the provider named no time we understand.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        code: str = "",
        words: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.words = words
        self.request_id = request_id
        self.retry_after = retry_after


# --- one paid call: not charged -------------------------------------------------------------------------------


class NotExecuted(ApiError):
    """No byte of the request left us: it costs nothing and may be tried again by itself."""


class RateLimited(ApiError):
    """The provider wants fewer calls: wait `retry_after` seconds (None: our own backoff), then try again."""


class Refused(ApiError):
    """The provider refuses this very job: trying it again unchanged is pointless.

    kind: "moderation" (what was asked for is not allowed), "invalid" (parameters, size, anything else) or "unwritable"
    (it cannot be written as JSON, so nothing was sent).
    """

    def __init__(self, text: str, *, kind: str = "invalid", **facts: Any) -> None:
        super().__init__(text, **facts)
        self.kind = kind


class Forbidden(ApiError):
    """A 403 that names neither moderation nor money nor the key: this job fails; several in a row are the key's."""


class KeyTrouble(ApiError):
    """Key, credit or access: every further call would fail too, until a person does something.

    scope: "key" (nothing goes) or "model" (only this FLUX model: no access, no channel, gone).
    about: what a person has to look at: "key", "credit", "address" (of the API) or "model".
    """

    def __init__(self, text: str, *, scope: str = "key", about: str = "key", **facts: Any) -> None:
        super().__init__(text, **facts)
        self.scope = scope
        self.about = about


class UpstreamFailed(ApiError):
    """500, 502 or 503 with the API's own error: presumed not charged, may be tried again a few times."""


# --- one paid call: charged, or nobody knows ------------------------------------------------------------------


class OutcomeUnknown(ApiError):
    """The request, or part of it, left us and no answer settles it: presumed charged, never repeated by itself.

    came: what there was of an answer: "nothing_in_time", "nothing" (the line ended before that), "a_part",
    "a_redirect", or "no_verdict" (a whole one that does not say what became of the call).
    """

    def __init__(self, text: str, *, came: str = "nothing", **facts: Any) -> None:
        super().__init__(text, **facts)
        self.came = came

    @property
    def why(self) -> str:
        """What happened, in a few words of ours."""
        return str(self)


class PaidWithoutResult(ApiError):
    """2xx without a usable address: presumed charged, and there is nothing to fetch."""


# --- fetching a result: GETs are free -------------------------------------------------------------------------


class ResultGone(ApiError):
    """404 or 410 (see `status`): probably dead; may be tried until the address's ten minutes are over."""


class ResultUnavailable(ApiError):
    """Cut, short, slow, 4xx or 5xx: try again until the address's ten minutes are over."""


class ResultRefused(ApiError):
    """We do not want this address or these bytes: redirect, too large, no picture, not public. Do not try again."""

    @property
    def reason(self) -> str:
        """What is wrong with it, in a few words of ours."""
        return str(self)
