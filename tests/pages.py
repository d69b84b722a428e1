"""Reads a page as a browser would: its elements, its text, what stands beside a field."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """One element. `text` is everything inside it, with single spaces."""

    tag: str
    attrs: dict
    inside: list = field(default_factory=list)

    @property
    def text(self):
        return " ".join("".join(self.inside).split())

    def __getitem__(self, name):
        return self.attrs[name]


class Page(HTMLParser):
    """A parsed response or text."""

    def __init__(self, content):
        super().__init__()
        self.elements, self._open = [], []
        content = getattr(content, "content", content)
        self.html = content.decode() if isinstance(content, bytes) else content
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag, attrs):
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data):
        for element in self._open:
            element.inside.append(data)

    def all(self, tag=None, **attrs):
        """List the elements with this tag and these attributes (`_` for `-`, class_ holds one class)."""
        return [each for each in self.elements if tag in (None, each.tag) and _fits(each.attrs, attrs)]

    def one(self, tag=None, **attrs):
        """Find the only such element."""
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} of {tag} {attrs}"
        return found[0]

    @property
    def text(self):
        return self.one("main").text

    def errors(self):
        """Read what stands beside the fields of the studio: {field: sentence}."""
        shown = [each for each in self.all("p", class_="why") if "hidden" not in each.attrs]
        return {each["data-for"]: each.text.removesuffix("Use it") for each in shown}

    def value(self, name):
        """Read what a field holds as a browser would send it; of ticked boxes a list."""
        if boxes := self.all("input", name=name, type="checkbox"):
            return [box.attrs.get("value", "on") for box in boxes if "checked" in box.attrs]
        if options := [each for each in self._choices(name) if "selected" in each.attrs]:
            return options[0]["value"]
        if areas := self.all("textarea", name=name):
            return "".join(areas[0].inside).removeprefix("\n")
        if radios := self.all("input", name=name, type="radio"):
            return next((radio["value"] for radio in radios if "checked" in radio.attrs), "")
        return self.one("input", name=name).attrs.get("value", "")

    def _choices(self, name):
        """List the options that follow the opening of this select."""
        inside = False
        for each in self.elements:
            if each.tag == "select":
                inside = each.attrs.get("name") == name
            elif each.tag == "option" and inside:
                yield each


def _fits(attrs, wanted):
    for name, value in wanted.items():
        if name == "class_":
            if value not in attrs.get("class", "").split():
                return False
        elif attrs.get(name.replace("_", "-")) != value:
            return False
    return True
