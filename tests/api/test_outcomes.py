"""Every row of the outcome table: what an error answer means, and what may be done next."""

import pytest

from gallery.api import ApiError, Forbidden, KeyTrouble, OutcomeUnknown, RateLimited, Refused, UpstreamFailed
from gallery.api.responses import read_answer

from .bodies import HTML, error_body, picture_body


def error_of(status, body, headers=None) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read_answer(status, headers or {}, body)
    return caught.value


OUTCOMES = [
    # status, body, error, (kind or scope)
    (400, error_body("bad size"), Refused, "invalid"),
    (400, b"", Refused, "invalid"),
    (400, HTML, Refused, "invalid"),
    (413, HTML, Refused, "invalid"),
    (422, error_body(), Refused, "invalid"),
    (405, b"", Refused, "invalid"),
    (418, b"", Refused, "invalid"),
    (451, b"", Refused, "invalid"),
    (400, error_body("Request Moderated"), Refused, "moderation"),
    (400, error_body("no", "content_policy_violation"), Refused, "moderation"),
    (403, error_body("Content Moderated"), Refused, "moderation"),
    (403, error_body("", "moderation_blocked"), Refused, "moderation"),
    (403, error_body("user asked for 'quota'", "sensitive_words_detected"), Refused, "moderation"),
    (500, error_body("", "prompt_blocked"), Refused, "moderation"),
    (500, error_body("Request Moderated"), Refused, "moderation"),
    (401, error_body("invalid key"), KeyTrouble, "key"),
    (401, b"", KeyTrouble, "key"),
    (402, error_body("upstream credit"), KeyTrouble, "key"),
    (402, HTML, KeyTrouble, "key"),
    (404, b"", KeyTrouble, "key"),
    (404, error_body("Invalid URL (POST /v2/images)"), KeyTrouble, "key"),
    (404, error_body("The model `flux-9` does not exist"), KeyTrouble, "model"),
    (404, error_body("", "model_not_found"), KeyTrouble, "model"),
    (400, error_body("", "model_not_found"), KeyTrouble, "model"),
    (403, error_body("", "insufficient_user_quota"), KeyTrouble, "key"),
    (403, error_body("", "pre_consume_token_quota_failed"), KeyTrouble, "key"),
    (403, error_body("user quota is not enough"), KeyTrouble, "key"),
    (403, error_body("", None, localized_message="用户额度不足"), KeyTrouble, "key"),
    (403, error_body("This token has no access to model flux-2-max"), KeyTrouble, "model"),
    (403, error_body("The key may not use the model flux-2-max"), KeyTrouble, "model"),
    (403, error_body("该令牌无权访问模型 flux-2-max"), KeyTrouble, "model"),
    (403, error_body("", "model_not_allowed"), KeyTrouble, "model"),
    (403, error_body("This API key is disabled"), KeyTrouble, "key"),
    (403, error_body("", "InvalidApiKey"), KeyTrouble, "key"),
    (403, error_body("Access denied"), Forbidden, None),
    (403, error_body(), Forbidden, None),
    (403, HTML, Forbidden, None),
    (403, b"", Forbidden, None),
    (429, b"", RateLimited, None),
    (429, HTML, RateLimited, None),
    (429, error_body("slow down"), RateLimited, None),
    (429, error_body("rate limit: quota of 10 requests per minute"), RateLimited, None),
    (429, error_body("You exceeded your current quota"), KeyTrouble, "key"),
    (429, error_body("slow down", "insufficient_quota"), KeyTrouble, "key"),
    (429, error_body("quota", "rate_limit_exceeded"), RateLimited, None),
    (429, error_body("", None, type="insufficient_quota"), KeyTrouble, "key"),
    (500, error_body("upstream error"), UpstreamFailed, None),
    (502, error_body("", 502), UpstreamFailed, None),
    (503, error_body("busy", "do_request_failed"), UpstreamFailed, None),
    (503, b'{"error": {"message": ""}}', UpstreamFailed, None),
    (503, error_body("No available channel for model flux-pro under group default"), KeyTrouble, "model"),
    (503, error_body("当前分组 default 下对于模型 flux-pro 无可用渠道"), KeyTrouble, "model"),
    (503, error_body("", "channel:no_available_key"), KeyTrouble, "model"),
    (500, error_body("", "insufficient_user_quota"), KeyTrouble, "key"),
]


@pytest.mark.parametrize(
    ("status", "body", "kind", "detail"), OUTCOMES, ids=[f"{row[0]}-{row[1][:70]!r}" for row in OUTCOMES]
)
def test_every_refusal_says_what_may_be_done_next(status, body, kind, detail):
    error = error_of(status, body, {"x-request-id": "req-3"})
    assert type(error) is kind
    assert getattr(error, "kind", getattr(error, "scope", None)) == detail
    assert (error.status, error.request_id) == (status, "req-3")


@pytest.mark.parametrize("status", [408, 499, 504, 520, 521, 522, 523, 524])
@pytest.mark.parametrize("body", [b"", HTML, error_body("timeout"), error_body("", "insufficient_user_quota")])
def test_a_proxy_that_gave_up_settles_nothing(status, body):
    assert type(error_of(status, body)) is OutcomeUnknown


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(
    "body", [b"", HTML, b"[]", b"{}", b'{"error": null}', b'{"error": "text"}', b'{"error": {}}', error_body()[:-1]]
)
def test_a_5xx_without_the_apis_own_error_settles_nothing(status, body):
    assert type(error_of(status, body)) is OutcomeUnknown


@pytest.mark.parametrize("status", [501, 505, 529, 599, 600, 999])
def test_a_5xx_the_api_does_not_know_settles_nothing(status):
    assert type(error_of(status, error_body("what"))) is OutcomeUnknown


@pytest.mark.parametrize("status", [101, 300, 301, 302, 303, 304, 307, 308, 399])
def test_anything_below_4xx_that_is_no_2xx_settles_nothing(status):
    assert type(error_of(status, picture_body(), {"location": "https://bfl.ai/"})) is OutcomeUnknown


@pytest.mark.parametrize("message", ["prompt: 'no quota, invalid key, no access to model'"])
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_prompt_repeated_in_a_message_cannot_pause_the_team(status, message):
    assert type(error_of(status, error_body(message))) is Refused
