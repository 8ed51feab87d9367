"""Other people's documents, replayed: every sample is named, every order among them is read, and reconciles or is held with the difference."""

from fnmatch import fnmatchcase

import pytest

from tests.channels.documents import AT, SHARED
from tests.channels.leaves import plain
from tests.channels.sources import FOLDERS, orders_in
from waybill.channels import registry
from waybill.channels.checks import checked
from waybill.channels.ports import WORD
from waybill.kernel.errors import InvalidInput

ADDS_UP = ""
ORDERS = {
    "amazon_sp_api": {
        "orders_2026-01-01_getOrder_1.json": (ADDS_UP,),
        "orders_2026-01-01_getOrder_3.json": (ADDS_UP,),
        "orders_2026-01-01_searchOrders_1.json": (ADDS_UP,),
        "orders_2026-01-01_searchOrders_2.json": (ADDS_UP,),
    },
    "commercetools": {
        "order-import-create_example.json": (ADDS_UP,),
        "order_example.json": ("difference -1.00",),
    },
    "shopify": {
        "goshopify_order.json": (ADDS_UP,),
        "goshopify_orders.json": (ADDS_UP,),
        **{f"official_js_2024-04_order_{number}.json": (ADDS_UP,) for number in ("01", "02", "05", "06", "07", "08", "10", "11", "13")},
        "official_js_2024-04_order_03.json": ("unreadable: unknown currency",),
        "official_py_order.json": ("difference -199.00",),
        "official_py_orders.json": ("difference 598.94",),
    },
    "square": {
        "BatchRetrieveOrdersResponse.json": (ADDS_UP,),
        "CalculateOrderResponse.json": ("unreadable: the document has no id",),
        "CloneOrderResponse.json": (ADDS_UP,),
        "CreateOrderRequest.json": ("unreadable: the document has no id",),
        "CreateOrderResponse.json": (ADDS_UP,),
        "PayOrderResponse.json": (ADDS_UP,),
        "UpdateOrderResponse.json": (ADDS_UP,),
    },
    "woocommerce": {
        "official_docs_v3_orders_01.json": (ADDS_UP,),
        "official_docs_v3_orders_03.json": (ADDS_UP, ADDS_UP),
        "official_docs_v3_orders_04.json": (ADDS_UP,),
        "official_docs_v3_orders_06.json": ("difference -0.01", ADDS_UP, ADDS_UP, ADDS_UP),
    },
}
"""What becomes of each order of each file. Where one does not add up it is the published document that does not, and by how much; unreadable are a
partial answer without a currency (Shopify was asked for three fields), and two documents of Square's that are no orders yet."""
NO_ORDERS = {
    "amazon_sp_api": {
        "notification_OrderChangeNotification_*": "names an order: test_a_published_notice_names_its_order",
        "notification_F*": "of goods that lie at Amazon's: none of ours",
        "ordersV0_*": "the API before 2026-01-01, of which only confirmShipment is called: its model judges that in test_outgoing",
    },
    "carrier_easypost": {"*": "a carrier's service: addresses, labels and tracking, no orders"},
    "commercetools": {
        "order-create_example.json": "what commercetools is asked to make of a cart",
        "order-edits_example.json": "an edit: the order is looked up again, and what has changed is followed",
        "order-search_example.json": "ids alone",
    },
    "edi_x12": {"*": "EDI: purchase orders and warehouse orders of other firms; no channel speaks it yet"},
    "magento": {"official_docs_*": "bodies that a shop's page sends to Magento: quote, payment, shipment; it answers with numbers"},
    "payments_stripe": {"fixtures3.json": "Stripe's own: tests/payments/test_stripe_books.py"},
    "shopify": {
        "*_fulfillment_[0-9]*": "a fulfilment alone: its topic names the order, which is looked up",
        "*shopify_fulfillment.json": "as above",
        "*py_fulfillment.json": "as above",
        "*fulfillment_order*": "where Shopify will have it shipped from: asked for when it is told of a shipment",
        "*inventory_levels.json": "stock at Shopify",
        "*_refund*": "a refund alone: its topic names the order, which is looked up",
        "official_py_dispute.json": "of Shopify's payments",
        "official_py_draft_order.json": "not placed yet",
        "official_py_payouts_transactions.json": "of Shopify's payments",
        "official_py_transactions.json": "an order's payments: they are read where the order carries them",
    },
    "square": {
        "OrderFulfillmentUpdatedEvent.json": "names an order: test_a_published_notice_names_its_order",
        "PaymentCreatedEvent.json": "as above",
        "Refund*Event.json": "as above",
        "*Invoice*": "bills of Square's",
        "*Terminal*": "of a card reader at a counter",
        "*Payment*": "a payment alone: it names its order, which is looked up",
        "*Inventory*": "stock at Square",
    },
    "woocommerce": {"official_docs_v3_order_refunds_01.json": "refunds alone: the order carries what they come to"},
}
"""Samples that are no orders: what they are, and what they are used for."""


