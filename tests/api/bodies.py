"""Bodies of answers in the vendor's shape (docs/api.md)."""

import json

URL = "https://delivery-eu.bfl.ai/results/x/sample.jpeg?signature=abc%2Fdef"
HTML = b"<html><body>Bad gateway</body></html>"


def error_body(message="", code=None, **more) -> bytes:
    error = {"message": message, "localized_message": "", "type": "shell_api_error", "param": "", "code": code}
    return json.dumps({"error": error | more}).encode()


def picture_body(url=URL, **more) -> bytes:
    return json.dumps({"created": 1776832476, "data": [{"url": url}]} | more).encode()
