"""Fields that a browser would put back by their position after a reload: none of ours may be."""

import re

import pytest

from tests.project.test_readme import ROOT

FORM = re.compile(r"<form\b(?P<head>(?:[^>{]|{[{%].*?[%}]})*)>(?P<body>.*?)</form>", re.DOTALL)
FIELD = re.compile(
    r"""<select|<textarea|<input\b(?![^>]*type="hidden")|{{ ?(form|field)\.?\w* ?}}|_field\.html|_form\.html"""
)
ELSEWHERE = re.compile(r'<input\b[^>]*\bform="[^>]*>')
# What is typed here is the business of password managers.
SIGNING_IN = ("invite.html", "unlock.html")
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").glob("*/**/*.html"))
    if path.name not in SIGNING_IN and path.relative_to(ROOT / "templates").parts[0] not in ("account", "allauth")
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_form_with_fields_says_that_the_server_fills_it(path):
    text = path.read_text()
    for form in FORM.finditer(text):
        if FIELD.search(form["body"]):
            assert 'autocomplete="off"' in form["head"], form["head"]
    for control in ELSEWHERE.findall(text):  # Firefox reads it while the form is not there yet
        assert 'autocomplete="off"' in control, control
