"""The API as one list: what there is, who may call it, what goes in and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

READERS = ("channel", "viewer", "support", "finance")
DECIDERS = ("channel", "support")
STOCK_READERS = (*READERS, "node")
NODE_READERS = ("viewer", "support", "finance", "node")
_PEOPLE = ("support", "finance")
RULE_READERS = ("viewer", "support", "finance")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `roles` may call it (admin always may); empty with `signed` means a signature instead of a key, empty
    without it means anybody. `takes` and `answers` name schemas; `lists` wraps the answer as a page; `keyed` wants an
    Idempotency-Key, `may_key` heeds one; `also`: other statuses with the same answer; `file` is the media type of an answer that is no JSON."""

    method: str
    path: str
    summary: str
    roles: tuple[str, ...] = ()
    answers: str = ""
    takes: str = ""
    lists: bool = False
    status: int = 200
    query: tuple[tuple[str, str], ...] = ()
    keyed: bool = False
    may_key: bool = False
    signed: bool = False
    file: str = ""
    refuses: tuple[int, ...] = ()
    also: tuple[int, ...] = ()

    @property
    def group(self) -> str:
        part = self.path.split("/")[2]
        return {
            "channels": "intake",
            "documents": "intake",
            "customers": "orders",
            "imports": "intake",
            "carriers": "fulfilment",
            "addresses": "fulfilment",
            "parcel-cases": "fulfilment",
            "fulfilment-orders": "fulfilment",
            "waves": "fulfilment",
            "manifests": "fulfilment",
            "collections": "fulfilment",
            "labels": "fulfilment",
            "nodes": "fulfilment",
            "node-deliveries": "fulfilment",
            "proof": "inventory",
            "purchase-orders": "supply",
            "transfers": "supply",
            "counts": "inventory",
            "cartons": "shop",
            "items": "shop",
            "openapi.json": "about",
        }.get(part, part)


_OF_CHANNEL = (("channel", "Which channel, for keys that are no channel's"),)
_PAGE = (("limit", "How many, 1 to 200"), ("cursor", "The `next` of the page before"))
_FO = "/v1/fulfilment-orders"
_FLOOR = ("node", "viewer", "support")

