# SPDX-License-Identifier: Apache-2.0
"""render_json.py [--repeat N] DOCUMENT VALUES: parse, walk, replace, dump.

As workflow engines in Python do it.
"""

import json
import re
import sys

import timing

PATTERN = re.compile(
    r"<<[ \t]*SECRETS\.([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)[ \t]*>>")


def replaced(node, value):
    if isinstance(node, str):
        return PATTERN.sub(value, node) if "<<" in node else node
    if isinstance(node, dict):
        return {key: replaced(child, value) for key, child in node.items()}
    if isinstance(node, list):
        return [replaced(child, value) for child in node]
    return node


def main():
    repeat, document, values = timing.arguments(sys.argv)
    with open(values, encoding="utf-8") as file:
        table = json.load(file)
    with open(document, encoding="utf-8") as file:
        text = file.read()

    def render():
        tree = replaced(json.loads(text), lambda match: table[match[1]])
        return json.dumps(tree, ensure_ascii=False)

    timing.run(render, repeat)


main()
