"""The shapes of the gateway's answers: a reply, its JSON, its errors."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass
class Reply:
    """What goes back: status, content, headers. `content` may be an iterator, for an answer without a length."""

    status: int
    content: object = b""
    headers: dict = field(default_factory=dict)


def answer_json(document, *, status=200, request_id=None, headers=None):
    """Wrap a document as the gateway does, with the request id in a header."""
    known = {"Content-Type": "application/json"} | ({"x-request-id": request_id} if request_id else {})
    return Reply(status, json.dumps(document).encode(), known | (headers or {}))


def answer_text(words, *, status, headers=None):
    """Say something that is not JSON, as result hosts do."""
    return Reply(status, words.encode(), {"Content-Type": "text/plain", **(headers or {})})


def vendor_error(message, *, status, code="invalid_request", param=None, request_id=None, headers=None):
    """Say no in the gateway's shape; the request id stands at the end of the message as well."""
    words = f"{message} (request id: {request_id})" if request_id else message
    error = {"message": words, "localized_message": words, "type": "shell_api_error", "param": param, "code": code}
    return answer_json({"error": error}, status=status, request_id=request_id, headers=headers)
