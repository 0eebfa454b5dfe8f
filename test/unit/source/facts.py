"""Prints, for each file named on stdin, what CPython's own parser finds in it: one JSON line a file."""

import ast
import json
import sys
import warnings

warnings.simplefilter("ignore")


def facts(path: str) -> dict:
    with open(path, "rb") as file:
        source = file.read()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {"path": path, "parses": False}
    names, strings, calls, attributes = [], [], 0, []
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside.update(id(part) for part in node.values if isinstance(part, ast.Constant))
            # A formatted string without a replacement is a text.
            if all(isinstance(part, ast.Constant) for part in node.values) and id(node) not in inside:
                strings.append("".join(part.value for part in node.values))
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            inside.add(id(node.format_spec))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Call):
            calls += 1
        elif isinstance(node, ast.Attribute):
            attributes.append(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            strings.append(node.value)
    return {
        "path": path,
        "parses": True,
        "match": any(isinstance(node, ast.Match) for node in ast.walk(tree)),
        "names": sorted(names),
        "strings": sorted(strings),
        "calls": calls,
        "attributes": sorted(attributes),
    }


for line in sys.stdin:
    print(json.dumps(facts(line.rstrip("\n")), ensure_ascii=True))
