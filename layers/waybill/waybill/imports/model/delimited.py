"""A CSV file as people's programs write it: any of three delimiters, four encodings, quoted line breaks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from waybill.kernel.errors import Malformed

DELIMITERS = (",", ";", "\t")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def text(raw: bytes) -> str:
    """The file as text. Raises Malformed where it is in no encoding that we know."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], encoding)
    if b"\x00" in raw[:4]:
        return _decoded(raw, "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(raw, "cp1252")


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as problem:
        raise Malformed(f"the file is neither UTF-8 nor UTF-16 nor Windows-1252 (byte {problem.start}): save it as CSV UTF-8") from None


def delimiter(text: str) -> str:
    """The one that its first line has most of, outside quotes; a first line `sep=;` says so itself."""
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:
        return text[4]
    line = _first_line(text)
    return max(DELIMITERS, key=line.count)


def rows(text: str) -> Iterator[list[str]]:
    """Every line of cells, also the empty ones: their numbers are those that a spreadsheet shows. Raises Malformed naming the line."""
    parted_by = delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parted_by, strict=True)
    try:
        for line in reader:
            if not (reader.line_num == 1 and line and line[0].lower().startswith("sep=") and len("".join(line)) <= 5):
                yield line
            else:
                yield []
    except csv.Error as wrong:
        raise Malformed(f"line {reader.line_num} of the file cannot be read: {wrong}", fields={"body": f"line {reader.line_num}"}) from None


def _first_line(text: str) -> str:
    """What stands on the first line that says anything, without what is quoted in it."""
    quoted, line = False, []
    for sign in text[:100_000]:
        if sign == '"':
            quoted = not quoted
        elif sign in "\r\n" and not quoted:
            if "".join(line).strip():
                break
            line = []
        elif not quoted:
            line.append(sign)
        else:
            line.append("x")
    return "".join(line)
