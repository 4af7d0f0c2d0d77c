"""Between a matching model and its content: plain data as rule sets, domain packs and files hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any, Final

from mdm.engine.matching.comparators import COMPARATORS
from mdm.engine.matching.declaration import (
    BlockRule,
    Comparison,
    Field,
    Interaction,
    Level,
    MatchModel,
    ModelError,
    Partners,
    Thresholds,
)
from mdm.engine.matching.keys import split_part
from mdm.engine.matching.readers import READERS
from mdm.engine.matching.said import (
    declared,
    distinct,
    entries_of,
    mapping_of,
    number_of,
    only,
    size_of,
    text_of,
    texts_of,
    yes_or_no,
)

_SECTIONS: Final = (
    "columns",
    "fields",
    "blocking",
    "comparisons",
    "interactions",
    "prior",
    "thresholds",
    "distinct_sources",
    "partners",
    "notes",
)
_COMPARISON: Final = ("name", "label", "fields", "comparator", "rarity", "levels")
_KINDS: Final = ("exact", "key", "tokens", "similar")


def read_model(content: Mapping[str, Any]) -> MatchModel:
    """What `MatchModel.from_content` promises."""
    only(mapping_of(content, "matching"), _SECTIONS, "matching")
    fields = {name: _field(name, said) for name, said in mapping_of(content.get("fields"), "fields").items()}
    comparisons = tuple(
        _comparison(said, f"comparisons[{at}]", fields) for at, said in enumerate(entries_of(content, "comparisons"))
    )
    distinct([each.name for each in comparisons], "comparisons")
    blocking = tuple(_block(said, f"blocking[{at}]", fields) for at, said in enumerate(entries_of(content, "blocking")))
    interactions = content.get("interactions") or []
    model = MatchModel(
        fields=fields,
        blocking=blocking,
        comparisons=comparisons,
        prior=number_of(content.get("prior"), "prior"),
        thresholds=_thresholds(content.get("thresholds", {})),
        interactions=tuple(
            _interaction(said, f"interactions[{at}]", comparisons) for at, said in enumerate(interactions)
        ),
        columns={
            name: texts_of(paths, f"columns.{name}")
            for name, paths in mapping_of(content.get("columns") or {}, "columns").items()
        },
        distinct_sources=yes_or_no(content.get("distinct_sources", False), "distinct_sources"),
        partners=_partners(content.get("partners", {})),
        notes=texts_of(content.get("notes") or [], "notes"),
    )
    distinct(list(model.bars), "comparisons and interactions")
    return model


def write_model(model: MatchModel) -> dict[str, Any]:
    """What `MatchModel.to_content` promises."""
    content: dict[str, Any] = {}
    if model.columns:
        content["columns"] = {name: list(paths) for name, paths in model.columns.items()}
    content["fields"] = {each.name: {"column": each.column, "reader": each.reader} for each in model.fields.values()}
    content["blocking"] = [_written_block(rule) for rule in model.blocking]
    content["comparisons"] = [_written_comparison(comparison) for comparison in model.comparisons]
    if model.interactions:
        content["interactions"] = [
            {
                "name": each.name,
                "label": each.label,
                "when": {name: list(levels) for name, levels in each.when.items()},
                "bits": each.bits,
            }
            for each in model.interactions
        ]
    content["prior"] = model.prior
    content["thresholds"] = {"review": model.thresholds.review, "auto": model.thresholds.auto}
    if model.distinct_sources:
        content["distinct_sources"] = True
    if model.partners != Partners():
        content["partners"] = asdict(model.partners)
    if model.notes:
        content["notes"] = list(model.notes)
    return content


def _written_block(rule: BlockRule) -> dict[str, Any]:
    size = {"top": rule.top} if rule.kind == "similar" else {"cap": rule.cap}
    return {"kind": rule.kind, "keys": list(rule.keys), **size}


def _written_comparison(comparison: Comparison) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": comparison.name,
        "label": comparison.label,
        "fields": list(comparison.fields),
        "comparator": comparison.comparator,
    }
    if comparison.rarity:
        said["rarity"] = comparison.rarity
    said["levels"] = [
        {
            "name": level.name,
            "label": level.label,
            "bits": level.bits,
            **({} if level.m is None else {"m": level.m}),
            **({} if level.u is None else {"u": level.u}),
        }
        for level in reversed(comparison.levels)
    ]
    return said


def _field(name: object, said: object) -> Field:
    where = f"fields.{name}"
    mapping = mapping_of(said, where)
    only(mapping, ("column", "reader"), where)
    reader = mapping.get("reader", "text")
    if reader not in READERS:
        raise ModelError(
            f"{where}.reader", expected=f"one of {', '.join(READERS)}", found=reader, remedy="Choose one of them."
        )
    return Field(text_of(name, where), text_of(mapping.get("column", name), f"{where}.column"), reader)


def _block(said: object, where: str, fields: Mapping[str, Field]) -> BlockRule:
    mapping = mapping_of(said, where)
    only(mapping, ("kind", "keys", "cap", "top"), where)
    kind = mapping.get("kind")
    if kind not in _KINDS:
        raise ModelError(
            f"{where}.kind", expected=f"one of {', '.join(_KINDS)}", found=kind, remedy="Choose one of them."
        )
    keys = texts_of(mapping.get("keys"), f"{where}.keys")
    if not keys:
        raise ModelError(f"{where}.keys", expected="at least one field", found=[], remedy="Name the fields of the key.")
    for part in keys:
        name, _ = split_part(part, f"{where}.keys")
        declared(name, fields, f"{where}.keys")
    sizes = {size: size_of(mapping[size], f"{where}.{size}") for size in ("cap", "top") if size in mapping}
    return BlockRule(kind, keys, **sizes)


def _comparison(said: object, where: str, fields: Mapping[str, Field]) -> Comparison:
    mapping = mapping_of(said, where)
    only(mapping, _COMPARISON, where)
    name = text_of(mapping.get("name"), f"{where}.name")
    kind = mapping.get("comparator")
    if kind not in COMPARATORS:
        raise ModelError(
            f"{where}.comparator", expected=f"one of {', '.join(COMPARATORS)}", found=kind, remedy="Choose one of them."
        )
    on = texts_of(mapping.get("fields", [name]), f"{where}.fields")
    for each in on:
        declared(each, fields, f"{where}.fields")
    most = COMPARATORS[kind].most_fields
    if not 1 <= len(on) <= most:
        raise ModelError(
            f"{where}.fields", expected=f"1 to {most} fields", found=list(on), remedy="Name the right fields."
        )
    return Comparison(
        name=name,
        label=text_of(mapping.get("label", name), f"{where}.label"),
        fields=on,
        comparator=kind,
        levels=_levels(mapping.get("levels"), f"{where}.levels", kind),
        rarity=number_of(mapping.get("rarity", 0.0), f"{where}.rarity"),
    )


def _levels(said: object, where: str, kind: str) -> tuple[Level, ...]:
    if not isinstance(said, Sequence) or isinstance(said, str):
        raise ModelError(where, expected="a list of levels", found=said, remedy="Write {name: …, bits: …} for each.")
    specified = COMPARATORS[kind].levels
    wanted = [level.name for level in reversed(specified)]
    found = [mapping_of(each, where).get("name") for each in said]
    if found != wanted:
        raise ModelError(
            where,
            expected=f"the levels {', '.join(wanted)}, in this order",
            found=found,
            remedy=f"These are the levels of the comparator {kind}.",
        )
    levels = tuple(
        _level(each, spec.label, f"{where}.{spec.name}") for each, spec in zip(reversed(said), specified, strict=True)
    )
    for weaker, stronger in pairwise(levels):
        if weaker.bits > stronger.bits:
            raise ModelError(
                f"{where}.{stronger.name}.bits",
                expected=f"at least the {weaker.bits} bits of {weaker.name}",
                found=stronger.bits,
                remedy="A stronger agreement never weighs less.",
            )
    return levels


def _level(said: Mapping[str, Any], label: str, where: str) -> Level:
    only(said, ("name", "label", "bits", "m", "u"), where)
    shares = {part: None if said.get(part) is None else number_of(said[part], f"{where}.{part}") for part in ("m", "u")}
    return Level(
        said["name"],
        text_of(said.get("label", label), f"{where}.label"),
        number_of(said.get("bits"), f"{where}.bits"),
        **shares,
    )


def _interaction(said: object, where: str, comparisons: tuple[Comparison, ...]) -> Interaction:
    mapping = mapping_of(said, where)
    only(mapping, ("name", "label", "when", "bits"), where)
    levels = {each.name: {level.name for level in each.levels} for each in comparisons}
    when = {}
    for name, wanted in mapping_of(mapping.get("when"), f"{where}.when").items():
        if name not in levels:
            raise ModelError(f"{where}.when", expected="a comparison", found=name, remedy="Correct the name.")
        when[name] = texts_of(wanted, f"{where}.when.{name}")
        for level in when[name]:
            if level not in levels[name]:
                raise ModelError(f"{where}.when.{name}", expected="its levels", found=level, remedy="Correct the name.")
    name = text_of(mapping.get("name"), f"{where}.name")
    return Interaction(
        name,
        text_of(mapping.get("label", name), f"{where}.label"),
        when,
        number_of(mapping.get("bits"), f"{where}.bits"),
    )


def _partners(said: object) -> Partners:
    told = mapping_of(said, "partners")
    only(told, ("offset", "score", "lead"), "partners")
    return Partners(**{name: number_of(value, f"partners.{name}") for name, value in told.items()})


def _thresholds(said: object) -> Thresholds:
    mapping = mapping_of(said, "thresholds")
    only(mapping, ("review", "auto"), "thresholds")
    default = Thresholds()
    review = number_of(mapping.get("review", default.review), "thresholds.review")
    auto = number_of(mapping.get("auto", max(default.auto, review)), "thresholds.auto")
    if review > auto:
        raise ModelError(
            "thresholds", expected=f"review at most {auto}", found=review, remedy="What is certain is worth showing."
        )
    return Thresholds(review, auto)
