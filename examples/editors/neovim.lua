-- SPDX-License-Identifier: Apache-2.0
--
-- For your init.lua: `sotto lsp` for each JSON document and .env template of a
-- project that has a sotto.json. Neovim 0.8 or newer.

vim.api.nvim_create_autocmd("FileType", {
  pattern = { "json", "jsonl", "dotenv" },
  callback = function(event)
    local found = vim.fs.find("sotto.json", {
      upward = true,
      path = vim.fs.dirname(vim.api.nvim_buf_get_name(event.buf)),
    })
    if not found[1] then return end
    vim.lsp.start({
      name = "sotto",
      cmd = { "sotto", "lsp" },
      root_dir = vim.fs.dirname(found[1]),
    }, { bufnr = event.buf })
  end,
})
