"""What goes into which carton: judged by a checker of its own, on published orders and on whatever hypothesis thinks of."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fulfilment import published_cartons as published
from tests.fulfilment.packed_rightly import faults, faults_in
from waybill.fulfilment.model.cartons import Carton, Cartoning, Filled, Piece, Placed, cartoned
from waybill.fulfilment.model.loading import Kind, Loader

beside_the_corpus = pytest.mark.skipif(not published.FILE.exists(), reason=published.MISSING)
SMALL, LARGE = Carton("small", (200, 150, 100), (210, 160, 110), 80, 5000, 40), Carton("large", (400, 300, 300), (412, 312, 312), 250, 20_000, 110)

LENGTHS = st.tuples(*(st.integers(5, 320),) * 3)
PIECES = st.lists(st.builds(Piece, st.sampled_from("abc"), LENGTHS, st.integers(0, 6000), st.booleans(), st.booleans()), max_size=14)
CARTONS = st.lists(
    st.builds(lambda id, inner, most, cost: Carton(str(id), inner, inner, 50, most, cost), st.integers(0, 99), LENGTHS, st.integers(40, 15_000), st.integers(0, 300)),
    max_size=4, unique_by=lambda carton: carton.id,
)  # fmt: skip


@beside_the_corpus
@pytest.mark.parametrize("mode", published.MODES)
def test_published_orders_need_no_more_boxes_than_their_own_packer_took(mode: str) -> None:
    boxes, count = published.cartons(), 0
    for order in published.orders():
        pieces = published.pieces(order, mode)
        packed = cartoned(pieces, boxes)
        assert faults(packed, pieces, boxes) == [], order["id"]
        assert len(packed.filled) <= order["expect"][f"boxes_{mode}_at_most"], order["id"]
        count += len(packed.filled) + len(packed.loose)
    assert count <= published.expected_in_all(mode)


@beside_the_corpus
def test_a_published_container_that_takes_everything_takes_everything() -> None:
    for case in published.containers():
        rows, room = case["given"]["items"], tuple(case["given"]["container"])
        assert all(upright == [False, False, True] for *_, upright, _ in rows)
        spots = Loader([Kind((a, b, c), 0, True) for a, b, c, *_ in rows]).load(room, 0, [row[-1] for row in rows], whole=False)
        pieces = tuple(Placed(Piece(str(n), tuple(rows[n][:3]), 0, True), box[:3], tuple(far - near for near, far in zip(box[:3], box[3:], strict=True))) for n, box in spots)
        assert faults_in(Filled(Carton(case["id"], room, room, 0, 0), pieces)) == []
        assert len(spots) == sum(row[-1] for row in rows), case["id"]


@settings(max_examples=150, deadline=None)
@given(PIECES, CARTONS)
def test_whatever_is_packed_lies_in_cartons_that_hold_it(pieces: list[Piece], cartons: list[Carton]) -> None:
    assert faults(cartoned(pieces, cartons), pieces, cartons) == []


@settings(max_examples=60, deadline=None)
@given(PIECES, CARTONS, st.randoms(use_true_random=False))
def test_the_same_pieces_are_packed_alike_in_whatever_order_they_and_the_cartons_come(pieces: list[Piece], cartons: list[Carton], chance: random.Random) -> None:
    counted = [(filled.carton.id, sorted(filled.units.items())) for filled in cartoned(pieces, cartons).filled]
    chance.shuffle(cartons)
    assert [(filled.carton.id, sorted(filled.units.items())) for filled in cartoned(pieces, cartons).filled] == counted
    assert cartoned(pieces, cartons) == cartoned(pieces, cartons)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_a_carton_sawn_into_pieces_goes_back_into_as_many_as_it_came_from_or_one_more(seed: int) -> None:
    chance, pieces = random.Random(seed), [LARGE.inner]
    for _ in range(6):
        whole = pieces.pop(max(range(len(pieces)), key=lambda n: max(pieces[n])))
        axis = max(range(3), key=lambda n: whole[n])
        cut = chance.randint(1, whole[axis] - 1)
        pieces += [tuple(part if n == axis else length for n, length in enumerate(whole)) for part in (cut, whole[axis] - cut)]
    sawn = [Piece(str(n), lengths, 10) for n, lengths in enumerate(pieces)]
    assert len(cartoned(sawn, [LARGE]).filled) <= 2


def test_the_cheapest_carton_that_takes_all_is_taken() -> None:
    assert [filled.carton.id for filled in cartoned([Piece("cup", (100, 100, 90), 400)] * 2, [LARGE, SMALL]).filled] == ["small"]
    assert [filled.carton.id for filled in cartoned([Piece("cup", (100, 100, 90), 400)] * 3, [LARGE, SMALL]).filled] == ["large"]


def test_a_carton_too_many_is_found_and_saved() -> None:
    """Filled one after the other these five take three cartons, for the two heavy ones that lie best beside each other leave no weight for a third."""
    sizes = (((100, 250, 100), 8000), ((100, 250, 250), 8000), ((250, 250, 200), 4000), ((150, 150, 150), 4000), ((250, 200, 250), 8000))
    assert len(cartoned([Piece(str(n), lengths, grams) for n, (lengths, grams) in enumerate(sizes)], [LARGE]).filled) == 2


def test_what_no_carton_takes_is_loose_and_the_rest_is_packed() -> None:
    skis, anvil, cup = Piece("skis", (1800, 120, 60), 4000), Piece("anvil", (200, 100, 100), 30_000), Piece("cup", (90, 90, 90), 300)
    packed = cartoned([skis, cup, anvil], [SMALL, LARGE])
    assert packed.loose == (anvil, skis) and [filled.units for filled in packed.filled] == [{"cup": 1}]
    assert cartoned([cup], []).loose == (cup,)


def test_a_carton_is_never_heavier_than_it_may_be() -> None:
    packed = cartoned([Piece("iron", (50, 50, 50), 2400)] * 4, [SMALL])
    assert [filled.weight_g for filled in packed.filled] == [4880, 4880]


def test_what_must_stand_upright_is_not_laid_down() -> None:
    bottle = Piece("bottle", (80, 80, 290), 1200, keep_upright=True)
    assert cartoned([bottle], [Carton("flat", (300, 300, 100), (310, 310, 110), 50, 9000)]).loose == (bottle,)
    assert {placed.lengths for placed in cartoned([bottle] * 5, [LARGE]).filled[0].placed} == {(80, 80, 290)}


def test_nothing_is_put_on_what_is_fragile_and_it_may_lie_on_top() -> None:
    glass, book = Piece("glass", (200, 150, 50), 300, fragile=True), Piece("book", (200, 150, 50), 900)
    (filled,) = cartoned([glass, book], [SMALL]).filled
    assert [(placed.piece.name, placed.at[2]) for placed in filled.placed] == [("book", 0), ("glass", 50)]
    assert len(cartoned([glass, glass], [SMALL]).filled) == 2


def test_pieces_lie_on_the_floor_or_on_each_other() -> None:
    pieces = [Piece(str(n), (60 + 7 * n, 50 + 5 * n, 40 + 3 * n), 100) for n in range(9)]
    for filled in cartoned(pieces, [LARGE]).filled:
        tops = {0} | {placed.at[2] + placed.lengths[2] for placed in filled.placed}
        assert all(placed.at[2] in tops for placed in filled.placed)


def test_the_checker_finds_every_kind_of_fault() -> None:
    glass, book = Piece("glass", (100, 100, 50), 300, True, True), Piece("book", (100, 100, 50), 9000)
    at_origin, on_top = Placed(glass, (0, 0, 0), (100, 100, 50)), Placed(book, (0, 0, 50), (100, 100, 50))
    wrong = {
        "is empty": (),
        "weighs": (at_origin, Placed(book, (100, 0, 0), (100, 100, 50))),
        "is turned": (Placed(glass, (0, 0, 0), (50, 100, 100)),),
        "sticks out": (Placed(glass, (150, 0, 0), (100, 100, 50)),),
        "lies in": (at_origin, Placed(glass, (50, 50, 0), (100, 100, 50))),
        "is above fragile": (at_origin, on_top),
    }
    for words, placed in wrong.items():
        assert any(words in fault for fault in faults_in(Filled(SMALL, placed))), words
    assert faults(Cartoning((), (glass,)), [book], [SMALL])[1:] == ["glass is loose, and small takes it"]
