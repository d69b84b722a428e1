"""Whether a text is what was looked for, told by looking at it: what both engines must agree with."""

from gallery.catalogue.search.queries import And, Constant, Not, Or, Phrase, Query


def matches(query: Query, text: str) -> bool:
    """Say whether a composed text has what is looked for."""
    return _holds(query, text.split(" "))


def _holds(query: Query, tokens: list[str]) -> bool:
    if isinstance(query, Constant):
        return query.value
    if isinstance(query, Not):
        return not _holds(query.part, tokens)
    if isinstance(query, And):
        return all(_holds(part, tokens) for part in query.parts)
    if isinstance(query, Or):
        return any(_holds(part, tokens) for part in query.parts)
    return _has_phrase(query, tokens)


def _has_phrase(phrase: Phrase, tokens: list[str]) -> bool:
    *firm, last = phrase.words
    for place in range(len(tokens) - len(firm)):
        end = place + len(firm)
        ends_well = tokens[end].startswith(last) if phrase.prefix else tokens[end] == last
        if ends_well and tokens[place:end] == firm:
            return True
    return False
