// SPDX-License-Identifier: Apache-2.0

#include "bench/generate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace sotto::bench {
namespace {

using Json = nlohmann::ordered_json;
using std::string_view_literals::operator""sv;

// Stands for an expression in a node that is not finished yet. No escaping
// changes it and no other text holds it.
constexpr std::string_view kPlace = "@REF@";

constexpr std::array kServices{
    "datadog"sv,   "slack"sv,  "github"sv,  "jira"sv,
    "pagerduty"sv, "okta"sv,   "aws"sv,     "virustotal"sv,
    "gcp"sv,       "azure"sv,  "snyk"sv,    "sendgrid"sv,
    "twilio"sv,    "stripe"sv, "hubspot"sv, "crowdstrike"sv,
};
constexpr std::array kKeys{
    "API_KEY"sv,       "APP_KEY"sv,  "TOKEN"sv,       "CLIENT_ID"sv,
    "CLIENT_SECRET"sv, "PASSWORD"sv, "WEBHOOK_URL"sv, "PRIVATE_KEY"sv,
};
constexpr std::array kWords{
    "alert"sv,    "incident"sv,   "triage"sv, "enrich"sv,    "lookup"sv,
    "the"sv,      "severity"sv,   "host"sv,   "threshold"sv, "monitor"sv,
    "please"sv,   "check"sv,      "when"sv,   "user"sv,      "webhook"sv,
    "payload"sv,  "escalation"sv, "policy"sv, "notify"sv,    "channel"sv,
    "response"sv, "status"sv,     "retry"sv,  "runbook"sv,   "detection"sv,
};
// Text that is full of << and >> and holds no expression.
constexpr std::array kScripts{
    "#!/bin/bash\nset -eu\ncat <<EOF > payload.json\n{\"host\": \"$HOST\", "
    "\"n\": $((1 << 4))}\nEOF\ncurl -sS -d @payload.json \"$URL\"\n"sv,
    "mask = (1 << 12) | (flags << 3)\nif mask >> 2 and x < y:\n    "
    "print(\"shift\", a<<b, c>>d)\n"sv,
    "int main() { std::cout << \"value: \" << v << std::endl; }\n"sv,
    "sudo tee /etc/x <<-'END'\n\tkey = << SECRET.not_an_expression >>\n\tEND\n"
    "grep -c x <<< \"$Y\"\n"sv,
    "SELECT * FROM t WHERE a <> b AND c << 2 > 0; -- << SECRETS >>\n"sv,
};

template <typename Items>
std::string_view pick(Random& random, const Items& items) {
  return items[random.below(items.size())];
}

std::string characters(Random& random, std::string_view alphabet,
                       std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += alphabet[random.below(alphabet.size())];
  }
  return text;
}

