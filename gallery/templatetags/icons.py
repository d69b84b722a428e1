"""Heroicons, each written once a process: the package copies its XML for every one, a fifth of a gallery's page.

Loaded as `icons`; the package's own tags draw the same, each time anew.
"""

from functools import lru_cache

from django import template
from heroicons.templatetags import heroicons

MOST = 1000  # icons in their sizes; there are some hundred

register = template.Library()
heroicon_outline = lru_cache(MOST)(heroicons.heroicon_outline)
heroicon_solid = lru_cache(MOST)(heroicons.heroicon_solid)
register.simple_tag(heroicon_outline, name="heroicon_outline")
register.simple_tag(heroicon_solid, name="heroicon_solid")
