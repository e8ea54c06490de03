"""What holds of every compiled kernel."""

import ast
from pathlib import Path

import planner

COMPILED = ("njit", "lean")
PRODUCTS = {"dot", "vdot", "inner", "outer", "tensordot", "matmul", "linalg"}


def _kernels():
    for path in Path(planner.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            if any(ast.unparse(each).startswith(COMPILED) for each in decorators):
                yield path, node


def test_no_kernel_needs_blas():
    """The command line loads Numba without it."""
    found, needing = 0, []
    for path, kernel in _kernels():
        found += 1
        for node in ast.walk(kernel):
            product = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult)
            if product or (isinstance(node, ast.Attribute) and node.attr in PRODUCTS):
                needing.append(f"{path.name}: {kernel.name}")
    assert found > 100
    assert needing == []
