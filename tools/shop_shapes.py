"""What the API says of the shop's own things: cartons, nodes, items; the schema of what is read and of what is written."""

from __future__ import annotations

from tools.schema import CURRENCY, FLAG, TEXT, WHOLE, Schema, array, maybe, record

_LENGTHS: Schema = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 3, "maxItems": 3, "description": "Length, width, height in millimetres"}
CARTON: tuple[Schema, Schema] = (
    {"name": TEXT, "inner_mm": _LENGTHS, "outer_mm": _LENGTHS, "weight_g": WHOLE, "most_g": {**WHOLE, "description": "Of the closed carton, itself included"}},
    {"cost": {**WHOLE, "description": "Minor units"}, "active": FLAG, "nodes": {**array(TEXT), "description": "Those that have it; none named: every one"}},
)
_PLACE = record({name: TEXT for name in ("name", "line1", "city", "region", "postal_code", "country")}, {"line2": TEXT, "phone": TEXT}, "Where parcels leave")
NODE: tuple[Schema, Schema] = (
    {"name": TEXT, "kind": {"enum": ["warehouse", "store", "3pl", "vendor", "mcf"]}, "place": _PLACE},
    {
        **{name: {**WHOLE, "description": "Minor units"} for name in ("handling_per_parcel", "handling_per_unit")},
        "active": FLAG,
        "webhook_url": {**TEXT, "description": "Where it is told of its work by webhook; empty: it is not"},
        "tags": array(TEXT),
        "priority": WHOLE,
        "parcels_per_day": {**WHOLE, "description": "0: any number"},
        "closed": {**array(array(TEXT)), "description": "Planned outages: [from, until]"},
        "timezone": TEXT,
        "cut_off": {**TEXT, "description": "HH:MM of its time zone; empty: midnight"},
        "workdays": {**array(WHOLE), "description": "1, Monday, to 7; none: all"},
        "holidays": array(TEXT),
        "cancels": {"enum": ["", "at_once", "asked"], "description": "Whether it is asked before its work is cancelled; empty: a 3PL is"},
        "settings": record(
            {},
            {
                "edi": {"type": "object", "description": "`id`, `our_id`; `qualifier`, `our_qualifier`, `version`, `prefix`, `test`, `answer_minutes`"},
                "mcf": record({"channel": TEXT}, {"comment": TEXT}, "Amazon's account"),
                "events": {**array(TEXT), "description": "Which types go to webhook_url; all where it is not said"},
                "opening_hours": TEXT,
            },
            "Never secrets",
        ),
    },
)
ITEM: tuple[Schema, Schema] = (
    {"title": TEXT, "price": {**WHOLE, "description": "Minor units"}},
    {
        **{name: {**WHOLE, "description": "0: not known"} for name in ("weight_g", "length_mm", "width_mm", "height_mm")},
        "unit_cost": WHOLE,
        "currency": CURRENCY,
        **{name: FLAG for name in ("ships", "keep_upright", "fragile", "ships_alone")},
        "hazard": maybe(record({"un": TEXT, "hazard_class": TEXT, "name": TEXT}, {"packing_group": TEXT, "watt_hours": WHOLE, "limited_quantity": FLAG})),
        "origin": {**TEXT, "description": "Country of origin, ISO 3166; empty: not known"},
        "hs_code": {**TEXT, "description": "Harmonized System, 6 to 10 digits; empty: not known"},
        "gtin": {**TEXT, "description": "The number in the barcode on it, 8, 12, 13 or 14 digits; empty: not known"},
    },
)
