"""A package as Office reads it: parts, relations and content types, and what is wrong with them.

Written apart from the product, which has readers of its own: an oracle must not share their faults.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Iterator, Mapping

from lxml import etree

Faults = Iterator[str]
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_USED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CUSTOM = "docProps/custom.xml"


@dataclass(frozen=True)
class Relation:
    id: str
    kind: str  # the last word of its type
    target: str  # a part, or an address outside


class Package:
    """Parts by name, and whatever a check asks of them more than once."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.parts = parts
        self._roots: dict[str, etree._Element] = {}

    def root(self, part: str) -> etree._Element:
        if part not in self._roots:
            self._roots[part] = etree.fromstring(self.parts[part])
        return self._roots[part]

    def relations(self, part: str) -> list[Relation]:
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self.parts:
            return []
        return [Relation(
            r.get("Id"), r.get("Type").rpartition("/")[2],
            r.get("Target") if r.get("TargetMode") == "External" else
            posixpath.normpath(posixpath.join("/", folder, r.get("Target"))).lstrip("/"),
        ) for r in self.root(rels)]

    def target(self, part: str, kind: str) -> str | None:
        return next((r.target for r in self.relations(part) if r.kind == kind), None)

    @cached_property
    def main(self) -> str:
        return self.target("", "officeDocument") or ""


def parts_well_formed(package: Package) -> Faults:
    """XML that parses, without a document type, under names that differ in more than their case."""
    for name, content in package.parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            try:
                package.root(name)
            except etree.XMLSyntaxError as error:
                yield f"{name}: {error}"
            if b"<!DOCTYPE" in content:
                yield f"{name}: has a document type"
    if len({name.lower() for name in package.parts}) < len(package.parts):
        yield "two parts differ by case alone"


def relations_lead_somewhere(package: Package) -> Faults:
    for rels in (name for name in package.parts if name.endswith(".rels")):
        folder, name = posixpath.split(rels)
        part = posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))
        if part and part not in package.parts:
            yield f"{rels}: relations of a part that is missing"
        relations = package.relations(part)
        if len({r.id for r in relations}) < len(relations):
            yield f"{rels}: an id twice"
        outside = {r.get("Id") for r in package.root(rels) if r.get("TargetMode") == "External"}
        yield from (f"{rels}: {r.target} is missing" for r in relations
                    if r.id not in outside and r.target not in package.parts)
        used = {v for e in (package.root(part).iter() if part.endswith(".xml") else ())
                for k, v in e.attrib.items() if k.startswith(_USED)}
        yield from (f"{part}: relation {i} is missing" for i in sorted(used - {r.id for r in relations}))


def content_types_known(package: Package) -> Faults:
    types = package.root("[Content_Types].xml")
    default = [t.get("Extension").lower() for t in types.iter(f"{_TYPES}Default")]
    override = [t.get("PartName").lstrip("/") for t in types.iter(f"{_TYPES}Override")]
    yield from (f"{name}: no content type" for name in package.parts if name != "[Content_Types].xml"
                and name not in override and name.rpartition(".")[2].lower() not in default)
    yield from (f"{name}: a content type but no part" for name in override if name not in package.parts)
    for names in (default, override):
        if len(set(names)) < len(names):
            yield "a content type twice"


def properties_numbered(package: Package) -> Faults:
    """Custom properties have numbers from 2 on and names, each once."""
    if _CUSTOM not in package.parts:
        return
    found = list(package.root(_CUSTOM))
    if sorted(int(p.get("pid")) for p in found) != list(range(2, 2 + len(found))):
        yield f"{_CUSTOM}: numbers are not 2, 3, …"
    if len({p.get("name").lower() for p in found}) < len(found):
        yield f"{_CUSTOM}: a name twice"
    yield from (f"{_CUSTOM}: {p.get('fmtid')} is no id" for p in found
                if not re.fullmatch(r"\{[0-9A-F-]{36}\}", p.get("fmtid")))


Check = Callable[[Package], Faults]
CHECKS: tuple[Check, ...] = (parts_well_formed, relations_lead_somewhere, content_types_known, properties_numbered)


def faults(parts: Mapping[str, bytes], checks: tuple[Check, ...]) -> list[str]:
    """Return what the checks find, each with its name; after a fault that hides parts from the next checks, no more."""
    package = Package(parts)
    found: list[str] = []
    for check in checks:
        found += [f"{check.__name__}: {fault}" for fault in check(package)]
        if found and check in (parts_well_formed, relations_lead_somewhere):
            break
    return found
