"""Whose a row is, and what somebody may do: what every gate comes down to."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db.models import Manager, Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from gallery.models import (
    User,
)  # fmt: skip

_Row = TypeVar("_Row", bound=Model)
_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


class MemberRequest(HttpRequest):
    """A request as views get it behind the sign-in: it comes from a member."""

    user: User
    htmx: HtmxDetails


def cursor_row(rows: QuerySet[_Row], key: str) -> _Row:
    """Return the row that ends a page, among those its reader may see."""
    return find_row(rows, key)


def find_row(rows: Manager[_Row] | QuerySet[_Row], key: str, **whose: User) -> _Row:
    """Find a row by its key, or answer 404."""
    return get_object_or_404(rows, key=key, **whose)


def require(request: MemberRequest, right: str) -> None:
    """Answer 404 to everybody who does not hold a right, as `sees_costs`: to them the door is not even there."""
    if not getattr(request.user, right):
        raise Http404


def holders_only(right: str) -> Callable[[_View], _View]:
    """Decorate a view that only those reach who hold a right."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require(request, right)
            return view(request, *args, **kwargs)

        return cast("_View", guarded)

    return decorate


admin_only = holders_only("is_admin")
