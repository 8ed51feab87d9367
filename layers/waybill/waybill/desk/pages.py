"""HTML from templates: autoescaped, and a missing value is an error, not a gap."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from waybill.desk.model import words
from waybill.kernel.money import decimal_string
from waybill.kernel.templates import loader

TEMPLATES = Path(__file__).with_name("templates")
_ICONS = {
    "mark": '<rect width="24" height="24" rx="6" fill="currentColor"/><path d="M5 8l3 9 4-7 4 7 3-9" stroke="#fff" stroke-width="2.4"/>',
    "find": '<circle cx="10" cy="10" r="7"/><path d="M15.5 15.5L22 22"/>',
    "tick": '<path d="M4 13l5 5L20 6" stroke-width="3.4"/>',
    "bang": '<path d="M12 4v10M12 19.5v.5" stroke-width="3.6"/>',
    "parcel": '<path d="M3 7.5L12 3l9 4.5v9L12 21l-9-4.5zM3 7.5l9 4.5 9-4.5M12 12v9"/>',
}
_BUCKET_TONES = {"shipped": "moving", "delivered": "good", "backordered": "stuck", "cancelled": "off", "returned": "off"}


def render(template: str, **context: Any) -> str:
    """One page. Raises what the template raises: a page that cannot be drawn is a fault of ours."""
    return environment().get_template(template).render(context)


@cache
def environment() -> Environment:
    """What every page is drawn with."""
    made = Environment(
        loader=loader(TEMPLATES),
        autoescape=_is_markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "money": words.money,
        "status": words.status,
        "tone": words.tone,
        "plain": words.plain,
        "bucket": words.bucket,
        "hold": words.hold,
        "clock": words.clock,
        "movement": words.movement,
        "charge": words.charge,
        "decimal": decimal_string,
        "ago": words.ago,
        "quantities": words.quantities,
        "bucket_tone": lambda name: _BUCKET_TONES.get(name, "busy"),
        "time_of_day": _time_of_day,
    }
    made.globals["icon"] = _icon
    return made


def _is_markup(name: str | None) -> bool:
    """All but the two files of our own that are included as they stand."""
    return name not in ("style.css", "desk.js")


def _time_of_day(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


def _icon(name: str, size: int) -> Markup:
    return Markup(
        f'<svg width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{_ICONS[name]}</svg>'
    )
