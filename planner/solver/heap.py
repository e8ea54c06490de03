"""Binary min-heap of nodes whose keys may change, in three arrays, for use inside compiled kernels.

``heap[:size]`` holds the nodes, ``position[v]`` the place of node v in it (−1 if absent), ``key[v]`` its key. Callers
write ``key[v]`` and then call `place_in_heap`; they read the smallest node at ``heap[0]`` and then call `drop_first`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.solver.kernel import lean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@lean
def place_in_heap(
    heap: NDArray[np.int32], position: NDArray[np.int32], key: NDArray[np.float64], size: int, v: int
) -> int:
    """Insert node v, or move it to where its changed key belongs; return the new size."""
    i = position[v]
    if i < 0:
        i = size
        size += 1
    while i > 0:
        above = (i - 1) >> 1
        u = heap[above]
        if key[u] <= key[v]:
            break
        heap[i] = u
        position[u] = i
        i = above
    sink(heap, position, key, size, v, i)
    return size


@lean
def drop_first(heap: NDArray[np.int32], position: NDArray[np.int32], key: NDArray[np.float64], size: int) -> int:
    """Remove the smallest node; return the new size."""
    position[heap[0]] = -1
    size -= 1
    if size > 0:
        sink(heap, position, key, size, heap[size], 0)
    return size


@lean
def sink(
    heap: NDArray[np.int32], position: NDArray[np.int32], key: NDArray[np.float64], size: int, v: int, i: int
) -> None:
    """Put node v into the hole at i, after moving smaller nodes below it up."""
    while True:
        below = 2 * i + 1
        if below >= size:
            break
        if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
            below += 1
        u = heap[below]
        if key[u] >= key[v]:
            break
        heap[i] = u
        position[u] = i
        i = below
    heap[i] = v
    position[v] = i


@lean
def push_label(
    key: NDArray[np.float64],
    node: NDArray[np.int32],
    origin: NDArray[np.int64],
    size: int,
    label: tuple[float, int, int],
) -> int:
    """Insert a label (key, node, origin) into a heap of labels, the smallest key first; return the new size.

    A node may have many labels, and none of them changes.
    """
    i = size
    while i > 0:
        above = (i - 1) >> 1
        if key[above] <= label[0]:
            break
        key[i], node[i], origin[i] = key[above], node[above], origin[above]
        i = above
    key[i], node[i], origin[i] = label
    return size + 1


@lean
def drop_label(key: NDArray[np.float64], node: NDArray[np.int32], origin: NDArray[np.int64], size: int) -> int:
    """Remove the label of the smallest key; return the new size."""
    size -= 1
    last, i = key[size], 0
    while True:
        below = 2 * i + 1
        if below >= size:
            break
        if below + 1 < size and key[below + 1] < key[below]:
            below += 1
        if key[below] >= last:
            break
        key[i], node[i], origin[i] = key[below], node[below], origin[below]
        i = below
    key[i], node[i], origin[i] = last, node[size], origin[size]
    return size
