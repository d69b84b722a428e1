"""The WSGI application that fluxweb.server serves."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluxweb.settings")


class Utf8Request(WSGIRequest):
    """A request that is read as UTF-8: a charset that a client names may be none at all, which Django fails on before
    any middleware, or make of text what no page can show."""

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, _named: str) -> None:
        """Forget what was named."""


class Utf8Handler(WSGIHandler):
    request_class = Utf8Request


django.setup(set_prefix=False)
application = Utf8Handler()
