// SPDX-License-Identifier: Apache-2.0
//
// render_text.mjs [--repeat N] DOCUMENT TABLE: replaces text, values escaped
// already.

import {readArguments, run} from './timing.mjs';

const PATTERN = /<<[ \t]*SECRETS\.([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)[ \t]*>>/g;
const {repeat, document, values} = readArguments(process.argv.slice(2));
const table = new Map(
    values.trimEnd().split('\n').map((line) => {
      const tab = line.indexOf('\t');
      return [line.slice(0, tab), line.slice(tab + 1)];
    }));

await run(() => document.replace(PATTERN, (_, name) => table.get(name)), repeat);
