"""botocore without what no function needs: its documentation generator, a quarter of its import, and its search through the folders of
all services for each new client."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

_GENERATOR = ("botocore.docs", "botocore.docs.docstring")
_WRITERS = ("ClientMethodDocstring", "WaiterDocstring", "PaginatorDocstring")


class _Any:
    """Contains whatever is asked for: a service that there is not fails one step later, when its model is read."""

    def __contains__(self, name: object) -> bool:
        return True


class _NoText(str):
    """Stands where a client method's generated help would."""

    def __new__(cls, *args: Any, **kwargs: Any) -> _NoText:
        return super().__new__(cls, "")


def botocore_session() -> ModuleType:
    """Imports `botocore.session`. The generator is kept out for the length of the import only: whoever wants it later gets it."""
    import botocore

    absent = [name for name in _GENERATOR if name not in sys.modules]
    if "botocore.client" not in sys.modules and len(absent) == len(_GENERATOR):
        sys.modules.update({name: ModuleType(name) for name in _GENERATOR})
        sys.modules[_GENERATOR[0]].__path__ = [f"{path}/docs" for path in botocore.__path__]  # its utilities are real
        for writer in _WRITERS:
            setattr(sys.modules[_GENERATOR[1]], writer, _NoText)
    try:
        import botocore.session
    finally:
        for name in absent:
            sys.modules.pop(name, None)
    return botocore.session


def new_session() -> Any:
    """A session of botocore whose clients are made without a look at every service's folder."""
    session = botocore_session().get_session()
    session.get_component("data_loader").list_available_services = lambda type_name: _Any()
    return session
