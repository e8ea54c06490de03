"""What holds of every compiled kernel."""

import ast
import shutil
from pathlib import Path

import pytest

import planner
from planner.solver import warm

COMPILED = ("njit", "lean")
PRODUCTS = {"dot", "vdot", "inner", "outer", "tensordot", "matmul", "linalg"}


def _kernels():
    for path in Path(planner.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
            if any(ast.unparse(each).startswith(COMPILED) for each in decorators):
                yield path, node


def test_kernels_are_called_once_for_all_runs_until_a_source_changes(tmp_path, monkeypatch):
    called = []
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(warm, "_call_all", lambda: called.append(1))
    warm.compile_kernels()
    warm.compile_kernels()
    assert len(called) == 1
    (tmp_path / "solver").mkdir()
    for source in Path(warm.__file__).parent.glob("*.py"):
        shutil.copy(source, tmp_path / "solver")
    monkeypatch.setattr(warm, "__file__", str(tmp_path / "solver/warm.py"))
    warm.compile_kernels()
    warm.compile_kernels()
    assert len(called) == 2
    with (tmp_path / "solver/heap.py").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    warm.compile_kernels()
    assert len(called) == 3


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file/cache"))
    called = []
    monkeypatch.setattr(warm, "_call_all", lambda: called.append(1))
    warm.compile_kernels()
    warm.compile_kernels()
    assert len(called) == 2


def test_what_compiling_is_cut_short_at_is_done_again(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(warm, "_call_all", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        warm.compile_kernels()
    called = []
    monkeypatch.setattr(warm, "_call_all", lambda: called.append(1))
    warm.compile_kernels()
    assert called == [1]


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
