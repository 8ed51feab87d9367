"""Every leaf of every real document influences the order that is made of it, or is declared to be kept in the raw document alone, with the reason."""

import re

import pytest

from tests.channels import kept_raw
from tests.channels.documents import AT, SHARED
from tests.channels.leaves import influential
from tests.channels.sources import documents
from waybill.channels import api, registry
from waybill.kernel.errors import InvalidInput

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the published documents are not here (../shared/samples)")

KINDS = ("amazon", "api", "bigcommerce", "commercetools", "ebay", "magento", "shopify", "square", "woocommerce")


def normaliser(kind):
    return api.normalise if kind == "api" else registry.adapter(kind).normalise


def read_of(kind):
    """{pattern: whether it influences} over all documents of a kind that can be read."""
    known = {}
    for _, document in documents(kind):
        def reader(said):
            return normaliser(kind)(kind, said, AT)

        try:
            reader(document)
        except InvalidInput:
            continue
        for pattern, does in influential(reader, document, known).items():
            known[_plain(kind, pattern)] = known.get(_plain(kind, pattern), False) or does
    return known


def _plain(kind, pattern):
    """Square's order comes alone, or in a document with what the catalogue says of it."""
    return pattern.removeprefix("order.") if kind == "square" else pattern


def globs(table):
    return {glob: re.compile(".*".join(map(re.escape, glob.split("*"))) + r"\Z").match for globs in table for glob in globs.split()}


def held_by_others(pattern, known):
    """An empty list or object, of which another document shows what may be in it."""
    return any(other.startswith((f"{pattern}[]", f"{pattern}.")) for other in known)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_reaches_the_order_or_is_declared_to_be_kept_raw(kind):
    known, declared = read_of(kind), globs(getattr(kept_raw, kind.upper()))
    undeclared = [
        pattern for pattern, does in known.items() if not does and not held_by_others(pattern, known) and not any(fits(pattern) for fits in declared.values())
    ]
    assert not undeclared, f"{len(undeclared)} fields of {kind} reach no order and are not in kept_raw: {' '.join(sorted(undeclared))}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_declared_to_be_kept_raw_does_nothing(kind):
    known, declared = read_of(kind), globs(getattr(kept_raw, kind.upper()))
    wrong = {glob: [pattern for pattern, does in known.items() if does and fits(pattern)] for glob, fits in declared.items()}
    assert not {glob: found for glob, found in wrong.items() if found}
    idle = [glob for glob, fits in declared.items() if not any(fits(pattern) for pattern in known)]
    assert not idle or len(list(documents(kind))) < 3, f"no document has {idle}"
