"""template.yaml as data: what the tests build their cloud from, so that there is one description of the system."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # (the same, ten times as fast, where it was built)
    """Reads CloudFormation's short forms (`!Ref x`) as one-key mappings (`{"Ref": "x"}`)."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if suffix == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    return yaml.load((ROOT / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506 (a SafeLoader with CloudFormation's tags)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Properties of every resource of a type, by logical id."""
    found = template()["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in found if resource["Type"] == kind}


def switched_off() -> set[str]:
    """Logical ids of what a deployment has only if it asks for it."""
    return {name for name, resource in template()["Resources"].items() if "Condition" in resource}


def functions() -> dict[str, dict[str, Any]]:
    """Properties of every function, by the name of its folder."""
    found = resources("AWS::Serverless::Function").values()
    return {properties["CodeUri"].removeprefix("functions/").strip("/"): properties for properties in found}


def target(reference: dict[str, Any]) -> str:
    """The logical id behind a Ref or a GetAtt."""
    return reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
