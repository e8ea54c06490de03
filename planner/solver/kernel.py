"""How the kernels are compiled that work on arrays of others and make none of their own.

A tuple of arrays that is handed from kernel to kernel costs a reference count, up and down, for each array in it at
each call: more than most of these kernels do. Compiled as `lean`, they only borrow. Whoever makes an array, or assigns
one to a slice, or returns one to a caller that counts, must be compiled by `njit`, and so must whoever calls that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., object])

OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
"""``_nrt`` is Numba's own name for its reference counts; it compiles some of its own kernels like this."""


def lean(function: F) -> F:
    """Compile a kernel that makes no arrays, without reference counts."""
    compiled: F = njit(function, **OPTIONS)
    return compiled
