"""Field masks: which parts of a message to answer with, or to write."""

import re

from tests.sheets_api.errors import bad_mask

WHOLE = "*"
_TOKEN = re.compile(r"[A-Za-z0-9_*@]+|[.,()/]")


def parse_mask(text):
    """A mask such as `a.b(c,d/e),f` as a tree.

    Returns:
        A mapping from names to subtrees; an empty subtree is a whole field.

    Raises:
        ApiError: The mask cannot be read.
    """
    text = "".join(text.split())
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise bad_mask(text)
    tree, rest = _parse_list(tokens, text)
    if rest:
        raise bad_mask(text)
    return tree


def _parse_list(tokens, text):
    tree = {}
    while True:
        tokens = _parse_path(tree, tokens, text)
        if not tokens or tokens[0] != ",":
            return tree, tokens
        tokens = tokens[1:]


def _parse_path(tree, tokens, text):
    if not tokens or tokens[0] in ".,()/":
        raise bad_mask(text)
    whole_already = tokens[0] in tree and not tree[tokens[0]]
    branch = tree.setdefault(_camel(tokens[0]), {})
    tokens = tokens[1:]
    if tokens and tokens[0] in "./":
        tokens = _parse_path(branch, tokens[1:], text)
    elif tokens and tokens[0] == "(":
        inner, tokens = _parse_list(tokens[1:], text)
        if not tokens or tokens[0] != ")":
            raise bad_mask(text)
        branch.update(inner)
        tokens = tokens[1:]
    else:
        branch.clear()
    if whole_already:
        branch.clear()
    return tokens


def _camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def covers(tree, *path):
    """Whether a read mask lets anything at this path through."""
    for name in path:
        if not tree or WHOLE in tree:
            return True
        if name not in tree:
            return False
        tree = tree[name]
    return True


def apply_mask(value, tree):
    """The part of a message that a mask lets through."""
    if not tree or WHOLE in tree:
        return value
    if isinstance(value, list):
        return [apply_mask(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: apply_mask(part, tree[name])
        for name, part in value.items()
        if name in tree
    }


def write_mask(old, new, tree):
    """A copy of old with the masked fields taken from new.

    A masked field that new lacks is dropped, as an unset field clears.
    """
    if not tree or WHOLE in tree:
        return dict(new)
    out = dict(old)
    for name, branch in tree.items():
        if not branch:
            if name in new:
                out[name] = new[name]
            else:
                out.pop(name, None)
            continue
        inner = write_mask(out.get(name) or {}, new.get(name) or {}, branch)
        if inner:
            out[name] = inner
        else:
            out.pop(name, None)
    return out
