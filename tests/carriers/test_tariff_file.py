"""A price list comes in whole or not at all, and whoever made a mistake in it is told where."""

from __future__ import annotations

import pytest

from tests.carriers.pricelist import CSV
from waybill.fulfilment.model.tariff_file import COLUMNS, read
from waybill.kernel.errors import InvalidInput, Malformed, TooLarge, WaybillError


def wrong(text: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        read("swift", "USD", "2026-01-01", text.encode())
    return refused.value.fields


def changed(old: str, new: str) -> str:
    assert old in CSV
    return CSV.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,ground,,1,,,,,0,1 stone,7.00,2", "row 8, up_to"),
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,ground,,1,,,,,0,1 lb,seven,2", "row 8, price"),
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,ground,,1,,,,,0,1 lb,7.001,2", "row 8, price"),
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,ground,,1,,,,,0,1 lb,-7,2", "row 8, price"),
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,ground,,7,,,,,0,1 lb,7.00,2", "row 8, zone"),
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,swim,,1,,,,,0,1 lb,7.00,2", "row 8, service"),
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,ground,,1,,,,,NaN,1 lb,7.00,2", "row 8, over"),
        ("rate,ground,,1,,,,,0,1 lb,7.00,2", "rate,ground,,1,,,,,2 lb,1 lb,7.00,2", "row 8, up_to"),
        ("service,air,Air,,,,,,,,,,1-5", "service,air,Air,,,,,,,,,,1-9", "row 7, weekdays"),
        ("service,air,", "service,ground,", "row 7, service"),
        ("2026-12-01,,always,14", "01.12.2026,,always,14", "row 17, from"),
        ("always,14", "sometimes,14", "row 17, when"),
        ("always,14", "always,", "row 17, price"),
        ("handling,,22000", "handling,,", "row 21, over_mm"),
        ("holiday,", "feast,", "row 26, record"),
        ("zone,,,3,US,967,968", "zone,,,3,US,967,96", "row 4, postal_to"),
    ],
)
def test_a_mistake_is_told_with_its_row_and_column(old: str, new: str, where: str) -> None:
    assert where in wrong(changed(old, new))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("rate,ground,,1,,,,,1 lb,30 kg,", "rate,ground,,1,,,,,2 lb,30 kg,", "ground, zone 1, 454 g to 908 g"),
        ("rate,ground,,1,,,,,1 lb,30 kg,", "rate,ground,,1,,,,,400,30 kg,", "ground, zone 1, 400 g to 454 g"),
        ("rate,ground,,2,,,,,0,", "rate,ground,,2,,,,,5,", "ground, zone 2, 0 g to 5 g"),
        ("rate,air,,3,,,,,0,20000,60,2\n", "", "air, zone 3"),
        ("1-5,no,9", "1-5,no,", "air, zone 9"),
        ("zone,,,9,CA", "zone,,,9,CA\nzone,,,10,MX", "ground, zone 10"),
        ("7.00,2", "7.00,", "ground, zone 1, days"),
        ("12.50,", "12.50,3", "ground, zone 1, days"),
    ],
)
def test_a_gap_is_refused_with_its_zone_and_weights(old: str, new: str, where: str) -> None:
    assert where in wrong(changed(old, new))


def test_all_mistakes_are_told_at_once() -> None:
    told = wrong(CSV.replace("30 kg", "30 kilos").replace("2026-11-26", "Thanksgiving"))
    assert {"row 9, up_to", "row 10, up_to", "row 26, from"} <= set(told)


@pytest.mark.parametrize("text", ["", "colour,size\nred,1\n", "record,record\n", 'record,service\nzone,"un', "record\nzone\n"])
def test_what_is_no_price_list_is_refused(text: str) -> None:
    with pytest.raises(WaybillError) as refused:
        read("swift", "USD", "2026-01-01", text.encode())
    assert refused.value.status in (400, 422)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Malformed, match="UTF-8"):
        read("swift", "USD", "2026-01-01", b"record\xff\xfe\n")
    with pytest.raises(TooLarge):
        read("swift", "USD", "2026-01-01", b"x" * 1_048_577)


def test_a_file_as_a_spreadsheet_writes_it_is_the_same_list() -> None:
    plain = read("swift", "USD", "2026-01-01", CSV.encode())
    excel = read("swift", "USD", "2026-01-01", b"\xef\xbb\xbf" + CSV.replace(",", ";").replace("\n", "\r\n").encode())
    assert (excel.services, excel.zones, excel.surcharges, excel.divisors) == (plain.services, plain.zones, plain.surcharges, plain.divisors)


def test_an_amount_has_the_digits_of_its_currency() -> None:
    yen = "record,service,name,zone,over,up_to,price,days\nzone,,,1\nservice,s,S\nrate,s,,1,0,1000,{},1\n"
    assert read("c", "JPY", "2026-01-01", yen.format("700").encode()).services[0].steps == {1: ((1000, 700),)}
    with pytest.raises(InvalidInput):
        read("c", "JPY", "2026-01-01", yen.format("7.5").encode())


def test_every_column_is_told() -> None:
    from waybill.fulfilment.model import tariff_file

    assert all(column in (tariff_file.__doc__ or "") for column in COLUMNS)
