"""One SQLite file. A statement that has returned survives the death of this process, though not a power cut: the file
system has it (synchronous=OFF), which a laptop cloud may be content with and pays microseconds for."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Statement = tuple[str, tuple[Any, ...]]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (tbl TEXT, pk TEXT, sk TEXT, item TEXT, PRIMARY KEY (tbl, pk, sk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stream (tbl TEXT, position INTEGER, record TEXT, PRIMARY KEY (tbl, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stream_end (tbl TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mappings (mapping TEXT PRIMARY KEY, tbl TEXT, position INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (queue TEXT, id TEXT, message TEXT, PRIMARY KEY (queue, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS executions (arn TEXT PRIMARY KEY, execution TEXT) WITHOUT ROWID;
"""


class Journal:
    """Thread-safe; what is given to one `write` is there wholly or not at all."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + _SCHEMA)

    def write(self, statements: list[Statement]) -> None:
        with self._lock:
            if len(statements) == 1:
                self._database.execute(*statements[0])
                return
            self._database.execute("BEGIN")
            for statement in statements:
                self._database.execute(*statement)
            self._database.execute("COMMIT")

    def read(self, query: str, *parameters: Any) -> Iterable[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(query, parameters).fetchall()
