# SPDX-License-Identifier: Apache-2.0
walk(
  if type == "string" and contains("<<") then
    gsub("<<[ \\t]*SECRETS\\.(?<name>[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+)[ \\t]*>>";
         $values[0][.name])
  else . end)
