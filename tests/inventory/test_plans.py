"""Which nodes give how much when no optimiser is asked."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from waybill.inventory.model.plan import Wanted, covers, fewest_nodes, shortage


def plan(wanted: dict[str, int], available: dict[str, dict[str, int]]) -> dict[str, dict[str, int]] | None:
    lines = tuple(Wanted(f"L{n}", sku.rstrip("'"), units) for n, (sku, units) in enumerate(wanted.items(), 1))
    return fewest_nodes(None, lines, available)


def test_one_node_that_has_all_beats_two_that_share() -> None:
    assert plan({"A": 3, "B": 1}, {"A": {"N1": 9, "N2": 3}, "B": {"N2": 1, "N3": 9}}) == {"L1": {"N2": 3}, "L2": {"N2": 1}}


def test_among_equals_the_fullest_gives() -> None:
    assert plan({"A": 2}, {"A": {"N1": 2, "N2": 7, "N3": 7}}) == {"L1": {"N2": 2}}


def test_two_lines_of_one_sku_share_what_there_is() -> None:
    assert plan({"A": 3, "A'": 3}, {"A": {"N1": 5}}) is None
    assert plan({"A": 3, "A'": 3}, {"A": {"N1": 4, "N2": 2}}) == {"L1": {"N1": 3}, "L2": {"N2": 2, "N1": 1}}


def test_too_little_is_no_plan() -> None:
    assert plan({"A": 5}, {"A": {"N1": 2, "N2": 2}}) is None
    assert plan({"A": 1}, {}) is None


def test_a_shortage_names_the_lines_that_come_last() -> None:
    lines = (Wanted("L1", "A", 3), Wanted("L2", "A", 3), Wanted("L3", "B", 1))
    assert shortage(lines, {"A": {"N1": 4}, "B": {"N1": 9}}) == {"L2": 2}


stocks = st.dictionaries(
    st.sampled_from("ABC"), st.dictionaries(st.sampled_from(["N1", "N2", "N3", "N4"]), st.integers(0, 4), max_size=4), max_size=3
)
wishes = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 4)), min_size=1, max_size=4)


@given(wishes, stocks)
def test_a_plan_gives_all_takes_no_more_than_there_is_and_no_node_too_many(
    wish: list[tuple[str, int]], stock: dict[str, dict[str, int]]
) -> None:
    lines = tuple(Wanted(f"L{n}", sku, units) for n, (sku, units) in enumerate(wish))
    found = fewest_nodes(None, lines, stock)
    assert (found is None) == bool(shortage(lines, stock))
    if found is None:
        return
    used = {node for nodes in found.values() for node in nodes}
    need: dict[str, int] = {}
    for line in lines:
        need[line.sku] = need.get(line.sku, 0) + line.quantity
        assert sum(found[line.line].values()) == line.quantity
    for sku in need:
        for node in used:
            taken = sum(found[line.line].get(node, 0) for line in lines if line.sku == sku)
            assert taken <= stock.get(sku, {}).get(node, 0)
    every = {node for at in stock.values() for node in at}
    for fewer in range(len(used)):
        assert not any(covers(some, need, stock) for some in combinations(sorted(every), fewer))
