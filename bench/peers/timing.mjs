// SPDX-License-Identifier: Apache-2.0
//
// What the peers on Node.js share: [--repeat N] DOCUMENT VALUES.

import {readFileSync, writeSync} from 'node:fs';

export function readArguments(words) {
  let repeat = 0;
  if (words[0] === '--repeat') {
    repeat = Number(words[1]);
    words = words.slice(2);
  }
  return {
    repeat,
    document: readFileSync(words[0], 'utf8'),
    values: readFileSync(words[1], 'utf8'),
  };
}

// Prints what render() makes, or the best time of `repeat` calls in ns. A
// string that nobody has read may not have been made yet: bytes are asked for.
export async function run(render, repeat) {
  if (repeat === 0) {
    let bytes = Buffer.from(await render());
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes));
    return;
  }
  let best = Infinity;
  for (let i = 0; i < repeat; ++i) {
    const began = process.hrtime.bigint();
    Buffer.from(await render());
    best = Math.min(best, Number(process.hrtime.bigint() - began));
  }
  console.log(best);
}
