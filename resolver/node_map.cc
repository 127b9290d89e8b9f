// SPDX-License-Identifier: Apache-2.0

#include "resolver/node_map.h"

#include <algorithm>
#include <string_view>

#include "resolver/folded_name.h"

namespace sotto {
namespace {

enum Role : std::uint8_t { kType = 1, kUrl = 2, kLog = 4 };

// "n8n-nodes-base.log" is a "log".
std::string_view last_part(std::string_view type) {
  const std::size_t end = type.find_last_of("./:");
  return end == type.npos ? type : type.substr(end + 1);
}

}  // namespace

NodeTable NodeTable::defaults() {
  return {
      .type_members = {"type"},
      .url_members = {"url", "uri", "href", "endpoint", "base_url", "base_uri",
                      "api_url", "request_url", "target_url", "webhook_url",
                      "callback_url", "server_url", "host_url"},
      .log_types = {"log", "logger", "logging", "print", "echo", "console",
                    "debug", "trace", "comment", "note", "sticky_note",
                    "prompt"},
      .log_members = {"log", "log_message", "debug", "debug_message", "prompt",
                      "system_prompt", "user_prompt", "comment", "comments",
                      "note", "notes", "description"},
  };
}

NodeMap::NodeMap(const DocumentOutline& outline, const NodeTable& table)
    : outline_(outline),
      nodes_(outline.objects().size()),
      roles_(outline.members().size()) {
  FoldedNames members;
  members.add(table.type_members, kType);
  members.add(table.url_members, kUrl);
  members.add(table.log_members, kLog);
  const auto role_of = [&](const Span& name) {
    const std::string_view raw = outline.raw(name);
    return raw.find('\\') == raw.npos ? members.flags(raw)
                                      : members.flags(outline.decoded(name));
  };
  for (std::uint32_t i = 0; i < roles_.size(); ++i) {
    const DocumentOutline::Member& member = outline.members()[i];
    roles_[i] = role_of(member.name);
    Node& node = nodes_[member.object];
    if ((roles_[i] & kType) != 0 && node.type == kNone) {
      node.type = member.string;
    }
  }

  FoldedNames log_types;
  log_types.add(table.log_types, 1);
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    const std::uint32_t parent = outline.objects()[i].parent;
    if (nodes_[i].type == kNone) {
      if (parent != kNone) nodes_[i] = nodes_[parent];
      continue;
    }
    nodes_[i].object = i;
    const std::string type = type_of(i);
    nodes_[i].logs =
        log_types.flags(type) != 0 || log_types.flags(last_part(type)) != 0;
  }
  for (std::uint32_t i = 0; i < outline.strings().size(); ++i) {
    if (!has_role(i, kUrl)) continue;
    const std::uint32_t node = node_of(i);
    urls_.push_back({node == kNone ? outline.strings()[i].object : node, i});
  }
  std::sort(urls_.begin(), urls_.end());
}

bool NodeMap::has_role(std::uint32_t string, std::uint8_t role) const {
  if (string == kNone) return false;
  const std::uint32_t member = outline_.strings()[string].member;
  return member != kNone && (roles_[member] & role) != 0;
}

std::uint32_t NodeMap::node_of(std::uint32_t string) const {
  if (string == kNone) return kNone;
  const std::uint32_t object = outline_.strings()[string].object;
  return object == kNone ? kNone : nodes_[object].object;
}

std::string NodeMap::type_of(std::uint32_t node) const {
  const std::uint32_t type = node == kNone ? kNone : nodes_[node].type;
  if (type == kNone) return {};
  return outline_.decoded(outline_.strings()[type].content);
}

bool NodeMap::is_url(std::uint32_t string) const {
  return has_role(string, kUrl);
}

bool NodeMap::is_in_log_node(std::uint32_t string) const {
  const std::uint32_t node = node_of(string);
  return node != kNone && nodes_[node].logs;
}

bool NodeMap::is_in_log_member(std::uint32_t string) const {
  return has_role(string, kLog);
}

std::vector<NodeMap::Url>::const_iterator NodeMap::first_url(
    std::uint32_t owner) const {
  return std::lower_bound(urls_.begin(), urls_.end(), Url{owner, 0});
}

std::uint32_t NodeMap::url_owner(std::uint32_t string) const {
  if (string == kNone) return kNone;
  if (const std::uint32_t node = node_of(string); node != kNone) return node;
  std::uint32_t object = outline_.strings()[string].object;
  while (object != kNone) {
    const auto url = first_url(object);
    if (url != urls_.end() && url->owner == object) break;
    object = outline_.objects()[object].parent;
  }
  return object;
}

std::vector<std::uint32_t> NodeMap::urls_of(std::uint32_t owner) const {
  std::vector<std::uint32_t> strings;
  for (auto url = first_url(owner); url != urls_.end() && url->owner == owner;
       ++url) {
    strings.push_back(url->string);
  }
  return strings;
}

}  // namespace sotto
