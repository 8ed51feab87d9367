"""State that survives `kill -9`: MiniStack saves at a clean stop alone, so writes are journalled as they happen.

`journal`     one SQLite file (WAL), written before the caller is answered
`tables`      DynamoDB items, the records of their streams and how far each mapping has read
`queues`      SQS messages
`executions`  Step Functions executions; those under way come back FAILED `States.ServiceRestart`, as upstream has it
`snapshots`   everything else (functions, roles, rules, stacks), saved seconds after it changed

S3 objects are written through by MiniStack itself (S3_PERSIST).
"""

from __future__ import annotations

import os
from pathlib import Path


def enable() -> None:
    """Wires the journal in, if this engine has a folder for its state."""
    folder = os.environ.get("WAYBILL_STATE")
    if not folder or "durable" in os.environ.get("WAYBILL_GAPS_OPEN", ""):
        return
    from local.engine.durable import executions, queues, snapshots, tables
    from local.engine.durable.journal import Journal

    journal = Journal(Path(folder) / "journal.sqlite")
    for part in (tables, queues, executions):
        part.enable(journal)
    snapshots.enable(lambda: [part.restore(journal) for part in (tables, queues, executions)])
