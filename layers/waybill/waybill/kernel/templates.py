"""Jinja templates of a folder, as Python modules where the build has made them: a cold start then compiles none."""

from __future__ import annotations

from pathlib import Path

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader

_AHEAD = "compiled"


def loader(folder: Path) -> BaseLoader:
    """Of the templates in `folder`."""
    ahead = folder / _AHEAD
    return ModuleLoader(ahead) if ahead.is_dir() else FileSystemLoader(folder)


def compile_ahead(environment: Environment, folder: Path) -> None:
    """Makes the modules of all templates in `folder`, which `environment` reads. For the build alone. Raises TemplateSyntaxError."""
    environment.compile_templates(folder / _AHEAD, zip=None, ignore_errors=False)
