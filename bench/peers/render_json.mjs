// SPDX-License-Identifier: Apache-2.0
//
// render_json.mjs [--repeat N] DOCUMENT VALUES: parse, walk, replace, stringify.

import {readArguments, run} from './timing.mjs';

const PATTERN = /<<[ \t]*SECRETS\.([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)[ \t]*>>/g;
const {repeat, document, values} = readArguments(process.argv.slice(2));
const table = new Map(Object.entries(JSON.parse(values)));

function replaced(node) {
  if (typeof node === 'string') {
    return node.includes('<<')
        ? node.replace(PATTERN, (_, name) => table.get(name))
        : node;
  }
  if (node !== null && typeof node === 'object') {
    for (const key of Object.keys(node)) node[key] = replaced(node[key]);
  }
  return node;
}

await run(() => JSON.stringify(replaced(JSON.parse(document))), repeat);
