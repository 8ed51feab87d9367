"""`python -m local.receiver [--port 4574] [--state .local/receiver]`: runs until it is stopped."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from local import settings
from local.keys import CHANNELS, keys
from local.receiver.server import Receiver, serve
from local.receiver.shelves import Shelves
from local.receiver.shops import Shops, from_our_api


def main() -> None:
    parser = argparse.ArgumentParser(prog="local.receiver", description="plays the channels' side of the demo shop")
    parser.add_argument("--port", type=int, default=settings.ports().receiver)
    parser.add_argument("--state", type=Path, default=settings.home().path / "receiver")
    chosen = parser.parse_args()
    known = keys()
    api_url = f"http://{settings.HOST}:{settings.ports().api}"
    source = from_our_api(api_url, {channel: known.of("api_keys", channel) for channel in CHANNELS})
    tokens = {channel: known.of("channel_tokens", channel) for channel in CHANNELS}
    server = serve(Receiver(Shops(chosen.state, source), Shelves(chosen.state / "shelves"), tokens), chosen.port)
    print(f"receiver on http://{settings.HOST}:{chosen.port}, state in {chosen.state}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
