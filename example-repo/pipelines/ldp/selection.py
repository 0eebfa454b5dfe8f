# ldp-engine 1.0.0
"""Which tables the tags of a run choose. A wrong selection chooses nothing: to Databricks an empty one means every table."""

from __future__ import annotations

from .diagnostics import did_you_mean, quote
from .model import Diagnostic, Project, Selection, TagMode


def read_tags(text: str, tag_mode: TagMode) -> Selection:
    """The selection of `--tags a,b`. Each tag counts once; an empty text is no selection."""
    tags = (tag.strip() for tag in text.split(","))
    return Selection(tuple(dict.fromkeys(tag for tag in tags if tag)), tag_mode)


def select_tables(
    project: Project, selection: Selection
) -> tuple[frozenset[str], list[Diagnostic]]:
    """The names that a selection chooses, and LDP401 or LDP403. With a finding nothing is chosen."""
    names = frozenset(table.name for table in project.tables)
    if selection.is_everything:
        return names, []
    known = {tag for table in project.tables for tag in table.tags}
    unknown = [tag for tag in selection.tags if tag not in known]
    if unknown:
        return frozenset(), [_unknown_tag(tag, known) for tag in unknown]
    holds = all if selection.tag_mode == "and" else any
    chosen = frozenset(
        table.name for table in project.tables if holds(tag in table.tags for tag in selection.tags)
    )
    return chosen, [] if chosen else [_empty(selection)]


def _unknown_tag(tag: str, known: set[str]) -> Diagnostic:
    tags = sorted(known)
    some = ", ".join(tags[:10]) + (", …" if len(tags) > 10 else "")
    listed = f"Tags of this project: {some}." if tags else "No table of this project has a tag."
    return Diagnostic(
        "LDP401",
        f"No table has the tag {quote(tag)}.",
        hint=did_you_mean(tag, tags) or listed,
    )


def _empty(selection: Selection) -> Diagnostic:
    tags = f" {selection.tag_mode} ".join(selection.tags)
    return Diagnostic(
        "LDP403",
        f"No table is left by tags {tags}.",
        hint="Use --tag-mode or for tables that have any of the tags.",
    )
