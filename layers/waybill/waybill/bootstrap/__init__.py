"""The composition root: the only place that knows which real thing stands behind a port. One function a service; what a
function does not ask for is not imported.

A module a context; `clock` is what tells them the time."""
