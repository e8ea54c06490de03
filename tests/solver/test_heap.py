"""The heap of the searches against sorting."""

import numpy as np
import pytest

from planner.solver.heap import drop_first, place_in_heap


def check(heap, position, key, size, held):
    """Whether the heap holds just these nodes, knows where, and has no smaller key below a larger one."""
    assert sorted(heap[:size].tolist()) == sorted(held)
    assert all(heap[position[v]] == v for v in held)
    assert all(position[v] == -1 for v in set(range(key.size)) - held)
    assert all(key[heap[(i - 1) // 2]] <= key[heap[i]] for i in range(1, size))


@pytest.mark.parametrize("seed", range(30))
def test_the_smallest_comes_first_while_keys_change(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    key, heap, position = rng.random(n), np.empty(n, np.int32), np.full(n, -1, np.int32)
    size, held = 0, set()
    for _ in range(200):
        if held and rng.random() < 0.4:
            first = int(heap[0])
            assert key[first] == min(key[list(held)])
            size = drop_first(heap, position, key, size)
            held.discard(first)
        else:
            v = int(rng.integers(n))
            key[v] = rng.random() if rng.random() < 0.9 else np.inf
            size = place_in_heap(heap, position, key, size, v)
            held.add(v)
        check(heap, position, key, size, held)


def test_equal_keys_move_nothing():
    """The one that came first stays above: no way is changed for one that is no shorter."""
    key, heap, position = np.zeros(3), np.empty(3, np.int32), np.full(3, -1, np.int32)
    size = 0
    for v in (2, 0, 1):
        size = place_in_heap(heap, position, key, size, v)
    assert heap.tolist() == [2, 0, 1]
    place_in_heap(heap, position, key, size, 2)
    assert heap.tolist() == [2, 0, 1]
    assert drop_first(heap, position, key, size) == 2
    assert heap[:2].tolist() == [1, 0]
