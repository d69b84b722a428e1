"""What visitors get uses nothing newer than iOS 15.0 and Chrome 100, or says it in plain words first.

Everything is listed that may stand there: what is not listed is looked up (caniuse, MDN) before it is added.
"""

import posixpath
import re
from pathlib import Path

import pytest
import tinycss2

ROOT = Path(__file__).parents[2]
CSS, JS = ROOT / "static" / "css", ROOT / "static" / "js"
TEMPLATES = ROOT / "templates"
FOR_VISITORS = (
    *(TEMPLATES / "guest").rglob("*.html"), TEMPLATES / "_plain_styles.html", TEMPLATES / "500.html",
    TEMPLATES / "503.html", TEMPLATES / "parts" / "_trouble.html", TEMPLATES / "base.html",
)  # fmt: skip
LINKED = re.compile(r"\b(css|js)/([\w/]+\.(?:css|js))")
COMMENT, NEW_COLOUR = re.compile(r"(?s)/\*.*?\*/"), re.compile(r"\b(?:light-dark|oklch|oklab|lch|lab)\(.*")
IMPORTED = re.compile(r'from "(\.{1,2}/[^"]+)"')

AT_RULES = {"media", "keyframes", "supports"}
FUNCTIONS = {
    "blur", "calc", "clamp", "cubic-bezier", "env", "inset", "linear-gradient", "max", "min", "minmax", "repeat",
    "repeating-conic-gradient", "rgb", "translateY", "url", "var", "fit-content",
}  # fmt: skip
UNITS = {"px", "em", "ch", "fr", "vh", "vw", "s", "ms", "deg"}
PSEUDO = {
    "-webkit-details-marker", "active", "after", "backdrop", "before", "checked", "disabled", "empty",
    "file-selector-button",
    "first-child", "focus", "focus-within", "hover", "is", "last-child", "not", "nth-child", "placeholder", "root",
    "selection", "where", "only-child",
}  # fmt: skip
# An old engine drops the rule, and the page is as good without; so nothing else may stand in that rule's list.
PSEUDO_ALONE = {"has", "focus-visible"}
MEDIA = {
    "max-width", "min-width", "hover", "pointer", "prefers-color-scheme", "prefers-reduced-motion",
    "scripting",  # unknown to both: toasts then stand above the page
}  # fmt: skip
# Newer, and the page is as good without them.
EXTRAS = {
    "accent-color", "backdrop-filter", "contain", "field-sizing", "overscroll-behavior", "scrollbar-width",
    "text-wrap", "user-select", "translate",
}  # fmt: skip
SCRIPT_WORDS = (
    r"(?<!\?)\.(at|findLast|findLastIndex|toSorted|toReversed|toSpliced|replaceChild_|showPopover|requestSubmit|checkVisibility)\(",
    r"\b(structuredClone|Object\.(hasOwn|groupBy)|Map\.groupBy|Promise\.withResolvers|Array\.fromAsync|URL\.canParse)\b",
    r"\bAbortSignal\.(any|timeout)\b", r"\brandomUUID\(", r"\bstatic \{", r"\(\?<[=!]", r"/\w*v\w*[;,)]$", r":has\(",
    r"\b(startViewTransition|scrollend|moveBefore|userAgentData\.)", r"\bwith \{ type", r"\busing \w+ =",
)  # fmt: skip


def linked(kind):
    """List the files of this kind that the pages of visitors load; modules with what they import."""
    return {name for page in FOR_VISITORS for what, name in LINKED.findall(page.read_text()) if what == kind}


def modules():
    found, open_ones = set(), linked("js")
    while open_ones:
        name = open_ones.pop()
        found.add(name)
        folder = posixpath.dirname(name)
        imports = {
            posixpath.normpath(posixpath.join(folder, each)) for each in IMPORTED.findall((JS / name).read_text())
        }
        open_ones |= imports - found
    return sorted(found)


def inside(tokens):
    """Walk all tokens, also those within brackets and functions."""
    for token in tokens:
        yield token
        yield from inside(
            getattr(token, "arguments", None) or (token.content if token.type.endswith("block") else ()) or ()
        )


def newer_in(declaration):
    """List what a value holds that the floor does not know: functions, units, words."""
    tokens = list(inside(declaration.value))
    newer = [each.name for each in tokens if each.type == "function" and each.name not in FUNCTIONS]
    newer += [each.unit for each in tokens if each.type == "dimension" and each.unit not in UNITS]
    words = {each.value for each in tokens if each.type == "ident"}
    newer += ["clip"] if declaration.name.startswith("overflow") and "clip" in words else []
    newer += ["/"] if declaration.name == "content" and any(each == "/" for each in tokens) else []
    return newer


