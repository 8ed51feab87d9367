"""The gateways that are set up, made when first asked for: an order without a card pays for none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from waybill.payments.ports import Gateway


class Gateways(Mapping[str, Gateway]):
    """Gateways by name. Each is made anew when asked for, so that a rotated secret is seen; what is costly they cache."""

    def __init__(self, makers: Mapping[str, Callable[[], Gateway]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Gateway:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
