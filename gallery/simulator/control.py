"""Lets a test in another process read the till, script faults and move the clock. Only with `World(control=True)`."""

from __future__ import annotations

import json

from gallery.simulator import faults
from gallery.simulator.answers import answer_json


def answer(world, path, content):
    """Answer one control request; a mistake in it is answered with 400 and its reason."""
    try:
        document = json.loads(content) if content else {}
        return answer_json(ROUTES[path](world, document))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return answer_json({"error": repr(error)}, status=400)


def _till(world, document):
    return [post.as_json() for post in list(world.till)]


def _script(world, document):
    """Take one entry or a list: the fault's fields plus optionally model, prompt, times."""
    entries = document if isinstance(document, list) else [document]
    for entry in entries:
        filters = {name: entry.pop(name) for name in ("model", "prompt", "times") if name in entry}
        fault = faults.from_json(entry)
        push = world.script_download if isinstance(fault, faults.DOWNLOAD_FAULTS) else world.script
        push(fault, **filters)
    return {"scripted": len(entries)}


def _clock(world, document):
    return {"now": world.clock.advance(float(document.get("advance", 0)))}


def _latency(world, document):
    world.latency = document["seconds"]
    return {"seconds": world.latency}


def _release(world, document):
    world.release()
    return {}


ROUTES = {"/_till": _till, "/_script": _script, "/_clock": _clock, "/_latency": _latency, "/_release": _release}
