"""EasyPost, who stands for many carriers: over its documented HTTP API, without its SDK."""
