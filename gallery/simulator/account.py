"""The account's own pages of the gateway: what is left, and the log of what was charged, both from the till."""

from __future__ import annotations

from urllib.parse import parse_qs

from gallery.simulator.answers import answer_json, vendor_error

PATHS = ("/api/user/self", "/api/log/self")
QUOTA_PER_DOLLAR = 500_000
MICROS_PER_QUOTA = 1_000_000 // QUOTA_PER_DOLLAR
ROWS_MOST = 10
CONSUMED = 2


def answer(world, path, environ):
    """Answer one of PATHS; the token stands raw in the header, without the word Bearer."""
    token = environ.get("HTTP_AUTHORIZATION", "")
    if not token or " " in token or (world.account_tokens is not None and token not in world.account_tokens):
        return vendor_error("Unauthorized, invalid access token", status=401, code="")
    billed = [post for post in world.till if post.billed]
    return _self(world, billed) if path == PATHS[0] else _log(billed, parse_qs(environ.get("QUERY_STRING", "")))


def _self(world, billed):
    used = sum(post.billed_micros for post in billed)
    account = {
        "id": 1,
        "username": "team",
        "quota": (world.credit_micros - used) // MICROS_PER_QUOTA,
        "used_quota": used // MICROS_PER_QUOTA,
        "request_count": len(world.till),
    }
    return answer_json({"success": True, "message": "", "data": account})


def _log(billed, query):
    first = int(query.get("start_timestamp", ["0"])[0])
    last = int(query.get("end_timestamp", ["99999999999"])[0])
    size = min(ROWS_MOST, int(query.get("page_size", [str(ROWS_MOST)])[0]))
    page = max(0, int(query.get("p", ["0"])[0]))
    found = [post for post in reversed(billed) if first <= post.time <= last]
    rows = [_row(post) for post in found[page * size : (page + 1) * size]]
    data = {"page": page, "page_size": size, "total": len(found), "items": rows}
    return answer_json({"success": True, "message": "", "data": data})


def _row(post):
    return {
        "id": post.number,
        "created_at": int(post.time),
        "type": CONSUMED,
        "model_name": post.model,
        "quota": post.billed_micros // MICROS_PER_QUOTA,
        "request_id": post.request_id,
        "content": "",
    }
