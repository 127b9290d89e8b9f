// SPDX-License-Identifier: Apache-2.0

#include "service/report/sarif_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "base/utf8.h"
#include "resolver/lint.h"
#include "service/report/json_writer.h"

namespace sotto {
namespace {

std::string_view level_name(RuleLevel level) {
  return level == RuleLevel::kOff ? "none" : to_string(level);
}

// One-based, as SARIF counts.
struct Place {
  std::size_t line;
  std::size_t column;
};

// What is not in the basic plane is two of UTF-16; what is not UTF-8, one a
// byte.
Place place_of(const Source& source, std::size_t offset) {
  const std::size_t line = source.location(offset).line;
  const std::size_t begin = source.line_begin(offset);
  const std::string_view text = source.line_at(offset);
  const std::size_t end = std::min(offset - begin, text.size());
  std::size_t column = 1;
  for (std::size_t at = 0; at < end;) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text, at));
    if (at + length > end) break;  // Inside this character.
    column += length == 4 ? 2 : 1;
    at += length;
  }
  return {line, column};
}

void write_region(JsonWriter& json, std::string_view name, const Source& source,
                  const Span& span) {
  const Place begin = place_of(source, span.begin);
  const Place end = place_of(source, span.end);
  json.object(name, [&] {
    json.member("startLine", begin.line);
    json.member("startColumn", begin.column);
    json.member("endLine", end.line);
    json.member("endColumn", end.column);
  });
}

// {"NAME": {"text": ...}}, as SARIF writes texts for people.
void write_message(JsonWriter& json, std::string_view name,
                   std::string_view text) {
  json.object(name, [&] { json.member("text", text); });
}

void write_artifact(JsonWriter& json, const Source& source) {
  json.object("artifactLocation",
              [&] { json.member("uri", uri_of(source.name())); });
}

// An array of one object.
template <typename Fill>
void write_one(JsonWriter& json, std::string_view name, const Fill& fill) {
  json.array(name, std::array{0}, [&](int) { json.object(fill); });
}

void write_location(JsonWriter& json, const Source& source,
                    const Diagnostic& diagnostic) {
  write_one(json, "locations", [&] {
    json.object("physicalLocation", [&] {
      write_artifact(json, source);
      write_region(json, "region", source, diagnostic.span);
    });
    if (diagnostic.pointer.empty()) return;
    write_one(json, "logicalLocations", [&] {
      json.member("fullyQualifiedName", diagnostic.pointer);
      json.member("kind", "value");
    });
  });
}

void write_fix(JsonWriter& json, const Source& source,
               const Diagnostic& diagnostic) {
  write_one(json, "fixes", [&] {
    if (!diagnostic.hint.empty()) {
      write_message(json, "description", diagnostic.hint);
    }
    write_one(json, "artifactChanges", [&] {
      write_artifact(json, source);
      write_one(json, "replacements", [&] {
        write_region(json, "deletedRegion", source, diagnostic.fix->span);
        write_message(json, "insertedContent", diagnostic.fix->replacement);
      });
    });
  });
}

// What is wrong, and what to do.
std::string whole(std::string_view message, std::string_view hint) {
  return hint.empty() ? std::string(message)
                      : fmt::format("{}; {}", message, hint);
}

// FNV-1a. No value of a secret is in a finding.
std::uint64_t fingerprint(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](char c) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  };
  for (const std::string_view part : parts) {
    for (const char c : part) add(c);
    add('\0');
  }
  return hash;
}

class Report {
 public:
  std::string of(std::span<const Findings> documents,
                 std::span<const Error> errors, std::string_view version) {
    json_.object([&] {
      json_.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
      json_.member("version", "2.1.0");
      write_one(json_, "runs", [&] {
        write_tool(version);
        json_.member("columnKind", "utf16CodeUnits");
        write_invocation(errors);
        json_.array("results", documents, [&](const Findings& document) {
          for (const Diagnostic& diagnostic : document.diagnostics) {
            write_result(document.source, diagnostic);
          }
        });
      });
    });
    return json_.take();
  }

 private:
  void write_tool(std::string_view version) {
    json_.object("tool", [&] {
      json_.object("driver", [&] {
        json_.member("name", "sotto");
        json_.member("version", version);
        json_.array("rules", lint_rules(),
                    [&](const RuleInfo& rule) { write_rule(rule); });
      });
    });
  }

  void write_rule(const RuleInfo& rule) {
    indices_.emplace(rule.id, indices_.size());
    json_.object([&] {
      json_.member("id", rule.id);
      write_message(json_, "shortDescription", rule.summary);
      write_message(
          json_, "help",
          fmt::format("{}: see docs/rules.md#{}", rule.summary, rule.id));
      json_.object("defaultConfiguration",
                   [&] { json_.member("level", level_name(rule.level)); });
    });
  }

  void write_invocation(std::span<const Error> errors) {
    write_one(json_, "invocations", [&] {
      json_.member("executionSuccessful", errors.empty());
      if (errors.empty()) return;
      json_.array(
          "toolExecutionNotifications", errors, [&](const Error& error) {
            json_.object([&] {
              json_.member("level", "error");
              write_message(json_, "message", whole(error.message, error.hint));
            });
          });
    });
  }

  void write_result(const Source& source, const Diagnostic& diagnostic) {
    json_.object([&] {
      json_.member("ruleId", diagnostic.rule);
      const auto index = indices_.find(diagnostic.rule);
      if (index != indices_.end()) json_.member("ruleIndex", index->second);
      json_.member("level", to_string(diagnostic.severity));
      write_message(json_, "message",
                    whole(diagnostic.message, diagnostic.hint));
      write_location(json_, source, diagnostic);
      const std::uint64_t hash =
          fingerprint({source.name(), diagnostic.rule, diagnostic.pointer,
                       diagnostic.message});
      // Several that are alike are told apart by their order.
      json_.object("partialFingerprints", [&] {
        json_.member("sottoFinding/v1",
                     fmt::format("{:016x}:{}", hash, ++seen_[hash]));
      });
      if (diagnostic.fix) write_fix(json_, source, diagnostic);
    });
  }

  JsonWriter json_;
  std::map<std::string_view, std::size_t> indices_;
  std::map<std::uint64_t, std::size_t> seen_;
};

}  // namespace

std::string uri_of(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter_or_digit = (byte >= 'a' && byte <= 'z') ||
                                    (byte >= 'A' && byte <= 'Z') ||
                                    (byte >= '0' && byte <= '9');
    if (is_letter_or_digit ||
        std::string_view("-._~/").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", byte);
    }
  }
  return uri;
}

std::string sarif_report(std::span<const Findings> documents,
                         std::span<const Error> errors,
                         std::string_view version) {
  return Report().of(documents, errors, version);
}

}  // namespace sotto
