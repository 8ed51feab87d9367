"""What is remembered of a channel: nothing that changes is forgotten, and a pace fades."""

from __future__ import annotations

from waybill.listing.model.records import FAST_S, Level, Sales, Standing

T1, T2, T3 = (f"2026-11-23T12:00:0{second}.000Z" for second in (1, 2, 3))


def test_what_changes_while_it_is_on_its_way_is_due_anew_whatever_the_clock_of_whoever_noted_it_says() -> None:
    on_its_way = Standing("web").changed(["TEA", "CUP"], T2).sends((Level("TEA", 3, T2), Level("CUP", 1, T2)), T2, T3)
    for at in (T1, T2, T3):
        assert on_its_way.changed(["TEA"], at).told(1.0).due == {"TEA": at}


def test_what_is_sent_in_the_moment_in_which_it_changed_is_told_once() -> None:
    on_its_way = Standing("web").changed(["TEA"], T1).sends((Level("TEA", 3, T1),), T1, T3)
    assert (on_its_way.oldest, on_its_way.told(1.0).due) == (T1, {})


def test_what_is_due_keeps_the_day_since_when_it_is() -> None:
    assert Standing("web").changed(["TEA"], T1).changed(["TEA", "CUP"], T2).due == {"TEA": T1, "CUP": T2}


def test_what_is_to_be_told_again_says_nothing_of_how_slow_the_channel_is() -> None:
    again = Standing("web", shows_after=7.0).again(["TEA"], None).sends((Level("TEA", 3),), T2, T3)
    assert again.oldest == ""
    assert again.told(0.0).shows_after == 7.0


def test_a_minute_has_only_so_much_room() -> None:
    sent = Standing("web").sends((Level("TEA", 3),), T1, T3)
    assert (sent.room(T2[:16], 5), sent.room("2026-11-23T12:01", 5)) == (4, 5)


def test_a_pace_counts_every_sale_once_and_fades_when_nothing_sells() -> None:
    sold = [(1_000_000 + 1_000 * second, 1) for second in range(60)]
    sales = Sales().after(sold)
    assert sales.after(sold) == sales
    newest = sold[-1][0]
    assert 0.05 < sales.rate(newest) <= 60 / FAST_S
    assert sales.rate(newest) > sales.rate(newest + 300_000) > sales.rate(newest + 1_000_000) > 0
    assert sales.rate(newest + 200_000_000) == 0


def test_a_channel_that_fails_again_and_again_is_left_alone_for_longer_and_never_for_ever() -> None:
    pauses = [Standing("web", failures=times).pause_s() for times in range(20)]
    assert pauses == sorted(pauses) and pauses[0] == 30 and pauses[-1] == 3_600