def read(folder, file):
    return plain((SHARED / "samples" / folder / file).read_bytes())


def test_every_sample_is_named_once():
    folders = [folder for folder in sorted((SHARED / "samples").glob("*")) if folder.is_dir()]
    if not folders:
        pytest.skip("../shared/samples is not beside this checkout")
    assert {folder.name for folder in folders} == ORDERS.keys() | NO_ORDERS.keys()
    for folder in folders:
        for file in folder.glob("*.json"):
            named = [glob for glob in NO_ORDERS[folder.name] if fnmatchcase(file.name, glob)]
            known = file.name in ORDERS.get(folder.name, {})
            assert known or named, f"{folder.name}/{file.name}"
            holds = orders_in(read(folder.name, file.name)) if folder.name in FOLDERS else []
            assert bool(holds) == known, f"{folder.name}/{file.name} holds {len(holds)} orders"


@pytest.mark.parametrize(("folder", "file"), [(folder, file) for folder, files in ORDERS.items() for file in files])
def test_a_published_order_reconciles_or_is_held_with_the_exact_difference(folder, file):
    if not (SHARED / "samples").exists():
        pytest.skip("../shared/samples is not beside this checkout")
    orders, outcomes = orders_in(read(folder, file)), ORDERS[folder][file]
    assert len(orders) == len(outcomes)
    for order, outcome in zip(orders, outcomes, strict=True):
        assert became(FOLDERS[folder], order).startswith(outcome) if outcome else became(FOLDERS[folder], order) == ADDS_UP


def became(kind, order):
    """`ADDS_UP`, the difference with which it is held, or why nobody can read it. The payments always come to the total."""
    try:
        imported = checked(registry.adapter(kind).normalise(kind, order, AT), {})
    except InvalidInput as problem:
        return f"unreadable: {problem.message}"
    sums = [finding.reason for finding in imported.findings if finding.kind == "sums"]
    assert bool(imported.order.discrepancy) == bool(sums)
    assert sum(tender.amount for tender in imported.order.tenders) == imported.order.total
    assert sum(charge.amount for charge in imported.order.charges) == imported.order.fees
    return sums[0].rpartition(": ")[2] if sums else ADDS_UP


NOTICES = [
    ("amazon_sp_api", "notification_OrderChangeNotification_1.json", "ORDER_CHANGE", "903-8868176-2219830"),
    ("square", "OrderFulfillmentUpdatedEvent.json", "order.fulfillment.updated", "eA3vssLHKJrv9H0IdJCM3gNqfdcZY"),
    ("square", "PaymentCreatedEvent.json", "payment.created", "03O3USaPaAaFnI6kkwB1JxGgBsUZY"),
    ("square", "RefundCreatedEvent.json", "refund.created", "haOyDuHiqtAXMk0d8pDKXpL7Jg4F"),
    ("square", "RefundUpdatedEvent.json", "refund.updated", "haOyDuHiqtAXMk0d8pDKXpL7Jg4F"),
]


@pytest.mark.parametrize(("folder", "file", "topic", "reference"), NOTICES)
def test_a_published_notice_names_its_order(folder, file, topic, reference):
    if not (SHARED / "samples").exists():
        pytest.skip("../shared/samples is not beside this checkout")
    about = registry.adapter(FOLDERS[folder]).about(topic, read(folder, file))
    assert (about.carries, about.reference) == (WORD, reference)
