"""The FLUX API as a WSGI application: routes, the key check, and the vendor's shape of answers and errors."""

from __future__ import annotations

import hmac
import json
import re
from http import HTTPStatus
from urllib.parse import parse_qs

from gallery.simulator import account, control, playing
from gallery.simulator.answers import Reply, answer_json, answer_text, vendor_error
from gallery.simulator.checks import CONTRACT, Refusal, check
from gallery.simulator.multipart import edit_body

CALL_PATHS = ("/images/generations", "/images/edits")
RESULT_PATH = re.compile(r"/results/([0-9a-f]+)/[^/]+")


def make_app(world):
    """Return the WSGI application of this world. Cuts and drips need `LoopbackServer`: here they raise `RawLine`."""

    def app(environ, start_response):
        reply = _route(world, environ)
        start_response(_status_line(reply.status), _headers(reply))
        return [reply.content] if isinstance(reply.content, bytes) else reply.content

    return app


def _route(world, environ):
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    api_path = path.removeprefix("/v1")
    if api_path in CALL_PATHS and method == "POST":
        return _call(world, environ, api_path)
    if api_path == "/models" and method == "GET":
        return _models(world, environ)
    if match := RESULT_PATH.fullmatch(path):
        return _download(world, environ, match[1])
    if path in account.PATHS and method == "GET":
        return account.answer(world, path, environ)
    if world.control and path in control.ROUTES:
        return control.answer(world, path, _read(environ))
    return vendor_error(f"Invalid URL ({method} {path})", status=404, code="not_found")


def _call(world, environ, path):
    """One paid call: into the till first, then checked, then billed, then answered or spoiled."""
    content = _read(environ)
    body, broken = _parsed(environ, path, content)
    post = world.record(path=path, key=_key(environ), body=body)
    try:
        if broken:
            raise broken
        _check_key(world, post.key)
        recipe = check(body, strict=world.strict)
        reply = _perform(world, post, recipe, origin=_origin(environ))
    except Refusal as refusal:
        reply = _refused(refusal, post.request_id)
    post.status = reply.status
    return reply


def _perform(world, post, recipe, *, origin):
    def succeed():
        url = world.keep_result(post, recipe=recipe, origin=origin)
        return answer_json({"created": int(world.clock.now()), "data": [{"url": url}]}, request_id=post.request_id)

    fault = world.call_fault(post) or playing.fault_of_prompt(post.prompt)
    if fault is not None:
        post.fault = type(fault).__name__
        return playing.spoil_call(fault, world=world, post=post, succeed=succeed)
    world.bill(post)
    world.wait_latency(post)
    return succeed()


def _download(world, environ, token):
    result = world.result(token)
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return answer_text("Method not allowed", status=405)
    if result is None:
        return answer_text("Not found", status=404)
    asked = parse_qs(environ.get("QUERY_STRING", "")).get("signature", [""])[0]
    if not hmac.compare_digest(asked.encode(), result.signature.encode()):
        return answer_text("Forbidden", status=403)
    picture = Reply(200, b"", {"Content-Type": f"image/{result.recipe.output_format}"})
    fault = world.download_fault(result.post)
    picture.content = world.picture(token)
    return playing.spoil_download(fault, world=world, picture=picture) if fault else picture


def _models(world, environ):
    try:
        _check_key(world, _key(environ))
    except Refusal as refusal:
        return _refused(refusal)
    rows = [{"id": name, "object": "model", "created": 1626777600, "owned_by": "bfl"} for name in CONTRACT["models"]]
    return answer_json({"object": "list", "data": rows})


def _refused(refusal, request_id=None):
    return vendor_error(
        refusal.message, status=refusal.status, code=refusal.code, param=refusal.param, request_id=request_id
    )


def _read(environ):
    length = environ.get("CONTENT_LENGTH") or 0
    return environ["wsgi.input"].read(int(length))


def _parsed(environ, path, content):
    """Return (body, None) or ({}, the refusal): a broken body is still a POST that reached the till."""
    try:
        if len(content) > CONTRACT["body_bytes_max"]:
            raise Refusal("request body too large", status=413, code="request_too_large")
        kind = environ.get("CONTENT_TYPE", "")
        return (edit_body(kind, content) if path.endswith("edits") else _json_body(kind, content)), None
    except Refusal as refusal:
        return {}, refusal


def _json_body(kind, content):
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Refusal("Content-Type must be application/json")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise Refusal("the request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Refusal("the request body must be a JSON object")
    return body


def _key(environ):
    scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _check_key(world, key):
    if not key:
        raise Refusal("No API key was provided", status=401, code="")
    if world.keys is not None and key not in world.keys:
        raise Refusal("Invalid token", status=401, code="")


def _origin(environ):
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}"


def _status_line(status):
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _headers(reply):
    """Latin-1 text pairs; a length unless the answer has none or brings its own."""
    headers = dict(reply.headers)
    if isinstance(reply.content, bytes) and "Content-Length" not in headers:
        headers["Content-Length"] = len(reply.content)
    return [(name, str(value)) for name, value in headers.items()]