def wrong_in_block(content):
    """Nested rules, and newer values with no plain one before; none helps where var() stands in the value."""
    plain = set()
    for each in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if each.type != "declaration":
            yield f"line {each.source_line}: nested, or not understood"
            continue
        newer = newer_in(each)
        uses_var = any(token.type == "function" and token.name == "var" for token in inside(each.value))
        if newer and each.name not in EXTRAS and (each.name not in plain or uses_var):
            yield f"line {each.source_line}: {each.name} with {newer}"
        if not newer:
            plain.add(each.name)


def wrong_in_selector(rule):
    text = tinycss2.serialize(rule.prelude)
    names = set(re.findall(r"::?([\w-]+)", re.sub(r"\[[^\]]*\]", "", text)))
    alone = not any(token == "," for token in tinycss2.parse_component_value_list(text))
    for name in names - PSEUDO - (PSEUDO_ALONE if alone else set()):
        yield f"line {rule.source_line}: :{name} in {text.strip()}"
    if "&" in text:
        yield f"line {rule.source_line}: nesting"


def wrong_in(rules):
    for rule in rules:
        if rule.type == "error":
            yield f"line {rule.source_line}: {rule.message}"
        elif rule.type == "at-rule":
            if rule.lower_at_keyword not in AT_RULES or rule.content is None:
                yield f"line {rule.source_line}: @{rule.at_keyword}"
                continue
            features = set(re.findall(r"\(\s*([\w-]+)", tinycss2.serialize(rule.prelude)))
            if rule.lower_at_keyword == "media" and (
                features - MEDIA or re.search("[<>]", tinycss2.serialize(rule.prelude))
            ):
                yield f"line {rule.source_line}: @media {features}"
            if rule.lower_at_keyword == "supports":
                continue  # who knows it takes it
            within = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if rule.lower_at_keyword == "keyframes":
                yield from (wrong for each in within for wrong in wrong_in_block(each.content))
            else:
                yield from wrong_in(within)
        else:
            yield from wrong_in_selector(rule)
            yield from wrong_in_block(rule.content)


def wrong_in_sheet(text):
    return list(wrong_in(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)))


@pytest.mark.parametrize("name", sorted(linked("css") - {"members.css"}))
def test_a_sheet_of_visitors_is_old_enough(name):
    assert wrong_in_sheet((CSS / name).read_text()) == []


@pytest.mark.parametrize(
    "css",
    [
        "a { color: light-dark(#000, #fff) }",
        "a { color: #000; color: light-dark(var(--ink), #fff) }",
        "a { --ink: oklch(0.5 0 0) }",
        "a { height: 100dvh }",
        "a { height: 100vh; height: calc(100dvh - var(--bar)) }",
        "a { overflow: clip }",
        'a::after { content: "+" / "" }',
        "a { &:hover { color: red } }",
        "a { b { color: red } }",
        "a:hover, a:focus-visible { color: red }",
        "a:has(b), c { color: red }",
        "@layer base { a { color: red } }",
        "@layer base, pages;",
        "@container (max-width: 100px) { a { color: red } }",
        "@media (width < 100px) { a { color: red } }",
        "@property --x { syntax: '*'; inherits: false }",
        "a:popover-open { color: red }",
        "@media print { a { width: 1cqw } }",
        '@import url("x.css") layer(base);',
    ],
)
def test_what_is_too_new_is_found(css):
    assert wrong_in_sheet(css)


@pytest.mark.parametrize(
    "css",
    [
        "a { color: #000; color: light-dark(#000, #fff) }",
        "a { height: 100vh; height: 100dvh }",
        "@supports (height: 1dvh) { :root { --vh: 1dvh } }",
        "a:has(b) { color: red }",
        "a { accent-color: red }",
    ],
)
def test_what_has_a_plain_word_before_it_may_stay(css):
    assert wrong_in_sheet(css) == []


@pytest.mark.parametrize("name", modules())
def test_a_script_of_visitors_is_old_enough(name):
    lines = (JS / name).read_text().splitlines()
    found = [(n, line) for n, line in enumerate(lines, 1) for words in SCRIPT_WORDS if re.search(words, line)]
    assert found == []


def test_no_colour_needs_a_new_function():
    """Members too: a value that an engine does not know leaves a hole where a menu was."""
    found = {
        sheet.name: hits
        for sheet in CSS.rglob("*.css")
        if (hits := NEW_COLOUR.findall(COMMENT.sub("", sheet.read_text())))
    }
    assert found == {}
