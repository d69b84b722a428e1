"""Older browsers than the one we have: what is newer than they are is renamed, so that this one knows it no more.

It then does what an old engine does: drops a declaration, a rule or a block that it does not know, and one with var()
in it only where it is used. Visitors: iOS 15.0 and Chrome 100. Members: Chrome 120, Firefox 121, Safari 17.2.
"""

import re

# What neither of the two knew; for members only the functions, which came later than their floor or close to it.
NEW_FUNCTIONS = re.compile(r"\b(light-dark|color-mix|oklch|oklab|lch|lab|color|round|mod|sibling-index|if|attr)(?=\()")
NEW_CSS = (
    (NEW_FUNCTIONS, r"unknown-\1"),
    (re.compile(r"(?<=\d)([dsl]v[hwi]|lh|rlh|cap|cq\w+)\b"), r"unknown\1"),
    (re.compile(r":(has|focus-visible|state|popover-open|user-valid|user-invalid|open)\b"), r":unknown-\1"),
    (re.compile(r"@(layer|container|property|scope|starting-style)\b"), r"@unknown-\1"),
    (re.compile(r"\((scripting|update|prefers-reduced-transparency)\b"), r"(unknown-\1"),
    (re.compile(r"&"), "%"),  # nested rules
    (re.compile(r"""(content: ["'][^"']*["']) /"""), r"\1 unknown"),
    (re.compile(r"(overflow(-[xy])?: )clip"), r"\1unknown"),
    (re.compile(r"(?m)^(\s*)(accent-color|text-wrap|field-sizing|contain|translate|rotate|scale|user-select|backdrop-filter):"),
     r"\1unknown-\2:"),
)  # fmt: skip
NEW_SCRIPT = """
for (const [from, names] of [
  [window.HTMLDialogElement?.prototype, ["show", "showModal", "close"]], [HTMLFormElement.prototype, ["requestSubmit"]],
  [Array.prototype, ["at", "findLast", "findLastIndex", "toSorted", "toReversed", "with"]], [String.prototype, ["at"]],
  [Object, ["hasOwn", "groupBy"]], [Map, ["groupBy"]], [Promise, ["withResolvers"]], [window, ["structuredClone"]],
  [Crypto.prototype, ["randomUUID"]],
  [Element.prototype, ["checkVisibility"]], [Navigator.prototype, ["userAgentData"]],
]) for (const name of names) if (from) delete from[name];
"""


def age_css(css, *, functions_only=False):
    """Take away what is new."""
    if functions_only:
        return NEW_FUNCTIONS.sub(r"unknown-\1", css)
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    for new, unknown in NEW_CSS:
        css = new.sub(unknown, css)
    return css


def age(context, *, functions_only=False):
    """Make all pages of this browser context old."""

    def answer(route):
        response = route.fetch()
        route.fulfill(response=response, body=age_css(response.text(), functions_only=functions_only))

    context.route(re.compile(r"/static/css/[^?]*\.css"), answer)
    if not functions_only:
        context.add_init_script(NEW_SCRIPT)
