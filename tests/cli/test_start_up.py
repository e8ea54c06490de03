"""What the command line loads before it knows what is asked."""

import subprocess
import sys


def test_help_is_there_without_the_libraries_that_plans_need():
    """Start-up: what takes time to load is loaded by the commands that need it."""
    heavy = "numpy pandas scipy numba pydantic rasterio geopandas shapely pyproj ortools pyscipopt distributed pyarrow"
    code = f"import sys, planner.cli.commands; print([name for name in '{heavy}'.split() if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_linear_algebra_is_loaded_when_it_is_needed_and_then_whole():
    """A command loads Numba without BLAS, which must not be missing where SciPy or a kernel wants it later."""
    code = """
import sys
from planner.cli.session import loading
with loading():
    import planner.pipeline
before = [name for name in ("scipy.sparse", "scipy.linalg") if name in sys.modules]
import numba, numpy, scipy.linalg, scipy.linalg.cython_blas, scipy.sparse.csgraph
matrix, whole = numpy.array([[2.0, 1.0], [1.0, 3.0]]), numpy.array([4.0, 7.0])
times = numba.njit(lambda one, other: one @ other)
solved = numba.njit(lambda one, other: numpy.linalg.solve(one, other))
found = [scipy.linalg.solve(matrix, whole), solved(matrix, whole), times(matrix, numpy.array([1.0, 2.0]))]
print(before, [each.round(9).tolist() for each in found])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[] [[1.0, 2.0], [1.0, 2.0], [4.0, 7.0]]"
