-- SPDX-License-Identifier: Apache-2.0
--
-- Neovim's own client, without a screen:
--
--   nvim --headless -u NONE -c "luafile init.lua" FILE
--
-- Prints a line "PASS name" or "FAIL name: reason" for each check.

local sotto = os.getenv("SOTTO")
local failures = 0

local function check(name, body)
  local ok, reason = pcall(body)
  if ok then
    io.stdout:write("PASS lsp/nvim_" .. name .. "\n")
  else
    failures = failures + 1
    io.stdout:write("FAIL lsp/nvim_" .. name .. ": " .. tostring(reason) .. "\n")
  end
end

local function wait_for(what, condition)
  if not vim.wait(10000, condition, 10) then
    error("waited in vain for " .. what)
  end
end

local function codes()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, each.code or each.user_data.lsp.code)
  end
  return table.concat(found, ",")
end

local client
check("attaches", function()
  local id = vim.lsp.start_client({
    name = "sotto",
    cmd = { sotto, "lsp" },
    root_dir = vim.fn.getcwd(),
    flags = { debounce_text_changes = 0 },
  })
  assert(id, "no client")
  vim.bo.filetype = "json"
  assert(vim.lsp.buf_attach_client(0, id), "not attached")
  client = vim.lsp.get_client_by_id(id)
  wait_for("initialize", function() return client.initialized end)
end)

check("diagnostics", function()
  wait_for("a finding", function() return codes() == "undefined-secret" end)
  local found = vim.diagnostic.get(0)[1]
  assert(found.lnum == 1 and found.col == #'  "é😀": "<< ', vim.inspect(found))
end)

check("completion", function()
  vim.api.nvim_win_set_cursor(0, { 2, #'  "é😀": "<< SECRETS.' })
  local params = vim.lsp.util.make_position_params()
  local answer = vim.lsp.buf_request_sync(0, "textDocument/completion", params, 5000)
  local item = answer[client.id].result.items[1]
  assert(item.label == "github", vim.inspect(answer))
end)

check("hover", function()
  local params = vim.lsp.util.make_position_params()
  local answer = vim.lsp.buf_request_sync(0, "textDocument/hover", params, 5000)
  local text = answer[client.id].result.contents.value
  assert(text:find('did you mean "github.TOKEN"', 1, true), text)
end)

check("quick_fix", function()
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {}, only = { "quickfix" } }
  local answer = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 5000)
  local action = answer[client.id].result[1]
  vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  local line = vim.api.nvim_buf_get_lines(0, 1, 2, true)[1]
  assert(line == '  "é😀": "<< SECRETS.github.TOKEN >>"', line)
end)

check("edits", function()
  wait_for("no finding", function() return codes() == "" end)
  vim.api.nvim_buf_set_text(0, 1, #'  "é😀": "<< SECRETS.git', 1, #'  "é😀": "<< SECRETS.github', { "lab" })
  wait_for("a group that is not there", function() return codes() == "undefined-group" end)
  vim.api.nvim_buf_set_lines(0, 0, -1, true, { "{", "" })
  wait_for("a syntax error", function() return codes() == "syntax" end)
end)

check("stops", function()
  client.stop()
  wait_for("its end", function() return client.is_stopped() end)
end)

vim.cmd(failures == 0 and "qall!" or "cquit!")
