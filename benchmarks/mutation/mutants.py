"""Small faults of a module, one at a time."""

from __future__ import annotations

import ast
import copy
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutant:
    """One fault: where, what stood there, what stands there now."""

    module: str
    line: int
    text: str
    before: str
    after: str

    @property
    def name(self) -> str:
        """Name with the text of its line, not its number: it stays as the lines above come and go."""
        return f"{self.module}: {self.before} → {self.after} in {self.text}"


COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
REVERSED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.LtE: ast.Gt, ast.Gt: ast.Lt, ast.GtE: ast.Lt}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr, ast.MatMult: ast.Add,
}  # fmt: skip


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for table in (COMPARED, REVERSED):
        if type(node.ops[0]) in table:
            yield ast.Compare(node.left, [table[type(node.ops[0])](), *node.ops[1:]], node.comparators)


def _of_operator(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in RECKONED:
        yield ast.BinOp(node.left, RECKONED[type(node.op)](), node.right)


def _of_assignment(node: ast.AugAssign) -> Iterator[ast.AST]:
    if type(node.op) in RECKONED:
        yield ast.AugAssign(node.target, RECKONED[type(node.op)](), node.value)
    yield ast.Pass()


def _of_conjunction(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)


def _of_sign(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if not isinstance(node.op, ast.UAdd):
        yield node.operand


def _of_figure(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, float):
        yield ast.Constant(1.01 * node.value or 1.0)  # as if it were mistyped in its third digit


def _of_condition(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    for answer in (True, False):
        other = copy.copy(node)
        other.test = ast.Constant(answer)
        yield other


def _of_result(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield ast.Return(ast.Constant(None))


def _left_out(node: ast.stmt) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call):
        yield ast.Pass()


CHANGES: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _of_comparison, ast.BinOp: _of_operator, ast.AugAssign: _of_assignment, ast.BoolOp: _of_conjunction,
    ast.UnaryOp: _of_sign, ast.Constant: _of_figure, ast.If: _of_condition, ast.IfExp: _of_condition,
    ast.Return: _of_result, ast.Break: _left_out, ast.Continue: _left_out, ast.Expr: _left_out,
}  # fmt: skip
"""What may stand in place of a node, by its kind."""
LEFT_ALONE = ("annotation", "returns", "decorator_list", "type_params")
"""Fields of nodes that do nothing when a formula is reckoned."""


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield where nodes hang: parent, field, index; not in annotations, types, decorators, messages of errors."""
    for field, value in ast.iter_fields(node):
        if field in LEFT_ALONE:
            continue
        for i, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST) and not isinstance(child, ast.Raise) and not _of_types(child):
                yield node, field, i if isinstance(value, list) else None
                yield from _places(child)


def _of_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def mutants(file: Path) -> list[tuple[Mutant, CodeType]]:
    """Return all mutants of a module, compiled."""
    source = file.read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.splitlines()
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    found = []
    for parent, field, index in list(_places(tree)):
        held = getattr(parent, field)
        node = held if index is None else held[index]
        for other in CHANGES.get(type(node), lambda _node: iter(()))(node):
            ast.copy_location(other, node)
            _put(parent, field, index, other)
            with suppress(SyntaxError):  # a break that is left out of the last loop, and the like
                code = compile(ast.fix_missing_locations(tree), str(file), "exec")
                line = getattr(node, "lineno", 1)
                found.append((Mutant(name, line, lines[line - 1].strip(), _words(node), _words(other)), code))
            _put(parent, field, index, node)
    return found


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _words(node: ast.AST) -> str:
    return ast.unparse(node).strip().splitlines()[0]
