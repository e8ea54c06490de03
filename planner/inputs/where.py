"""The filter of a dataset: comparisons of columns with values, and nothing else a text could do."""

from __future__ import annotations

import ast
import difflib
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.raw import RawTable, as_text
from planner.numerals import decimal_mark, to_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_TRUE = {"true", "1", "yes", "oui", "vrai"}
_FALSE = {"false", "0", "no", "non", "faux"}


def rows_where(table: RawTable, condition: str, file: str) -> NDArray[np.bool_]:
    """Return which rows satisfy a condition such as ``kind == "tower" and height >= 20``.

    A condition compares a column (its name, or its name in quotes) with a value, a list of values (``in``, ``not in``)
    or ``None`` (empty); comparisons are joined by ``and`` and ``or``. Numbers compare as numbers, ``True`` and
    ``False`` as the usual words for them, text as text. Empty cells satisfy no comparison but ``== None``, ``!=`` and
    ``not in``.

    Raises
    ------
    InputError
        The condition is anything else, or names a column that the file does not have.
    """
    try:
        tree = ast.parse(condition.strip(), mode="eval").body
        return _evaluate(tree, table, file)
    except (SyntaxError, _NotUnderstoodError, RecursionError, MemoryError, ValueError) as error:
        message = _("The condition “where” is not understood.")
        remedy = _('Compare columns with values and join with and/or, such as: kind == "tower" and height >= 20.')
        raise InputError(Problem("bad-condition", message, remedy, file, column="where", value=condition)) from error


class _NotUnderstoodError(Exception):
    """Something else than comparisons joined by and/or."""


def _evaluate(node: ast.expr, table: RawTable, file: str) -> NDArray[np.bool_]:
    if isinstance(node, ast.BoolOp):
        parts = [_evaluate(value, table, file) for value in node.values]
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return np.asarray(join.reduce(parts), dtype=bool)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _compare(_column(node.left, table, file), node.ops[0], node.comparators[0])
    raise _NotUnderstoodError


def _column(node: ast.expr, table: RawTable, file: str) -> NDArray[np.object_]:
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        name = node.value
    else:
        raise _NotUnderstoodError
    if name not in table.columns:
        close = difflib.get_close_matches(name, table.columns, n=1)
        names = close or list(table.columns)
        remedy = _("Its columns: {names}.").format(names=", ".join(names))
        message = _("The condition “where” names a column that the file does not have.")
        raise InputError(Problem("unknown-column", message, remedy, file, column="where", value=name))
    return table.columns[name]


def _compare(cells: NDArray[np.object_], comparison: ast.cmpop, right: ast.expr) -> NDArray[np.bool_]:
    if isinstance(comparison, ast.In | ast.NotIn):
        if not isinstance(right, ast.List | ast.Tuple):
            raise _NotUnderstoodError
        equal = np.zeros(len(cells), dtype=bool)
        for item in right.elts:
            equal |= _equal(cells, _value(item))
        return equal if isinstance(comparison, ast.In) else ~equal
    value = _value(right)
    if isinstance(comparison, ast.Eq | ast.NotEq):
        equal = _equal(cells, value)
        return equal if isinstance(comparison, ast.Eq) else ~equal
    order = _ORDERS.get(type(comparison))
    if order is None or isinstance(value, bool | None):
        raise _NotUnderstoodError
    if isinstance(value, str):
        return np.array([text is not None and bool(order(text, value)) for text in map(as_text, cells)], dtype=bool)
    with np.errstate(invalid="ignore"):
        return np.asarray(order(_numbers(cells), value), dtype=bool)


def _value(node: ast.expr) -> str | float | bool | None:
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str | int | float | None):
        raise _NotUnderstoodError
    if sign < 0:
        if isinstance(node.value, str | bool | None):
            raise _NotUnderstoodError
        return -node.value
    return node.value


def _equal(cells: NDArray[np.object_], value: str | float | bool | None) -> NDArray[np.bool_]:
    if value is None:
        return np.array([cell is None for cell in cells], dtype=bool)
    if isinstance(value, bool):
        words = _TRUE if value else _FALSE
        return np.array([(as_text(cell) or "").lower() in words for cell in cells], dtype=bool)
    if isinstance(value, str):
        return np.array([as_text(cell) == value for cell in cells], dtype=bool)
    return np.asarray(_numbers(cells) == value, dtype=bool)


def _numbers(cells: NDArray[np.object_]) -> NDArray[np.float64]:
    values, _faulty = to_numbers(cells, decimal_mark([cells]))
    return values
