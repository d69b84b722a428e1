"""Icons are those of the package, written once."""

from django.template import engines
from heroicons.templatetags.heroicons import heroicon_outline

from gallery.templatetags import icons


def test_an_icon_is_what_the_package_writes_and_is_written_once():
    template = engines["django"].from_string('{% load icons %}{% heroicon_outline "eye" size=16 class="big" %}')
    assert template.render() == template.render() == heroicon_outline("eye", size=16, **{"class": "big"})
    written = icons.heroicon_outline.cache_info()
    template.render()
    after = icons.heroicon_outline.cache_info()
    assert (after.hits, after.misses) == (written.hits + 1, written.misses)
