"""How a file's columns become paths: the declared layout, the layout found by itself, and the plan compiled from it."""

from sync.ingestion.layouts.declared import HEADER, Layout, ObjectLayout, layout_from_content
from sync.ingestion.layouts.found import find_object_layout
from sync.ingestion.layouts.plan import Plan, compile_plan

__all__ = [
    "HEADER",
    "Layout",
    "ObjectLayout",
    "Plan",
    "compile_plan",
    "find_object_layout",
    "layout_from_content",
]
