"""What is wrong is named by its place, in one way at every door."""

from waybill.kernel.errors import field_path


def test_a_place_in_a_body_is_written_with_brackets_and_dots():
    assert field_path(("lines", 0, "quantity")) == "lines[0].quantity"
    assert field_path(["rows", 2]) == "rows[2]" and field_path(["lines", "TEA"]) == "lines.TEA" and field_path([]) == ""
