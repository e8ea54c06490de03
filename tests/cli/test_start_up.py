"""What the command line loads before it knows what is asked."""

import subprocess
import sys


def test_help_is_there_without_the_libraries_that_plans_need():
    """Start-up: what takes time to load is loaded by the commands that need it."""
    heavy = "numpy pandas scipy numba pydantic rasterio geopandas shapely pyproj ortools pyscipopt distributed pyarrow"
    code = f"import sys, planner.cli.commands; print([name for name in '{heavy}'.split() if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