std::string make_value(Random& random) {
  constexpr auto kHex = "0123456789abcdef"sv;
  constexpr auto kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"sv;
  const std::string number = std::to_string(random.below(10'000));
  const std::size_t kind = random.below(100);
  if (kind < 55) return characters(random, kHex, 32 + 16 * random.below(3));
  if (kind < 86) return characters(random, kBase64, 24 + 20 * random.below(4));
  if (kind < 92) return R"(p@ss"w\ord'<&>)" + number;
  if (kind < 95) return "cl\u00e9-s\u00e9cr\u00e8te-\u65e5\u672c-" + number;
  if (kind < 97) {
    std::string pem = "-----BEGIN PRIVATE KEY-----\n";
    for (int line = 0; line < 8; ++line) {
      pem += characters(random, kBase64, 64) + "\n";
    }
    return pem + "-----END PRIVATE KEY-----\n";
  }
  if (kind < 98)
    return "{\"project\": \"p" + number + "\", \"k\": \"a\tb\x01\"}";
  if (kind < 99) return "<< SECRETS.other.NESTED >> $1 \\1 & {{x}} " + number;
  return {};
}

std::string sentence(Random& random, std::size_t words) {
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    if (i > 0) text += ' ';
    text += pick(random, kWords);
  }
  text += '.';
  if (random.chance(15)) text += " Caf\u00e9 d\u00e9j\u00e0 vu \u2014 ok.";
  if (random.chance(15)) text += " He said \"ok\" to C:\\temp\\x.";
  return text;
}

// Hands out the places of a node's expressions, until they are used up.
class Places {
 public:
  explicit Places(std::size_t count) : left_(count) {}

  std::size_t left() const { return left_; }
  bool take() { return left_ > 0 && left_-- > 0; }
  std::string text(std::string_view before, std::string_view after,
                   std::string_view otherwise) {
    if (!take()) return std::string(otherwise);
    return std::string(before) + std::string(kPlace) + std::string(after);
  }

 private:
  std::size_t left_;
};

Json make_node(Random& random, std::size_t id, Places places, bool unwise) {
  const std::string service(pick(random, kServices));
  const std::string host = "https://api." + service + ".example.com/v2/items";
  Json headers{{"Content-Type", "application/json"},
               {"User-Agent", "workflow-engine/2.4"}};
  headers["Authorization"] = places.text("Bearer ", "", "Bearer ${token}");
  Json config{{"method", random.chance(50) ? "GET" : "POST"}};
  config["url"] =
      unwise ? places.text(host + "?api_key=", "&limit=50", host) : host;
  if (places.take()) headers["X-Api-Key"] = kPlace;
  config["headers"] = std::move(headers);
  config["retry"] = {{"max", 3}, {"backoff", 1.5}, {"codes", {429, 502, 503}}};
  config["proxy"] = nullptr;
  Json body{{"text", sentence(random, 8)}, {"channel", "#security"}};
  const bool is_text = random.chance(50);
  if ((unwise || !is_text) && places.take()) body["token"] = kPlace;
  config["body"] = is_text ? Json(body.dump()) : body;

  Json node{{"id", "node_" + std::to_string(id)}, {"type", "http_request"}};
  node["description"] = sentence(random, 6 + random.below(18));
  node["position"] = {{"x", random.below(4000)}, {"y", random.below(4000)}};
  node["enabled"] = random.chance(95);
  node["version"] = static_cast<double>(random.below(300)) / 100;
  node["config"] = std::move(config);
  if (random.chance(12)) node["script"] = pick(random, kScripts);
  Json& environment = node["env"] = Json::array();
  while (places.take()) environment.push_back(kPlace);
  node["next"] = {"node_" + std::to_string(id + 1)};
  for (std::size_t tags = random.below(4); tags > 0; --tags) {
    node["tags"].push_back(pick(random, kWords));
  }
  return node;
}

// What is left of a node where references stand close in a small document.
Json make_small_node(std::size_t id, Places places) {
  Json node{{"id", "node_" + std::to_string(id)}, {"type", "http_request"}};
  Json& environment = node["env"] = Json::array();
  while (places.take()) environment.push_back(kPlace);
  return node;
}

std::string replace_all(std::string text, std::string_view from,
                        std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// These characters stand in strings alone, so that they may be replaced in
// the text of a whole document.
std::string escape_for_html(std::string text) {
  text = replace_all(std::move(text), "<", "\\u003c");
  text = replace_all(std::move(text), ">", "\\u003e");
  return replace_all(std::move(text), "&", "\\u0026");
}

// A node as its author's tools spell it.
std::string spell_node(const Json& node, const WorkloadOptions& options,
                       Random& random) {
  std::string text =
      node.dump(options.minified ? -1 : 2, ' ', random.chance(30));
  if (random.chance(10)) {
    text = replace_all(std::move(text), "https://", R"(https:\/\/)");
  }
  return options.escaped ? escape_for_html(std::move(text)) : text;
}

// A node's text, cut at the places of its expressions.
std::vector<std::string> cut(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(kPlace, begin);
    parts.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + kPlace.size();
  }
}

std::size_t bytes_per_expression(Density density) {
  switch (density) {
    case Density::kSparse:
      return 4096;
    case Density::kTypical:
      return 500;
    case Density::kDense:
      return 60;
  }
  return 0;
}

using Pool = std::vector<std::vector<std::string>>;

// The one node of a document of a kilobyte or so.
Pool make_small_pool(const WorkloadOptions& options, Random& random) {
  const Places places(options.bytes / bytes_per_expression(options.density));
  return {cut(spell_node(make_small_node(0, places), options, random))};
}

// Nodes with as many expressions as keep the running density.
Pool make_pool(const WorkloadOptions& options, Random& random) {
  const bool small = options.bytes * options.documents < 2048;
  if (small && options.density == Density::kDense) {
    return make_small_pool(options, random);
  }
  constexpr double kNodeBytes = 950;  // Without expressions, roughly.
  constexpr double kExpressionBytes = 45;
  const auto target =
      static_cast<double>(bytes_per_expression(options.density));
  // Most of a dense node's expressions are items of "env", on their own lines.
  const double item_bytes = options.minified ? 3 : 16;
  const double added =
      kExpressionBytes + (options.density == Density::kDense ? item_bytes : 0);
  const std::size_t count =
      std::clamp<std::size_t>(options.bytes * options.documents >> 10, 1, 2000);

  Pool pool;
  double bytes = 0;
  double expressions = 0;
  while (pool.size() < count) {
    const double wanted = (bytes + kNodeBytes - expressions * target) /
                          std::max(target - added, 14.0);
    const auto places = static_cast<std::size_t>(
        std::max(pool.empty() ? 1.0 : 0.0, std::round(wanted)));
    const Json node =
        make_node(random, pool.size(), Places(places), options.unwise);
    pool.push_back(cut(spell_node(node, options, random)));
    const auto cuts = static_cast<double>(pool.back().size() - 1);
    for (const std::string& part : pool.back()) {
      bytes += static_cast<double>(part.size());
    }
    bytes += cuts * kExpressionBytes;
    expressions += cuts;
  }
  return pool;
}

std::string spell(Random& random, const SecretRef& ref, bool escaped) {
  const std::string name = "SECRETS." + to_string(ref);
  const std::size_t kind = random.below(100);
  std::string text = "<<  " + name + "  >>";
  if (kind < 90) text = "<< " + name + " >>";
  if (kind >= 97) text = "<<" + name + ">>";
  return escaped ? escape_for_html(std::move(text)) : text;
}

// The value as JSON string content, by the oracle's own escaping.
std::string escape(const std::string& value) {
  const std::string quoted = nlohmann::json(value).dump();
  return quoted.substr(1, quoted.size() - 2);
}

// Writes one document after another from nodes and secrets.
class Writer {
 public:
  Writer(const WorkloadOptions& options, const std::vector<Secret>& secrets,
         Random& random)
      : options_(options),
        secrets_(secrets),
        random_(random),
        pool_(make_pool(options, random)) {
    for (const Secret& secret : secrets)
      escaped_.push_back(escape(secret.value));
  }

  Document write() {
    made_ = Document();
    add(options_.minified ? "{\"nodes\":["sv : "{\n\"nodes\": [\n"sv);
    // The last node ends about where it should.
    for (bool first = true;
         first || made_.text.size() + 450 < options_.bytes;) {
      if (!first) add(options_.minified ? ","sv : ",\n"sv);
      first = false;
      add_node(pool_[random_.below(pool_.size())]);
    }
    add(options_.minified ? "]}"sv : "\n]\n}\n"sv);
    return std::move(made_);
  }

 private:
  void add(std::string_view text) {
    made_.text += text;
    made_.rendered += text;
  }

  void add_node(const std::vector<std::string>& parts) {
    add(parts[0]);
    for (std::size_t i = 1; i < parts.size(); ++i) {
      // Some secrets are much more popular than others.
      const std::size_t secret =
          random_.below(1 + random_.below(secrets_.size()));
      made_.text += spell(random_, secrets_[secret].ref, options_.escaped);
      made_.rendered += escaped_[secret];
      ++made_.expressions;
      add(parts[i]);
    }
  }

  const WorkloadOptions& options_;
  const std::vector<Secret>& secrets_;
  Random& random_;
  Pool pool_;
  std::vector<std::string> escaped_;
  Document made_;
};

}  // namespace

std::uint64_t Random::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::vector<SecretRef> generate_names(std::size_t count) {
  std::vector<SecretRef> names;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t round = i / kServices.size();
    const std::size_t series = round / kKeys.size();
    const std::string service(kServices[i % kServices.size()]);
    std::string group = "my_" + service + "_secret";
    if (series > 0) group += "_" + std::to_string(series);
    names.push_back(
        {std::move(group), std::string(kKeys[round % kKeys.size()])});
  }
  return names;
}

Workload generate(const WorkloadOptions& options) {
  Random random(options.seed);
  Workload made;
  for (SecretRef& ref : generate_names(options.secrets)) {
    made.secrets.push_back({std::move(ref), make_value(random)});
  }
  Writer writer(options, made.secrets, random);
  for (std::size_t i = 0; i < options.documents; ++i) {
    made.documents.push_back(writer.write());
  }
  return made;
}

}  // namespace sotto::bench