ROUTES = (
    Route("POST", "/v1/orders", "Place an order", ("channel",), "Accepted", "OrderIn", status=202, keyed=True, refuses=(409, 413, 422, 429)),
    Route("POST", "/v1/channels/{channel}/webhooks", "Take a channel's signed webhook", (), "WebhookKept", "*", signed=True, refuses=(404, 413, 422, 429)),
    Route("POST", "/v1/imports", "Begin an import of orders from a spreadsheet: the file as the body, or no body and an address to put it to", ("channel",), "Import", "file", status=201, keyed=True, query=(
        *_OF_CHANNEL, ("policy", "`reject_all`: one wrong row and nothing is stored; `reject_failed_rows` (unless told otherwise): orders with a wrong row are not; `ignore_failed`: what an order can do without is left out"),
        ("dryRun", "`true`: only check"), ("sheet", "Which sheet of a workbook; the first unless named")), refuses=(413, 422), also=(202,)),
    Route("GET", "/v1/imports", "List a channel's imports, newest first", ("channel", "viewer", "support"), "Import", lists=True, query=(*_OF_CHANNEL, *_PAGE), refuses=(422,)),
    Route("GET", "/v1/imports/template.csv", "Read two orders as a spreadsheet, to begin from", ("channel", "viewer", "support"), file="text/csv"),
    Route("GET", "/v1/imports/{id}", "Read how far an import is", ("channel", "viewer", "support"), "Import", refuses=(404,)),
    Route("POST", "/v1/imports/{id}/start", "Start an import whose file is uploaded; again, let it go on", ("channel",), "Import", status=202, refuses=(404, 409, 413)),
    Route("GET", "/v1/imports/{id}/errors.csv", "Export the rows that were not stored, each with what is wrong: corrected in place, it can be sent again", ("channel", "support"), file="text/csv", refuses=(404,)),
    Route("GET", "/v1/imports/{id}/notes.csv", "Export what was left out, and what will hold orders", ("channel", "support"), file="text/csv", refuses=(404,)),
    Route("GET", "/v1/orders", "Search orders, newest first", READERS, "OrderRow", lists=True, query=(
        ("external_reference", "The channel's own number"), ("channel", "A channel's id"), ("customer", "The customer's whole e-mail address"),
        ("sku", "Orders that contain this SKU"), ("status", "A derived status"), *_PAGE)),
    Route("GET", "/v1/orders/{id}", "Read one order with everything", READERS, "Order", refuses=(404,)),
    Route("GET", "/v1/orders/{id}/timeline", "Read what happened to an order", READERS, "TimelineEntry", lists=True, refuses=(404,)),
    Route("GET", "/v1/orders/{id}/payments", "Read an order's money", READERS, "Payments", refuses=(404,)),
    Route("GET", "/v1/orders/{id}/decisions", "Read why it ships from where it does", READERS, "Decision", lists=True, refuses=(404,)),
    Route("GET", "/v1/orders/{id}/holds", "List an order's holds", READERS, "Hold", lists=True, refuses=(404,)),
    Route("POST", "/v1/orders/{id}/holds", "Hold an order", DECIDERS, "Order", "HoldIn", status=201, refuses=(404, 409)),
    Route("PUT", "/v1/orders/{id}/customer", "Change whose an order is: e-mail, name, phone, locale, as far as named", ("support",), "Order", "CustomerChange", refuses=(404, 409, 422)),
    Route("POST", "/v1/customers/merge", "Move a page of the orders of one address to another", ("support",), "CustomersMerged", "CustomersMerge", query=(("cursor", "The `next` of the page before"),), refuses=(409, 422)),
    Route("POST", "/v1/orders/{id}/risk", "Say what an order's risk is", DECIDERS, "Order", "RiskIn", refuses=(404, 409, 422)),
    Route("POST", "/v1/orders/{id}/holds/{hold}/release", "Release a hold", DECIDERS, "Order", "ReleaseIn", refuses=(404, 409)),
    Route("POST", "/v1/orders/{id}/cancel", "Cancel it, units of it, or what has not left", DECIDERS, "Order", "CancelIn", refuses=(404, 409, 422)),
    Route("POST", "/v1/orders/{id}/edits", "Edit an order that no node has yet, or with `dryRun` see what that would do to money, stock and shipping", DECIDERS, "Edit", "EditIn", status=201, keyed=True, refuses=(404, 409, 412, 422)),
    Route("GET", "/v1/orders/{id}/edits", "List an order's edits, the first one first", READERS, "Edit", lists=True, refuses=(404,)),
    Route("POST", "/v1/orders/{id}/edits/{n}/undo", "Put an order back to what it was before an edit, or with `dryRun` see what that would do", DECIDERS, "Edit", "UndoIn", status=201, keyed=True, refuses=(404, 409, 412, 422)),
    Route("POST", "/v1/orders/{id}/refunds", "Decide a refund, or with `dryRun` only see it", ("finance", "support"), "Refund", "RefundIn", status=201, keyed=True, refuses=(404, 409, 412, 422)),
    Route("POST", "/v1/orders/{id}/refunds/{n}/retry", "Ask once more for a refund that a gateway has refused", ("finance", "support"), "Refund", refuses=(404, 409)),
    Route("POST", "/v1/orders/{id}/refunds/{n}/reject", "Say that a refund is not to be paid: one that was proposed, or that failed", ("finance",), "Refund", refuses=(404, 409)),
    Route("POST", "/v1/orders/{id}/refunds/{n}/credit", "Give store credit for a refund that no gateway would pay", ("finance", "support"), "RefundAsCredit", status=201, refuses=(404, 409)),
    Route("POST", "/v1/orders/{id}/payments/{n}/paid", "Note that what was to be paid later has been paid", ("finance",), "Tender", "PaidIn", status=201, keyed=True, refuses=(404, 409, 422)),
    Route("POST", "/v1/orders/{id}/payments/{n}/retry", "Try a payment again that was declined or has lapsed", ("finance", "support"), "Retry", "RetryIn", status=202, keyed=True, refuses=(404, 409, 422)),
    Route("POST", "/v1/credits", "Issue a gift card or store credit", ("finance",), "CreditIssued", "CreditIn", status=201, keyed=True, refuses=(422,)),
    Route("POST", "/v1/credits/look", "Look at a gift card or store credit by its code", ("finance", "support", "viewer"), "Credit", "CreditCode", refuses=(404, 422)),
    Route("POST", "/v1/credits/adjust", "Change a balance by hand, up or down", ("finance",), "Credit", "CreditAdjustment", keyed=True, refuses=(404, 409, 422)),
    Route("GET", "/v1/orders/{id}/refunds", "List an order's refunds", ("finance", "support", "viewer"), "Refund", lists=True, refuses=(404,)),
    Route("POST", "/v1/orders/{id}/refunds/{n}/approve", "Approve a refund that another person has proposed", ("finance",), "Refund", refuses=(404, 409)),
    Route("POST", "/v1/gateways/{gateway}/webhooks", "Take a gateway's signed webhook", (), "GatewayEventsKept", "*", signed=True, refuses=(404, 413)),
    Route("GET", "/v1/gateways", "List the payment gateways: which answer, and how many payments wait for one that does not", ("viewer", "support", "finance"), "Gateway", lists=True),
    Route("GET", "/v1/documents", "List documents that wait for a person", ("viewer", "support"), "Document", lists=True, query=(("status", "`parked`"), *_PAGE)),
    Route("GET", "/v1/documents/{id}", "Read a document as it came", ("support",), "Document", refuses=(404,)),
    Route("POST", "/v1/documents/{id}/redrive", "Send a document through again", ("support",), "Document", status=202, refuses=(404,)),
    Route("GET", "/v1/inventory", "List stock, a row for each SKU and node", STOCK_READERS, "StockRow", lists=True, query=(
        ("sku", "One SKU"), ("node", "One node"), ("cursor", "The `next` of the page before")), refuses=(404,)),
    Route("GET", "/v1/inventory/{sku}", "Read the stock of one SKU", STOCK_READERS, "StockOfSku", query=_OF_CHANNEL, refuses=(404,)),
    Route("GET", "/v1/inventory/{sku}/movements", "List a SKU's movements", STOCK_READERS, "Movement", lists=True, query=(("node", "One node"), *_PAGE)),
    Route("POST", "/v1/inventory/{sku}/{node}/movements", "Receive or adjust stock", ("support", "node"), "Movement", "MovementIn", status=201, keyed=True, refuses=(404, 409, 422)),
    Route("POST", "/v1/inventory/import", "Receive, adjust or count many rows at once, as JSON or CSV; each is done or says what is wrong with it", ("support", "node"), "StockImported", "StockImport", keyed=True, query=(("dryRun", "`true`: only look"),), refuses=(422,)),
    Route("GET", "/v1/proof", "What the last rounds over all orders have found", ("viewer", "support", "finance"), "Proof"),
    Route("GET", "/v1/proof/orders/{id}", "Ask the rules of one order now", ("viewer", "support", "finance"), "OrderProof", refuses=(404,)),
    Route("GET", "/v1/proof/inventory/{sku}", "Recompute a SKU's rows from its ledger", ("viewer", "support", "finance"), "StockProof", refuses=(404,)),
    Route("GET", "/v1/counts", "List count sheets", NODE_READERS, "CountSheet", lists=True, query=(("status", "Only this status"), *_PAGE)),
    Route("GET", "/v1/counts/{id}", "Read a count sheet", NODE_READERS, "CountSheet", refuses=(404,)),
    Route("GET", "/v1/counts/{id}/sheet.csv", "Export a count sheet, to be filled in", NODE_READERS, file="text/csv", refuses=(404,)),
    Route("PUT", "/v1/counts/{id}", "Open a count sheet", ("support",), "CountSheet", "CountSheetIn", refuses=(409, 422)),
    Route("POST", "/v1/counts/{id}/lines", "Enter what was counted, as JSON or as the sheet's CSV", ("support", "node"), "CountSheet", "CountedIn", keyed=True, refuses=(404, 409, 422)),
    Route("POST", "/v1/counts/{id}/close", "End counting: what is within tolerance is posted, the rest waits for a person", ("support", "node"), "CountSheet", refuses=(404, 409)),
    Route("POST", "/v1/counts/{id}/approve", "Let variances stand, each for a reason", ("support",), "CountSheet", "CountApprovedIn", refuses=(404, 409, 412, 422)),
    Route("POST", "/v1/counts/{id}/recount", "Have lines counted once more", ("support",), "CountSheet", "RecountIn", refuses=(404, 409, 422)),
    Route("POST", "/v1/counts/{id}/cancel", "Cancel a count sheet", ("support",), "CountSheet", refuses=(404,)),
    Route("GET", "/v1/channels", "List channels: how each stands", READERS, "Channel", lists=True),
    Route("GET", "/v1/channels/{channel}", "Read how a channel stands: when it was last heard and asked, what of it waits for a person", READERS, "Channel", refuses=(404,)),
    Route("PUT", "/v1/channels/{channel}", "Set a channel up, or change it; with If-Match only over the version that was read", ("admin",), "Channel", "ChannelIn", refuses=(412, 422)),
    Route("POST", "/v1/channels/{channel}/secrets", "Add a secret that a channel signs with, or have one made; the former stays live", ("admin",), "ChannelSecrets", "SecretIn", status=201, refuses=(404, 409, 422)),
    Route("DELETE", "/v1/channels/{channel}/secrets/{which}", "Take the `older` of two secrets away, or the `newer`, which then was never put to use", ("admin",), "ChannelSecrets", refuses=(404, 409)),
    Route("PUT", "/v1/channels/{channel}/outbound", "Replace what we present when we call a channel", ("admin",), "ChannelSecrets", "OutboundIn", refuses=(404, 409, 422)),
    Route("GET", "/v1/keys", "List API keys: who may do what, never the keys", ("admin",), "Key", lists=True, query=_PAGE),
    Route("POST", "/v1/keys", "Make an API key, which is answered once", ("admin",), "Key", "KeyIn", status=201, refuses=(409, 422)),
    Route("DELETE", "/v1/keys/{id}", "End an API key", ("admin",), "Key", refuses=(404, 409)),
    Route("GET", "/v1/channels/{channel}/stock", "Read what a channel was told of stock, what it would be told now, and what is held back", ("viewer", "support"), "ToldOfStock", query=(("sku", "One SKU"), ("unknown", "`true`: only those that it does not have"), *_PAGE), refuses=(404,)),
    Route("POST", "/v1/channels/{channel}/stock/resend", "Tell a channel all of its stock again", ("support",), "ChannelTold", status=202, refuses=(404,)),
    Route("GET", "/v1/purchase-orders", "List purchase orders", NODE_READERS, "PurchaseOrder", lists=True, query=(("status", "Only this status"), *_PAGE)),
    Route("GET", "/v1/purchase-orders/{id}", "Read a purchase order", NODE_READERS, "PurchaseOrder", refuses=(404,)),
    Route("PUT", "/v1/purchase-orders/{id}", "Order from a supplier, or change what was ordered", ("support",), "PurchaseOrder", "PurchaseOrderIn", refuses=(409, 412, 422)),
    Route("POST", "/v1/purchase-orders/{id}/receive", "Receive what a supplier has sent, or a part of it", ("support", "node"), "PurchaseOrder", "ReceiptIn", keyed=True, refuses=(404, 409, 422)),
    Route("POST", "/v1/purchase-orders/{id}/close", "Expect no more of a purchase order", ("support",), "PurchaseOrder", "ClosingIn", refuses=(404, 422)),
    Route("GET", "/v1/node-deliveries", "List what a node was told by webhook: what it has not taken, or what it has", ("node", "viewer", "support"), "NodeDelivery", lists=True, query=(("node", "Which node, for keys that are no node's"), ("status", "failing, or delivered"), *_PAGE), refuses=(404, 422)),
    Route("POST", "/v1/node-deliveries/{id}:replay", "Tell a node once more, as the work stands now", ("node", "support"), "NodeDelivery", status=202, refuses=(404,)),
    Route("GET", "/v1/edi/interchanges", "List interchanges with warehouses, those in front of a person first", ("node", "viewer", "support"), "Interchange", lists=True, query=(("status", "Only this status"), ("node", "Only this node's"), *_PAGE), refuses=(404,)),
    Route("POST", "/v1/edi/interchanges", "Take a file as if it had been put into a warehouse's folder", ("node", "support"), "Interchanges", "x12", status=202, query=(("node", "Whose folder, for keys that are no node's"),), refuses=(404, 413, 422)),
    Route("GET", "/v1/edi/interchanges/{id}", "Read what became of an interchange", ("node", "viewer", "support"), "Interchange", refuses=(404,)),
    Route("GET", "/v1/edi/interchanges/{id}/raw", "Read an interchange as it came or went", ("node", "viewer", "support"), file="application/edi-x12", refuses=(404,)),
    Route("POST", "/v1/edi/interchanges/{id}:replay", "Try again what was parked or refused, with a body as it was repaired", ("support",), "Interchange", "x12", refuses=(404, 409, 413, 422)),
    Route("POST", "/v1/edi/interchanges/{id}:resend", "Put a file that went into the warehouse's folder once more", ("support",), "Interchange", refuses=(404, 409, 422)),
    Route("POST", "/v1/edi/interchanges/{id}:close", "Say that a person has seen to it by other means", ("support",), "Interchange", refuses=(404,)),
    Route("POST", "/v1/edi/announcements", "Tell a warehouse by EDI 943 what is on its way to it", ("support",), "Interchange", "AnnouncementIn", status=201, refuses=(404, 422)),
    Route("GET", "/v1/transfers", "List transfers between nodes", NODE_READERS, "Transfer", lists=True, query=(("status", "Only this status"), *_PAGE)),
    Route("GET", "/v1/transfers/{id}", "Read a transfer", NODE_READERS, "Transfer", refuses=(404,)),
    Route("PUT", "/v1/transfers/{id}", "Draft a transfer, or change its draft", ("support",), "Transfer", "TransferIn", refuses=(409, 412, 422)),
    Route("POST", "/v1/transfers/{id}/send", "Let a transfer leave its node: as much of it as is free there", ("support", "node"), "Transfer", refuses=(404, 409)),
    Route("POST", "/v1/transfers/{id}/receive", "Receive a transfer, or a part of it", ("support", "node"), "Transfer", "ReceiptIn", keyed=True, refuses=(404, 409, 422)),
    Route("POST", "/v1/transfers/{id}/close", "Expect no more of a transfer", ("support",), "Transfer", "ClosingIn", refuses=(404, 422)),
    Route("GET", _FO, "List a node's work", ("node", "viewer", "support"), "FulfilmentOrder", lists=True, query=(("status", "Only this status"), ("node", "Only this node"), *_PAGE), refuses=(404,)),
    Route("GET", _FO + "/{id}", "Read a fulfilment order", ("node", "viewer", "support"), "FulfilmentOrder", refuses=(404,)),
    Route("POST", _FO + "/{id}/accept", "Accept the work", ("node", "support"), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/reject", "Reject the work, saying why", ("node", "support"), "FulfilmentOrder", "RejectIn", refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/pick", "Say what was picked", ("node", "support"), "FulfilmentOrder", "PickIn", may_key=True, refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/packages/{n}/return-label", "Buy the label by which a package comes back, the cheapest to the node of the policy `returns`; mail it to the customer", ("node", "support"), "FulfilmentOrder", "ReturnLabelIn", refuses=(404, 409, 422, 503)),
    Route("POST", _FO + "/{id}/packages/{n}/return-label/void", "Give a return label back", ("node", "support"), "FulfilmentOrder", refuses=(404, 409, 422, 503)),
    Route("POST", _FO + "/{id}/packages/{n}/reprint", "Print a package's label once more, from our own copy; its timeline says so", ("node", "support"), takes="PrintIn", file="application/pdf", refuses=(404, 409, 422)),
    Route("POST", "/v1/labels/batch", "Print many labels as one file: of these fulfilment orders in this order, of a wave, or all that stands labelled at a node; what cannot be printed is named, and the others are", ("node", "support"), "LabelBatch", "LabelBatchIn", refuses=(404, 422)),
    Route("GET", "/v1/manifests", "List a node's manifests, the newest day first", _FLOOR, "Manifest", lists=True, query=(("node", "Which node, for keys that are no node's"), *_PAGE), refuses=(404, 422)),
    Route("POST", "/v1/manifests", "Close what stands labelled for a carrier into its next manifest of the day, at most 200 packages; where nothing is new, the day's last one", ("node", "support"), "Manifest", "ManifestIn", refuses=(404, 409, 422)),
    Route("GET", "/v1/manifests/{id}", "Read a manifest", _FLOOR, "Manifest", refuses=(404,)),
    Route("POST", "/v1/manifests/{id}/handed-over", "Ship all packages of a manifest; those that cannot leave say why", ("node", "support"), "Manifest", refuses=(404, 409, 422)),
    Route("GET", "/v1/manifests/{id}/{document}", "Print a manifest: its `sheet`, or the `form` that its carrier made", _FLOOR, file="application/pdf", refuses=(404,)),
    Route("GET", "/v1/collections", "List the carriers' vans that come to a node, the newest day first", _FLOOR, "Collection", lists=True, query=(("node", "Which node, for keys that are no node's"), ("date", "Only this day, as 2026-11-30"), *_PAGE), refuses=(404, 422)),
    Route("POST", "/v1/collections", "Have a carrier's van collect what stands labelled for it at a node, or what is on a manifest, in a window of a day; the same window once more is the same van", ("node", "support"), "Collection", "CollectionIn", may_key=True, refuses=(404, 409, 422)),
    Route("GET", "/v1/collections/{id}", "Read a collection", _FLOOR, "Collection", refuses=(404,)),
    Route("POST", "/v1/collections/{id}/cancel", "Call a van off", ("node", "support"), "Collection", "CollectionCancelIn", refuses=(404, 409, 422)),
    Route("GET", "/v1/waves", "List a node's open waves", _FLOOR, "Waves", query=(("node", "Which node, for keys that are no node's"),), refuses=(404, 422)),
    Route("POST", "/v1/waves", "Plan a wave: what a rule chooses, or these fulfilment orders", ("node", "support"), "Wave", "WaveIn", status=201, keyed=True, refuses=(404, 409, 422)),
    Route("GET", "/v1/waves/{id}", "Read a wave and the way through it", _FLOOR, "WaveWay", refuses=(404,)),
    Route("GET", "/v1/waves/{id}/pick-list", "Print a wave", _FLOOR, file="application/pdf", refuses=(404,)),
    Route("POST", "/v1/waves/{id}/take", "Take a wave with a device", ("node", "support"), "WaveWay", "TakeIn", refuses=(404, 409, 422)),
    Route("POST", "/v1/waves/{id}/picks", "Say what is in the cart altogether", ("node", "support"), "WavePicked", "PicksIn", refuses=(404, 409, 422)),
    Route("POST", "/v1/waves/{id}/short", "Say how many units of a line can be had, where it is not all", ("node", "support"), "Wave", "WaveShortIn", refuses=(404, 409, 422)),
    Route("POST", "/v1/waves/{id}/leave", "End a walk; what is not picked may go on another", ("node", "support"), "Wave", refuses=(404, 409)),
    Route("GET", "/v1/nodes/{node}/bins", "Read where a node's goods lie", _FLOOR, "Bins", refuses=(404,)),
    Route("PUT", "/v1/nodes/{node}/bins", "Say where goods lie", ("node", "support"), "Bins", "Bins", refuses=(404, 422)),
    Route("GET", _FO + "/{id}/packing", "Propose cartons, contents, carriers and services; nothing changes", ("node", "viewer", "support"), "PackingProposal", refuses=(404, 409, 422, 503)),
    Route("POST", _FO + "/{id}/pack", "Pack: cartons, carrier and service are chosen unless the packages are named, labels and slips are made", ("node", "support"), "FulfilmentOrder", "PackIn", refuses=(404, 409, 422, 503)),
    Route("POST", _FO + "/{id}/ship", "Hand packages to the carrier, these or all", ("node", "support"), "FulfilmentOrder", "ShipIn", refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/ready", "Say that it waits for who comes for it", ("node", "support"), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/collect", "Hand it over, all or some of it, to who says its code, or the name on the order", ("node", "support"), "FulfilmentOrder", "CollectIn", may_key=True, refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/short", "Say which units are not there; the rest goes on", ("node", "support"), "FulfilmentOrder", "ShortIn", may_key=True, refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/cancellation/accept", "Give up what is cancelled", ("node", "support"), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/cancellation/decline", "Ship it all the same, saying why", ("node", "support"), "FulfilmentOrder", "WhyIn", refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/hold", "Stop the work at its node, saying why", ("support",), "FulfilmentOrder", "WhyIn", refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/release", "Let it go on where it stood", ("support",), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/open", "Ask its node now, whatever its day", ("support",), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/reschedule", "Keep it for another day", ("support",), "FulfilmentOrder", "RescheduleIn", refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/approve", "Approve of it: its node is asked, or it waits for its day", ("support",), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/split", "Make some of its units a fulfilment order of their own", ("node", "support"), "FulfilmentOrder", "SplitIn", may_key=True, refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/move", "Send it to another node that has it all", ("support",), "Moved", "MoveIn", status=202, refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/packages/{n}/reship", "Send a parcel that did not arrive again, as an order of its own", ("support",), "Reshipped", "ReshipIn", status=202, refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/merge", "Take another one's units too", ("node", "support"), "FulfilmentOrder", "MergeIn", refuses=(404, 409, 422)),
    Route("POST", _FO + "/{id}/void", "Give all labels back: the work stands at `picked` again", ("node", "support"), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/packages/{n}/void", "Give the label of one package back", ("node", "support"), "FulfilmentOrder", refuses=(404, 409)),
    Route("POST", _FO + "/{id}/relabel", "Give all labels back, and label the same packages anew", ("node", "support"), "FulfilmentOrder", refuses=(404, 409, 422)),
    Route("GET", _FO + "/{id}/packages/{n}/{document}", "Read a package's `label` or `packing-slip`, or, where it has them, its `return-label`, `carton-label` (the SSCC alone, beside a carrier's own label), `packing-plan`, `customs`, `commercial-invoice` or `dangerous-goods`", ("node", "viewer", "support"), file="application/pdf", query=(
        ("format", "`pdf`, or `zpl` for a label"), ("dpi", "Of a printer for ZPL: 203 unless told, or `300`")), refuses=(404, 409)),
    Route("POST", "/v1/carriers/{carrier}/events", "Take a carrier's signed tracking event", (), "TrackingTaken", "TrackingIn", status=202, signed=True, refuses=(404, 422)),
    Route("GET", "/v1/carriers", "List who carries for the shop", NODE_READERS, "Carrier", lists=True),
    Route("GET", "/v1/carriers/{id}", "Read a carrier", NODE_READERS, "Carrier", refuses=(404,)),
    Route("PUT", "/v1/carriers/{id}", "Set a carrier up, or change it; its price lists stay", ("admin",), "Carrier", "CarrierIn", refuses=(409, 422)),
    Route("GET", "/v1/carriers/{id}/tariff", "Export the price list that holds on a day", NODE_READERS, file="text/csv", query=(
        ("on", "A day; today unless told"), ("version", "This list, whenever it held")), refuses=(404,)),
    Route("PUT", "/v1/carriers/{id}/tariff", "Import a price list: whole or not at all, each mistake with its row and column", ("admin",), "CarrierImported", "csv", query=(
        ("from", "The day from which it holds; today unless told"),), refuses=(404, 409, 413, 422)),
    Route("POST", "/v1/carriers/{id}/purchases/{key}", "Say what became of a label of which nobody knows whether the carrier has made it", ("support",), "Purchase", "PurchaseIn", refuses=(404, 409, 422)),
    Route("POST", "/v1/addresses/verify", "Ask a carrier that knows addresses what it makes of one; nothing is kept", ("support", "node", "channel"), "AddressVerified", "AddressVerifyIn", refuses=(404, 409, 422, 503)),
    Route("GET", "/v1/parcel-cases", "List parcels, and work without a label, that a person must look at: by kind, oldest first", ("viewer", "support"), "ParcelCase", lists=True, query=(
        ("status", "`open` (unless told otherwise) or `closed`"), ("kind", "Only this kind"), *_PAGE)),
    Route("POST", "/v1/parcel-cases/{id}/close", "Close a case of a parcel that a person has seen to", ("support",), "ParcelCase", "CloseIn", refuses=(404, 409, 422)),
    Route("GET", "/v1/cases", "List differences with the gateways' books, by kind, oldest first", ("finance",), "Case", lists=True, query=(
        ("status", "`open` (unless told otherwise) or `closed`"), ("kind", "Only this kind"), *_PAGE)),
    Route("POST", "/v1/cases/{id}/close", "Close a case that a person has explained", ("finance",), "Case", "CloseIn", refuses=(404, 409, 422)),
    Route("GET", "/v1/journal", "Read the journal", READERS, "JournalEntry", lists=True, query=(
        ("order", "Entries of one order"), ("from", "First day, 2026-11-01"), ("to", "Last day"), *_PAGE), refuses=(404,)),
    Route("GET", "/v1/journal/export", "Export the journal as beancount", ("finance", "viewer"), file="text/plain", query=(
        ("format", "`beancount`"), ("from", "First day"), ("to", "Last day, at most 92 days on")), refuses=(422,)),
    Route("GET", "/v1/routing/rules", "List the routing rules, newest first: drafts, those that stand, those that did", RULE_READERS, "RuleSet", lists=True),
    Route("POST", "/v1/routing/rules", "Draft routing rules", ("support",), "RuleSet", "RulesIn", status=201, refuses=(422,)),
    Route("GET", "/v1/routing/rules/{version}", "Read routing rules; a draft that was back-tested with what it does in shadow", RULE_READERS, "RuleSet", refuses=(404,)),
    Route("POST", "/v1/routing/rules/{version}/test", "Back-test a draft on the newest orders, and let it run in shadow from now on", ("support",), "RuleSet", "TestIn", refuses=(404, 409, 422)),
    Route("GET", "/v1/routing/rules/{version}/report.csv", "Export what the rules would have decided, an order a line, beside those that stand", RULE_READERS, file="text/csv", query=(("orders", "How many of the newest, 1 to 2000; 500 unless told otherwise"),), refuses=(404, 422)),
    Route("GET", "/v1/routing/rules/{version}/report.html", "The same as a page with charts", RULE_READERS, file="text/html", query=(("orders", "How many of the newest, 1 to 2000; 500 unless told otherwise"),), refuses=(404, 422)),
    Route("POST", "/v1/routing/rules/{version}/activate", "Let rules stand: a draft that has passed the gate, or such as have stood before", ("admin",), "RuleSet", refuses=(404, 409)),
    Route("GET", "/v1/routing/runs", "List the brokering runs, newest first", RULE_READERS, "BrokeringRun", lists=True, query=_PAGE),
    Route("POST", "/v1/routing/reroute", "Pin orders to nodes, or send all that waits at a node elsewhere", ("support",), "Rerouted", "RerouteIn", refuses=(422,)),
    Route("PUT", "/v1/carts/{cart}", "Keep stock for a cart while its customer decides; again, for as long again", ("channel", "support"), "Cart", "CartIn", query=_OF_CHANNEL, refuses=(404, 409, 422)),
    Route("GET", "/v1/carts/{cart}", "Read what is kept for a cart", ("channel", "support"), "Cart", query=_OF_CHANNEL, refuses=(404, 422)),
    Route("DELETE", "/v1/carts/{cart}", "Give a cart's stock back", ("channel", "support"), "Cart", query=_OF_CHANNEL, refuses=(404, 422)),
    Route("POST", "/v1/drafts", "Begin an order for somebody, as far as it is known", _PEOPLE, "Draft", "DraftIn", status=201, keyed=True, refuses=(413, 422)),
    Route("GET", "/v1/drafts", "List drafts and quotes of a status, the one that was changed last first", _PEOPLE, "DraftRow", lists=True, query=(("status", "`open` unless told otherwise"), *_PAGE)),
    Route("GET", "/v1/drafts/{id}", "Read a draft: what it comes to, what it lacks, what may be sold now", _PEOPLE, "Draft", refuses=(404,)),
    Route("PUT", "/v1/drafts/{id}", "Say all of a draft anew", _PEOPLE, "Draft", "DraftIn", refuses=(404, 409, 412, 413, 422)),
    Route("DELETE", "/v1/drafts/{id}", "Discard a draft, and what it knows of a person", _PEOPLE, "Draft", refuses=(404, 409, 412)),
    Route("POST", "/v1/drafts/{id}/hold", "Keep stock for a draft, for as long as for a cart", _PEOPLE, "Draft", refuses=(404, 409, 422)),
    Route("POST", "/v1/drafts/{id}/quote", "Fix a draft's prices until the end of a day", _PEOPLE, "Draft", "QuoteIn", refuses=(404, 409, 412, 422)),
    Route("POST", "/v1/drafts/{id}/reopen", "Open a quote again, to change it", _PEOPLE, "Draft", refuses=(404, 409, 412)),
    Route("POST", "/v1/drafts/{id}/place", "Make an order of a draft; again, it is the same order", _PEOPLE, "Draft", "PlaceIn", status=202, refuses=(404, 409, 412, 422)),
    Route("GET", "/v1/policies", "List what the shop has decided", RULE_READERS, "Policy", lists=True),
    Route("GET", "/v1/policies/{id}", "Read a policy with its latest changes", RULE_READERS, "Policy", refuses=(404,)),
    Route("PUT", "/v1/policies/{id}", "Write a whole policy; with If-Match only over the version that was read", ("admin",), "Policy", "PolicyIn", refuses=(404, 409, 412, 422)),
    Route("GET", "/v1/cartons", "List the cartons that the shop packs into", NODE_READERS, "Carton", lists=True),
    Route("GET", "/v1/cartons/{id}", "Read a carton with its latest changes", NODE_READERS, "Carton", refuses=(404,)),
    Route("PUT", "/v1/cartons/{id}", "Write a whole carton; with If-Match only over the version that was read", ("admin",), "Carton", "CartonIn", refuses=(409, 412, 422)),
    Route("GET", "/v1/nodes", "List the places that ship; a node's key sees its own", NODE_READERS, "Node", lists=True),
    Route("GET", "/v1/nodes/{node}", "Read a node with its settings and latest changes; which secrets it takes is named, never told", NODE_READERS, "Node", refuses=(404,)),
    Route("PUT", "/v1/nodes/{node}", "Set a node up, or write it whole: how it is told of its work (webhook, EDI, Amazon), whether it is asked before its work is cancelled, when it ships; with If-Match only over the version that was read", ("admin",), "Node", "NodeIn", refuses=(409, 412, 422)),
    Route("GET", "/v1/items/{sku}", "Read an item with its latest changes", NODE_READERS, "Item", refuses=(404,)),
    Route("PUT", "/v1/items/{sku}", "Write a whole item; with If-Match only over the version that was read", ("admin",), "Item", "ItemIn", refuses=(409, 412, 422)),
    Route("POST", "/v1/routing/rules/{version}/archive", "Put a draft away", ("support",), "RuleSet", refuses=(404, 409)),
    Route("GET", "/v1/routing/decisions/{id}", "Read one decision with everything that it was made from", RULE_READERS, "Decision", refuses=(404,)),
    Route("POST", "/v1/routing/decisions/{id}", "`{id}:replay`: work a decision out again from its receipt", RULE_READERS, "Replayed", refuses=(404,)),
    Route("GET", "/v1/openapi.json", "Read this document", file="application/json"),
)  # fmt: skip
