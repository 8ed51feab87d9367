"""template.yaml after SAM's own expansion: what CloudFormation really gets."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.support.template import template


@cache
def expanded() -> dict[str, Any]:
    """The plain CloudFormation template. Local paths stand as made-up S3 addresses, as after packaging."""
    packaged = copy.deepcopy(template())
    for resource in packaged["Resources"].values():
        _package(resource.get("Properties", {}))
    parameters = {name: str(value.get("Default", "x")) for name, value in packaged["Parameters"].items()}
    translator = Translator(managed_policy_map={}, sam_parser=Parser())
    return translator.translate(packaged, parameter_values=parameters)


def _package(properties: dict[str, Any]) -> None:
    for name in ("CodeUri", "ContentUri"):
        if name in properties:
            properties[name] = "s3://bucket/key"
    if "DefinitionUri" in properties:
        properties["DefinitionUri"] = {"Bucket": "bucket", "Key": "key"}
