// SPDX-License-Identifier: Apache-2.0
//
// render_template.mjs ENGINE [--repeat N] DOCUMENT VALUES: compile and render,
// with nothing escaped. Stands beside node_modules when it is run.

import {readArguments, run} from './timing.mjs';

const ENGINES = {
  async handlebars(document, context) {
    const {default: handlebars} = await import('handlebars');
    return () => handlebars.compile(document, {noEscape: true})(context);
  },
  async nunjucks(document, context) {
    const {default: nunjucks} = await import('nunjucks');
    const environment = new nunjucks.Environment(null, {autoescape: false});
    return () => environment.renderString(document, context);
  },
  async liquidjs(document, context) {
    const {Liquid} = await import('liquidjs');
    // Its limits on what a stranger's template may cost are not for us.
    const engine = new Liquid({parseLimit: 1e12, renderLimit: 1e12,
                               memoryLimit: 1e12});
    return () => engine.parseAndRender(document, context);
  },
};

const {repeat, document, values} = readArguments(process.argv.slice(3));
const render = await ENGINES[process.argv[2]](document, JSON.parse(values));
await run(render, repeat);
