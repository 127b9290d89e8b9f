// SPDX-License-Identifier: Apache-2.0
//
// A token goes to whom the URL names. A group that is bound to hosts is used in
// nodes alone that send there, and say so letter by letter.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/host_name.h"
#include "resolver/rules/urls.h"

namespace sotto {
namespace {

constexpr std::size_t kMaxTold = 3;

// The hosts of a group: what the catalog has and what the settings add.
std::vector<std::string> hosts_of(const LintDocument& document,
                                  const std::string& group) {
  const auto bound = document.facts.hosts_of(group);
  std::vector<std::string> hosts(bound.begin(), bound.end());
  const auto schema = document.settings.groups.find(group);
  if (schema != document.settings.groups.end()) {
    hosts.insert(hosts.end(), schema->second.hosts.begin(),
                 schema->second.hosts.end());
  }
  return hosts;
}

std::string quoted(const std::vector<std::string>& hosts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(hosts.size(), kMaxTold); ++i) {
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", hosts[i]);
  }
  if (hosts.size() > kMaxTold) text += ", ...";
  return text;
}

// Where a node sends to.
struct Destinations {
  std::vector<std::string> hosts;
  bool unknown = false;  // Of a URL at least, the host cannot be told.
};

Destinations destinations_of(const LintDocument& document,
                             std::uint32_t owner) {
  Destinations found;
  bool relative = false;
  for (const std::uint32_t url : document.nodes.urls_of(owner)) {
    const StringText text(document, url);
    const UrlShape shape(text.text(), text.hole_spans());
    if (auto host = shape.host()) {
      found.hosts.push_back(std::move(*host));
    } else if (shape.is_relative()) {
      relative = true;
    } else {
      found.unknown = true;
    }
  }
  // A path goes to the host of the URL beside it.
  if (relative && found.hosts.empty()) found.unknown = true;
  return found;
}

class Check {
 public:
  Check(const LintDocument& document, LintFindings& findings)
      : document_(document), findings_(findings) {}

  void run() {
    for (const LintUse& use : document_.uses) {
      if (use.string == DocumentOutline::kNone) continue;
      const auto hosts = hosts_of(document_, use.ref->group);
      if (!hosts.empty()) check(use, hosts);
    }
  }

 private:
  void check(const LintUse& use, const std::vector<std::string>& hosts) {
    const Destinations& sent = destinations(use.string);
    const auto foreign = std::find_if(
        sent.hosts.begin(), sent.hosts.end(), [&](const std::string& host) {
          return std::none_of(hosts.begin(), hosts.end(),
                              [&](const std::string& pattern) {
                                return host_matches(pattern, host);
                              });
        });
    if (foreign != sent.hosts.end()) {
      report(use, hosts, fmt::format("its node sends to \"{}\"", *foreign),
             "if it may go there, add the host to those of its group");
    } else if (sent.unknown) {
      report(use, hosts, "where its node sends to cannot be told",
             "write scheme and host of the node's URL in the document");
    }
  }

  void report(const LintUse& use, const std::vector<std::string>& hosts,
              std::string what, std::string hint) {
    findings_.add(use.span,
                  fmt::format("secret \"{}\" is bound to {}, and {}",
                              to_string(*use.ref), quoted(hosts), what),
                  std::move(hint));
  }

  const Destinations& destinations(std::uint32_t string) {
    const std::uint32_t owner = document_.nodes.url_owner(string);
    const auto known = known_.find(owner);
    if (known != known_.end()) return known->second;
    return known_.emplace(owner, destinations_of(document_, owner))
        .first->second;
  }

  const LintDocument& document_;
  LintFindings& findings_;
  std::map<std::uint32_t, Destinations> known_;  // By owner.
};

}  // namespace

constexpr LintRule kForeignHost{
    {"foreign-host", RuleLevel::kError,
     "a group that is bound to hosts is used where a request goes elsewhere"},
    [](const LintDocument& document, LintFindings& findings) {
      Check(document, findings).run();
    },
    true};

}  // namespace sotto
