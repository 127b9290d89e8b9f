// SPDX-License-Identifier: Apache-2.0
//
// The client half of what VS Code speaks to a language server with.
//
//   node client.js SOTTO FOLDER      FOLDER: a project with github.TOKEN
//
// Prints a line "PASS name" or "FAIL name: reason" for each check.
"use strict";

const assert = require("assert");
const { spawn } = require("child_process");
const { createRequire } = require("module");
const path = require("path");
const { pathToFileURL } = require("url");

const load = createRequire(path.join(process.cwd(), "package.json"));
const lsp = load("vscode-languageserver-protocol/node");

const [sotto, folder] = process.argv.slice(2);
const uriOf = (name) => pathToFileURL(path.join(folder, name)).href;
let failures = 0;

async function check(name, body) {
  try {
    await body();
    console.log(`PASS lsp/npm_${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAIL lsp/npm_${name}: ${error.message}`);
  }
}

// A server with a connection to it, initialized.
class Editor {
  constructor() {
    this.child = spawn(sotto, ["lsp", "--stdio"], { cwd: folder });
    this.exit = new Promise((resolve) => this.child.on("exit", resolve));
    this.said = "";
    this.child.stderr.on("data", (data) => (this.said += data));
    this.connection = lsp.createProtocolConnection(
      new lsp.StreamMessageReader(this.child.stdout),
      new lsp.StreamMessageWriter(this.child.stdin),
    );
    this.registered = [];
    this.shown = [];
    this.waiting = new Map();
    this.connection.onNotification(
      lsp.PublishDiagnosticsNotification.type,
      (params) => this.waiting.get(params.uri)?.(params),
    );
    this.connection.onNotification(lsp.ShowMessageNotification.type, (params) =>
      this.shown.push(params.message),
    );
    this.connection.onRequest(lsp.RegistrationRequest.type, (params) => {
      this.registered.push(...params.registrations);
    });
    this.connection.listen();
  }

  async start() {
    const result = await this.connection.sendRequest(lsp.InitializeRequest.type, {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      capabilities: {
        textDocument: {
          hover: { contentFormat: ["markdown"] },
          completion: { completionItem: { snippetSupport: true } },
        },
        workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
      },
      workspaceFolders: null,
    });
    await this.connection.sendNotification(lsp.InitializedNotification.type, {});
    return result;
  }

  // What is published next for a document that satisfies `wanted`.
  published(uri, wanted = () => true) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing was published for ${uri}`)),
        10000,
      );
      this.waiting.set(uri, (params) => {
        if (!wanted(params)) return;
        clearTimeout(timer);
        this.waiting.delete(uri);
        resolve(params);
      });
    });
  }

  async open(name, text) {
    const uri = uriOf(name);
    const published = this.published(uri);
    await this.connection.sendNotification(
      lsp.DidOpenTextDocumentNotification.type,
      { textDocument: { uri, languageId: "json", version: 1, text } },
    );
    return published;
  }

  async stop() {
    await this.connection.sendRequest(lsp.ShutdownRequest.type);
    await this.connection.sendNotification(lsp.ExitNotification.type);
    return this.exit;
  }
}

const codes = (params) => params.diagnostics.map((each) => each.code);
const at = (line, character) => ({ line, character });
const TEXT = '{\n  "é😀": "<< SECRETS.github.TOKN >>"\n}\n';

async function run() {
  const editor = new Editor();
  const uri = uriOf("flow.json");
  const document = { textDocument: { uri } };

  await check("initialize", async () => {
    const result = await editor.start();
    assert.strictEqual(result.serverInfo.name, "sotto");
    assert.strictEqual(result.capabilities.textDocumentSync.change, 2);
  });
  await check("diagnostics", async () => {
    const params = await editor.open("flow.json", TEXT);
    assert.deepStrictEqual(codes(params), ["undefined-secret"]);
    assert.deepStrictEqual(params.diagnostics[0].range, {
      start: at(1, 13),
      end: at(1, 32),
    });
    assert.ok(lsp.Diagnostic.is(params.diagnostics[0]));
  });
  await check("registers_watchers", async () => {
    assert.strictEqual(
      editor.registered[0].method,
      "workspace/didChangeWatchedFiles",
    );
  });
  await check("quick_fix", async () => {
    const actions = await editor.connection.sendRequest(
      lsp.CodeActionRequest.type,
      {
        ...document,
        range: { start: at(1, 20), end: at(1, 20) },
        context: { diagnostics: [], only: ["quickfix"] },
      },
    );
    assert.strictEqual(actions.length, 1);
    assert.ok(lsp.CodeAction.is(actions[0]));
    assert.strictEqual(
      actions[0].edit.changes[uri][0].newText,
      "SECRETS.github.TOKEN",
    );
  });
  await check("incremental_change", async () => {
    const published = editor.published(uri, (params) => params.version === 2);
    await editor.connection.sendNotification(
      lsp.DidChangeTextDocumentNotification.type,
      {
        textDocument: { uri, version: 2 },
        contentChanges: [
          { range: { start: at(1, 30), end: at(1, 31) }, text: "KE" },
          { range: { start: at(1, 32), end: at(1, 33) }, text: "N" },
        ],
      },
    );
    assert.deepStrictEqual(codes(await published), []);
  });
  await check("completion", async () => {
    const list = await editor.connection.sendRequest(
      lsp.CompletionRequest.type,
      { ...document, position: at(1, 28) },
    );
    assert.deepStrictEqual(
      list.items.map((item) => [item.label, item.detail]),
      [["TOKEN", "platform, active"]],
    );
    assert.strictEqual(list.items[0].textEdit.newText, "TOKEN");
  });
  await check("hover", async () => {
    const hover = await editor.connection.sendRequest(lsp.HoverRequest.type, {
      ...document,
      position: at(1, 22),
    });
    assert.ok(lsp.Hover.is(hover));
    assert.match(
      hover.contents.value,
      /^`github\.TOKEN`\n\n- `platform`: version 1, active, store local, updated 20/,
    );
  });
  await check("definition", async () => {
    const location = await editor.connection.sendRequest(
      lsp.DefinitionRequest.type,
      { ...document, position: at(1, 22) },
    );
    assert.strictEqual(location.uri, uriOf("secrets.lock"));
    assert.strictEqual(location.range.start.character, 4);
  });
  await check("unknown_request", async () => {
    await assert.rejects(
      editor.connection.sendRequest("workspace/symbol", { query: "" }),
      { code: lsp.ErrorCodes.MethodNotFound },
    );
  });
  await check("cancelled_request", async () => {
    const source = new lsp.CancellationTokenSource();
    const answer = editor.connection.sendRequest(
      lsp.HoverRequest.type,
      { ...document, position: at(1, 22) },
      source.token,
    );
    source.cancel();
    await answer.then(
      (hover) => assert.ok(lsp.Hover.is(hover)),
      (error) =>
        assert.strictEqual(error.code, lsp.LSPErrorCodes.RequestCancelled),
    );
  });
  await check("close", async () => {
    const published = editor.published(uri);
    await editor.connection.sendNotification(
      lsp.DidCloseTextDocumentNotification.type,
      document,
    );
    assert.deepStrictEqual((await published).diagnostics, []);
  });
  await check("shutdown", async () => {
    assert.strictEqual(await editor.stop(), 0);
    assert.strictEqual(editor.said, "");
    assert.deepStrictEqual(editor.shown, []);
  });
}

run().then(() => process.exit(failures === 0 ? 0 : 1));
