"""What a database can hold: the one place for U+0000 and halves of characters, whichever way they came in.

PostgreSQL fails on a NUL in a text, and no database takes a lone surrogate; in the key of an address, a search word, a
cookie or a header of somebody who tries things, each would be a 500. Whatever is asked or written with one gets U+FFFD
in its place, which nothing of ours is called: then it is found nowhere, on every database alike. What people type is
judged before, in words, by the forms.
"""

import re
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

REPLACEMENT = "\ufffd"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def watch_all_connections() -> None:
    """Look at the values of every statement of this process, lazy ones of an answer that is streamed too."""
    connection_created.connect(_watch)


def _watch(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    # In front: `execute_wrapper` takes away the last one when it ends, and may have begun before this connection.
    if with_storable_values not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, with_storable_values)


def with_storable_values(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if not params:
        return execute(sql, params, many, context)
    return execute(sql, [make_storable(each) for each in params] if many else make_storable(params), many, context)


def make_storable(value: Any) -> Any:
    """Return a value, or all within it, without what no database takes; the same object if there is nothing of it."""
    if isinstance(value, str):
        return value if value.isascii() and "\x00" not in value else UNSTORABLE.sub(REPLACEMENT, value)
    if value is None or isinstance(value, int):  # most values are of these
        return value
    if isinstance(value, list):
        return [make_storable(each) for each in value]
    if isinstance(value, tuple):
        return tuple(make_storable(each) for each in value)
    if isinstance(value, dict):
        return {make_storable(name): make_storable(each) for name, each in value.items()}
    if hasattr(value, "dumps") and hasattr(value, "obj"):  # JSON on its way to PostgreSQL, which refuses "\u0000" too
        value.obj = make_storable(value.obj)
    return value
