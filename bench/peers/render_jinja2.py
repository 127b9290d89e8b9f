# SPDX-License-Identifier: Apache-2.0
"""render_jinja2.py [--repeat N] DOCUMENT VALUES: compile and render."""

import json
import sys

import jinja2

import timing


def main():
    repeat, document, values = timing.arguments(sys.argv)
    with open(values, encoding="utf-8") as file:
        context = json.load(file)
    with open(document, encoding="utf-8") as file:
        text = file.read()

    def render():
        # A new environment, since the old one has the template in its cache.
        environment = jinja2.Environment(keep_trailing_newline=True)
        return environment.from_string(text).render(context)

    timing.run(render, repeat)


main()
