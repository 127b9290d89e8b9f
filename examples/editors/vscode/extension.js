// SPDX-License-Identifier: Apache-2.0
//
// Starts `sotto lsp` and shows what it says. docs/lsp.md tells how this folder
// becomes an extension.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async function () {
  const settings = vscode.workspace.getConfiguration("sotto");
  client = new LanguageClient(
    "sotto",
    "Sotto",
    {
      command: settings.get("command"),
      args: ["lsp", ...settings.get("arguments")],
    },
    {
      documentSelector: [
        { language: "json" },
        { language: "jsonl" },
        { language: "dotenv" },
      ],
    },
  );
  await client.start();
};

exports.deactivate = function () {
  return client?.stop();
};
