"""Doors read strict JSON: everything else is a clear refusal, never a crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.kernel import json as strict_json
from waybill.kernel.errors import Malformed

BAD = {
    "infinity": b'{"a": Infinity}',
    "not a number": b'{"a": NaN}',
    "huge exponent": b'{"a": 1e999}',
    "five thousand digits": b'{"a": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 2000 + b"]" * 2000,
    "duplicate keys": b'{"a": 1, "a": 2}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "escaped NUL": b'{"a": "\\u0000"}',
    "raw NUL": b'{"a": "\x00"}',
    "empty": b"",
    "not UTF-8": b'{"a": "\xff"}',
    "cut short": b'{"a": [1, 2',
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_bad_json_is_refused_and_says_why(body):
    with pytest.raises(Malformed) as refusal:
        strict_json.parse(body)
    assert refusal.value.message


@pytest.mark.parametrize(("body", "said"), [(b" \n", "empty"), (b'\xef\xbb\xbf{"a": 1}', "byte order mark"), (b'{"a": }', "line 1, column 7")])
def test_what_is_no_json_is_said_so_that_one_can_mend_it(body, said):
    with pytest.raises(Malformed, match=said):
        strict_json.parse(body)


def test_brackets_inside_strings_are_not_depth():
    assert strict_json.parse('{"a": "' + "[" * 500 + '"}') == {"a": "[" * 500}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    try:
        strict_json.parse(body)
    except Malformed:
        pass


@given(st.recursive(st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=4), inner, max_size=4), max_leaves=20))
def test_good_json_is_read_as_it_is(value):
    import json

    assert strict_json.parse(json.dumps(value)) == value
