"""The demo: orders of every channel played in as the channels send them, and watched through the public API until they arrive."""
