"""Countries by whatever name a channel or a spreadsheet has for them → ISO 3166 alpha-2."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
"""Those of the layer; English first, for most write it."""
_NONE = frozenset(("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"))
_ALSO = {
    "uk": "GB", "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB", "holland": "NL", "thenetherlands": "NL",
    "unitedstatesofamerica": "US", "usa": "US", "czechrepublic": "CZ", "republicofireland": "IE", "russianfederation": "RU",
    "vietnam": "VN", "turkey": "TR", "macedonia": "MK", "republicofkorea": "KR", "korearepublicof": "KR", "taiwanprovinceofchina": "TW",
    "hongkong": "HK", "macau": "MO", "macao": "MO", "burma": "MM", "capeverde": "CV", "ivorycoast": "CI", "swaziland": "SZ", "el": "GR",
    "myanmar": "MM", "palestine": "PS",
}  # fmt: skip
"""As people write them, and as no language's list has them."""


def alpha2(said: str) -> str:
    """`Germany`, `DEU`, `de`, `Allemagne` → `DE`; "" for what is none, or could be several. Two letters are taken for a code as they stand."""
    word = folded(said)
    if word in _ALSO:
        return _ALSO[word]
    if len(code := re.sub(r"[\W_]", "", said)) == 2:
        return code.upper() if code.isascii() and code.isalpha() else ""
    return _codes().get(word, "") or _names().get(word, "") if word else ""


def folded(said: str) -> str:
    """Letters and digits alone, small, without marks: `Île-de-France` → `iledefrance`."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", said) if not unicodedata.combining(char))
    return re.sub(r"[\W_]", "", plain.casefold().replace("&", "and"))


@cache
def _codes() -> dict[str, str]:
    """ISO alpha-3 and numeric codes."""
    from babel.core import get_global

    return {code.lower(): now[0] for code, now in get_global("territory_aliases").items() if len(code) == 3 and len(now) == 1}


@cache
def _names() -> dict[str, str]:
    """Names in the languages of the layer, where one name is one country's."""
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NONE:
                found.setdefault(folded(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}
