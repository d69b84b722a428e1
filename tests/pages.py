"""Reads a page as a browser would: its elements, its text, what stands beside a field."""

from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag


@dataclass
class Element:
    """One element. `text` is everything inside it, with single spaces."""

    node: Tag

    @property
    def attrs(self):
        return self.node.attrs

    @property
    def text(self):
        return " ".join(self.node.get_text().split())

    def __getitem__(self, name):
        return self.node[name]


class Page:
    """A parsed response or text."""

    def __init__(self, content):
        content = getattr(content, "content", content)
        self.html = content.decode() if isinstance(content, bytes) else content
        self.soup = BeautifulSoup(self.html, "html.parser", multi_valued_attributes=None)

    def all(self, tag=None, **attrs):
        """List the elements with this tag and these attributes (`_` for `-`, class_ holds one class)."""
        return [Element(node) for node in self.soup.find_all(tag or True) if _fits(node.attrs, attrs)]

    def one(self, tag=None, **attrs):
        """Find the only such element."""
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} of {tag} {attrs}"
        return found[0]

    @property
    def text(self):
        return self.one("main").text

    @property
    def next_address(self):
        """The address of what follows in a long list, or None at its end."""
        found = self.all(class_="sentinel")
        return found[0]["hx-get"] if found else None

    def errors(self):
        """Read what stands beside the fields of the studio: {field: sentence}."""
        shown = [each for each in self.all("p", class_="why") if "hidden" not in each.attrs]
        return {each["data-for"]: each.text.removesuffix("Use it") for each in shown}

    def value(self, name):
        """Read what a field holds as a browser would send it; of ticked boxes a list."""
        if boxes := self.all("input", name=name, type="checkbox"):
            return [box.attrs.get("value", "on") for box in boxes if "checked" in box.attrs]
        for select in self.all("select", name=name):
            if chosen := select.node.find("option", selected=True):
                return chosen["value"]
        if areas := self.all("textarea", name=name):
            return areas[0].node.get_text().removeprefix("\n")
        if radios := self.all("input", name=name, type="radio"):
            return next((radio["value"] for radio in radios if "checked" in radio.attrs), "")
        return self.one("input", name=name).attrs.get("value", "")


def _fits(attrs, wanted):
    for name, value in wanted.items():
        if name == "class_":
            if value not in attrs.get("class", "").split():
                return False
        elif attrs.get(name.replace("_", "-")) != value:
            return False
    return True
