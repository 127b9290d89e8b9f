// SPDX-License-Identifier: Apache-2.0
//
// Holds logs of SARIF against the published schema.
//
//   node validate.js FILE...
//
// Prints a line for each: "FILE: valid", or "FILE: PLACE MESSAGE; ...".
"use strict";

const fs = require("fs");
const { createRequire } = require("module");
const path = require("path");

const load = createRequire(path.join(process.cwd(), "package.json"));
const Ajv = load("ajv");
const schema = load("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");

const ajv = new Ajv({ schemaId: "auto", allErrors: true });
ajv.addMetaSchema(load("ajv/lib/refs/json-schema-draft-04.json"));
const validate = ajv.compile(schema);

for (const file of process.argv.slice(2)) {
  const valid = validate(JSON.parse(fs.readFileSync(file, "utf8")));
  const wrong = (valid ? [] : validate.errors).map(
    (error) => `${error.dataPath} ${error.message}`
  );
  console.log(`${file}: ${valid ? "valid" : wrong.join("; ")}`);
}
