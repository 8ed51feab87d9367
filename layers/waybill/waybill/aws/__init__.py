"""The outside world: one gate, one client a service, tables, queues, the workflow, the HTTP edge."""
