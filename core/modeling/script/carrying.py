"""Carry functions out of their modules: the source they need, and nothing else.

What a script shall do exactly as Rondo does it is not written a second time: the
definitions themselves are taken along, with all that they use, until only other
libraries are left to import.
"""

import ast
import importlib
import importlib.util
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, Final

from core.errors import ModelingError

_OWN: Final = "core"
Place = tuple[str, str]
"""Module and name of a definition."""


@dataclass(frozen=True)
class _Module:
    """A parsed module: its definitions by name, and where its other names are from."""

    name: str
    source: str
    definitions: dict[str, ast.stmt]
    imported: dict[str, tuple[str, str | None]]


@dataclass
class _Bag:
    """What has been gathered so far, in an order in which it can be run."""

    parts: dict[Place, str] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    renamed: dict[Place, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    open: set[Place] = field(default_factory=set)


def carry(wanted: Sequence[Place]) -> tuple[list[str], list[str]]:
    """Return the imports and the definitions that some definitions need.

    Parameters
    ----------
    wanted : sequence of (module, name)
        Of Rondo's own modules.

    Returns
    -------
    imports : list of str
        Import statements of other libraries, sorted.
    parts : list of str
        Definitions, each after those it uses; docstrings are cut to their first line
        and annotations are left as they are, so the script begins with
        ``from __future__ import annotations``. Where two modules have one name, the
        second gets that of its module behind it.

    Raises
    ------
    ModelingError
        A definition uses a module of Rondo as a whole.

    Examples
    --------
    >>> imports, parts = carry([("core.modeling.metrics", "brier")])
    >>> imports
    []
    >>> [part.split("(")[0] for part in parts]
    ['def _mean', 'def brier']
    """
    bag = _Bag()
    for module, name in wanted:
        _take(bag, module, name)
    parts = [
        rename(text, _new_names(bag, module)) for (module, _), text in bag.parts.items()
    ]
    return sorted(bag.imports), parts


def _new_names(bag: _Bag, module_name: str) -> dict[str, str]:
    """Return what names of a module are called where another had them first."""
    module = _read(module_name)
    return {
        name: new
        for (owner, name), new in bag.renamed.items()
        if owner == module_name or module.imported.get(name, ("",))[0] == owner
    }


def rename(source: str, names: Mapping[str, str]) -> str:
    """Give some names another one wherever they stand, attributes apart.

    Examples
    --------
    >>> rename("a = b.a + f('a')", {"a": "z"})
    "z = b.a + f('a')"
    """
    if not names:
        return source
    tokens = list(tokenize.generate_tokens(StringIO(source).readline))
    lines = source.splitlines(keepends=True)
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        after_dot = place > 0 and tokens[place - 1].string == "."
        if token.type == tokenize.NAME and token.string in names and not after_dot:
            (row, start), (_, end) = token.start, token.end
            line = lines[row - 1]
            lines[row - 1] = line[:start] + names[token.string] + line[end:]
    return "".join(lines)


def _take(bag: _Bag, module_name: str, name: str) -> None:
    module = _read(module_name)
    if name not in module.definitions:
        _import(bag, module, name)
        return
    place = module_name, name
    if place in bag.parts or place in bag.open:
        return
    if bag.owner.setdefault(name, module_name) != module_name:
        bag.renamed[place] = f"{name}_{module_name.rsplit('.', 1)[-1]}"
    bag.open.add(place)
    node = module.definitions[name]
    for used in _used(node, module):
        _take(bag, module_name, used)
    bag.parts[place] = _text(module, node)


def _import(bag: _Bag, module: _Module, name: str) -> None:
    source, attribute = module.imported[name]
    if source.split(".")[0] != _OWN:
        if attribute is None:
            said = f"import {source}" + (f" as {name}" if name != source else "")
        else:
            renamed = f" as {name}" if name != attribute else ""
            said = f"from {source} import {attribute}{renamed}"
        bag.imports.add(said)
        return
    if attribute is None or _is_module(f"{source}.{attribute}"):
        raise ModelingError(
            f"{module.name} uses the module {name!r} as a whole.",
            hint="Choose another candidate to write as code.",
        )
    if attribute != name:
        raise ModelingError(
            f"{module.name} calls {attribute!r} by another name, {name!r}.",
            hint="Choose another candidate to write as code.",
        )
    _take(bag, source, attribute)


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@lru_cache(maxsize=128)
def _read(name: str) -> _Module:
    path = importlib.import_module(name).__file__
    source = Path(str(path)).read_text(encoding="utf-8")
    definitions: dict[str, ast.stmt] = {}
    imported: dict[str, tuple[str, str | None]] = {}
    for node in _statements(ast.parse(source).body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                imported[alias.asname or alias.name.split(".")[0]] = (alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                imported[alias.asname or alias.name] = (str(node.module), alias.name)
        else:
            definitions.update(dict.fromkeys(_named(node), node))
    return _Module(name, source, definitions, imported)


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield top-level statements; of `try` around an import, the hopeful branch."""
    for node in body:
        if isinstance(node, ast.Try):
            yield from _statements([*node.body, *node.orelse])
        else:
            yield node


def _named(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


class _Names(ast.NodeVisitor):
    """Gathers the names that are looked up when code runs, annotations apart."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.found[node.id] = None

    def visit_arg(self, node: ast.arg) -> None:
        """Skip the annotation of an argument."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, node.args, *node.body):
            self.visit(part)


def _used(node: ast.stmt, module: _Module) -> list[str]:
    names = _Names()
    names.visit(node)
    own = set(_named(node))
    known = (*module.definitions, *module.imported)
    return [name for name in names.found if name in known and name not in own]


def _text(module: _Module, node: ast.stmt) -> str:
    """Return a definition as it stands, comments and all, with short docstrings."""
    lines = module.source.splitlines()
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    cut: set[int] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.ClassDef):
            _shorten(inner, lines, cut)
    kept = [
        re.sub(r"\s+# (noqa|type:|fmt:).*$", "", lines[number - 1])
        for number in range(start, (node.end_lineno or node.lineno) + 1)
        if number not in cut
    ]
    return "\n".join(kept)


def _shorten(node: Any, lines: list[str], cut: set[int]) -> None:
    """Leave the first line of a docstring."""
    if ast.get_docstring(node) is None:
        return
    first, last = node.body[0].lineno, node.body[0].end_lineno
    if last > first:
        lines[first - 1] = lines[first - 1] + '"""'
        cut.update(range(first + 1, last + 1))
