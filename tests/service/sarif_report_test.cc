// SPDX-License-Identifier: Apache-2.0
//
// What the schema of SARIF 2.1.0 demands of the objects that we write: members
// that must be there, no others than it knows, and what they may hold.

#include "service/report/sarif_report.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "resolver/lint.h"

namespace sotto::testing {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

// Collects what is against the schema.
class Checker {
 public:
  std::vector<std::string> check(const Json& log) {
    object(log, "$", {"version", "runs"}, {"$schema", "version", "runs"});
    expect(log["version"] == "2.1.0", "$.version");
    uri(log["$schema"], "$.$schema");
    for (const Json& run : array(log["runs"], "$.runs")) check_run(run);
    return std::move(wrong_);
  }

 private:
  void check_run(const Json& run) {
    object(run, "run", {"tool"},
           {"tool", "columnKind", "invocations", "results"});
    object(run["tool"], "tool", {"driver"}, {"driver"});
    const Json& driver = run["tool"]["driver"];
    object(driver, "driver", {"name"}, {"name", "version", "rules"});
    text(driver["name"], "driver.name");
    Names ids;
    for (const Json& rule : array(driver["rules"], "rules")) {
      object(rule, "rule", {"id"},
             {"id", "shortDescription", "help", "defaultConfiguration"});
      // uniqueItems
      expect(ids.insert(rule["id"]).second, "rules: the same twice");
      message(rule["shortDescription"], "rule.shortDescription");
      message(rule["help"], "rule.help");
      object(rule["defaultConfiguration"], "defaultConfiguration", {},
             {"level"});
      level(rule["defaultConfiguration"]["level"]);
    }
    expect(run["columnKind"] == "utf16CodeUnits", "columnKind");
    for (const Json& each : array(run["invocations"], "invocations")) {
      check_invocation(each);
    }
    for (const Json& result : array(run["results"], "results")) {
      check_result(result, driver["rules"]);
    }
  }

  void check_invocation(const Json& invocation) {
    object(invocation, "invocation", {"executionSuccessful"},
           {"executionSuccessful", "toolExecutionNotifications"});
    expect(invocation["executionSuccessful"].is_boolean(),
           "executionSuccessful");
    if (!invocation.contains("toolExecutionNotifications")) return;
    for (const Json& each : array(invocation["toolExecutionNotifications"],
                                  "toolExecutionNotifications")) {
      object(each, "notification", {"message"}, {"message", "level"});
      message(each["message"], "notification.message");
      level(each["level"]);
    }
  }

  void check_result(const Json& result, const Json& rules) {
    object(result, "result", {"message"},
           {"ruleId", "ruleIndex", "level", "message", "locations",
            "partialFingerprints", "fixes"});
    message(result["message"], "result.message");
    level(result["level"]);
    if (result.contains("ruleIndex")) {
      expect(rules[result["ruleIndex"].get<std::size_t>()]["id"] ==
                 result["ruleId"],
             "ruleIndex");
    }
    for (const Json& location : array(result["locations"], "locations")) {
      check_location(location);
    }
    for (const auto& [name, value] : result["partialFingerprints"].items()) {
      text(value, "partialFingerprints." + name);
    }
    if (!result.contains("fixes")) return;
    for (const Json& fix : array(result["fixes"], "fixes")) check_fix(fix);
  }

  void check_location(const Json& location) {
    object(location, "location", {}, {"physicalLocation", "logicalLocations"});
    const Json& place = location["physicalLocation"];
    object(place, "physicalLocation", {"artifactLocation"},
           {"artifactLocation", "region"});
    artifact(place["artifactLocation"]);
    region(place["region"]);
    if (!location.contains("logicalLocations")) return;
    for (const Json& each :
         array(location["logicalLocations"], "logicalLocations")) {
      object(each, "logicalLocation", {}, {"fullyQualifiedName", "kind"});
      text(each["fullyQualifiedName"], "fullyQualifiedName");
      text(each["kind"], "kind");
    }
  }

  void check_fix(const Json& fix) {
    object(fix, "fix", {"artifactChanges"}, {"description", "artifactChanges"});
    if (fix.contains("description")) message(fix["description"], "fix");
    expect(!fix["artifactChanges"].empty(), "artifactChanges: minItems 1");
    for (const Json& change :
         array(fix["artifactChanges"], "artifactChanges")) {
      object(change, "artifactChange", {"artifactLocation", "replacements"},
             {"artifactLocation", "replacements"});
      artifact(change["artifactLocation"]);
      expect(!change["replacements"].empty(), "replacements: minItems 1");
      for (const Json& each : array(change["replacements"], "replacements")) {
        object(each, "replacement", {"deletedRegion"},
               {"deletedRegion", "insertedContent"});
        region(each["deletedRegion"]);
        object(each["insertedContent"], "insertedContent", {}, {"text"});
        text(each["insertedContent"]["text"], "insertedContent.text");
      }
    }
  }

  void artifact(const Json& location) {
    object(location, "artifactLocation", {}, {"uri"});
    uri(location["uri"], "artifactLocation.uri");
  }

  void region(const Json& region) {
    object(region, "region", {},
           {"startLine", "startColumn", "endLine", "endColumn"});
    for (const auto& [name, value] : region.items()) {
      expect(value.is_number_unsigned() && value > 0u, "region." + name);
    }
    expect(std::pair(region["startLine"], region["startColumn"]) <=
               std::pair(region["endLine"], region["endColumn"]),
           "region: ends before it begins");
  }

  void message(const Json& value, const std::string& where) {
    object(value, where, {"text"}, {"text"});
    text(value["text"], where + ".text");
  }

  void level(const Json& value) {
    expect(value == "none" || value == "note" || value == "warning" ||
               value == "error",
           "level");
  }

  // What RFC 3986 lets a reference be made of.
  void uri(const Json& value, const std::string& where) {
    text(value, where);
    static constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        "-._~:/?#[]@!$&'()*+,;=%";
    expect(value.get<std::string>().find_first_not_of(kAllowed) ==
               std::string::npos,
           where + ": no URI");
  }

  void text(const Json& value, const std::string& where) {
    expect(value.is_string(), where + ": no string");
  }

  const Json& array(const Json& value, const std::string& where) {
    static const Json kNone = Json::array();
    expect(value.is_array(), where + ": no array");
    return value.is_array() ? value : kNone;
  }

  void object(const Json& value, const std::string& where, const Names& needed,
              const Names& known) {
    expect(value.is_object(), where + ": no object");
    for (const std::string& name : needed) {
      expect(value.contains(name), where + ": no " + name);
    }
    for (const auto& [name, member] : value.items()) {
      expect(known.contains(name), where + ": unknown " + name);
    }
  }

  void expect(bool holds, const std::string& what) {
    if (!holds) wrong_.push_back(what);
  }

  std::vector<std::string> wrong_;
};

Diagnostic finding(Span span, std::string message) {
  Diagnostic diagnostic;
  diagnostic.rule = "syntax";
  diagnostic.span = span;
  diagnostic.message = std::move(message);
  return diagnostic;
}

Json report(const std::string& name, std::string_view text,
            std::span<const Diagnostic> diagnostics,
            std::span<const Error> errors = {}) {
  const std::string sarif = sarif_report(
      std::array{Findings{Source(name, text), diagnostics}}, errors, "1.2.3");
  return Json::parse(sarif);
}

TEST(SarifReport, IsWhatTheSchemaDemands) {
  std::vector<Diagnostic> all{finding({1, 3}, "one"), finding({5, 9}, "two")};
  all[0].hint = "do this";
  all[0].fix = Fix{{2, 3}, "x\"y"};
  all[1].severity = Severity::kWarning;
  all[1].pointer = "/a/0";
  all[1].fix = Fix{{5, 5}, ""};
  const std::vector<Error> errors{
      {ErrorCode::kIo, "\"x\" does not exist", "make it"}};
  Json log = report("flows/a b.json", "1234\n56789", all, errors);
  EXPECT_EQ(Checker().check(log), std::vector<std::string>());

  const Json& run = log["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["version"], "1.2.3");
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), lint_rules().size());
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], false);
  EXPECT_EQ(
      run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
      "\"x\" does not exist; make it");
  const Json& first = run["results"][0];
  EXPECT_EQ(first["message"]["text"], "one; do this");
  EXPECT_EQ(first["fixes"][0]["artifactChanges"][0]["replacements"][0]
                 ["insertedContent"]["text"],
            "x\"y");
  EXPECT_EQ(run["results"][1]["locations"][0],
            Json::parse(R"({"physicalLocation": {
              "artifactLocation": {"uri": "flows/a%20b.json"},
              "region": {"startLine": 2, "startColumn": 1,
                         "endLine": 2, "endColumn": 5}},
              "logicalLocations": [
                {"fullyQualifiedName": "/a/0", "kind": "value"}]})"));
}

TEST(SarifReport, OfNothingIsOneToo) {
  Json log = Json::parse(sarif_report({}, {}, "1"));
  EXPECT_EQ(Checker().check(log), std::vector<std::string>());
  EXPECT_EQ(log["runs"][0]["results"], Json::array());
  EXPECT_EQ(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

// The checker is one.
TEST(SarifReport, ThatIsAgainstTheSchemaIsFound) {
  Json log = Json::parse(sarif_report({}, {}, "1"));
  log["runs"][0]["columnKind"] = "bytes";
  log["runs"][0]["extra"] = 1;
  log["version"] = "2.0.0";
  EXPECT_GE(Checker().check(log).size(), 3u);
}

TEST(SarifReport, CountsColumnsInUtf16) {
  // "ä" is one unit, U+1F511 two; a byte that is not UTF-8 one.
  const std::string text = "\n\xC3\xA4\xF0\x9F\x94\x91\xFFxy";
  const std::vector<Diagnostic> all{finding({8, 9}, "m")};
  const Json log = report("a", text, all);
  const Json& region = log["runs"][0]["results"][0]["locations"][0]
                          ["physicalLocation"]["region"];
  EXPECT_EQ(region["startLine"], 2);
  EXPECT_EQ(region["startColumn"], 5);
  EXPECT_EQ(region["endColumn"], 6);
}

TEST(SarifReport, HasAFingerprintThatLinesDoNotChange) {
  const std::vector<Diagnostic> one{finding({0, 1}, "m"), finding({1, 2}, "m")};
  const std::vector<Diagnostic> moved{finding({4, 5}, "m")};
  const Json before = report("a", "xx", one);
  const Json after = report("a", "\n\n\n\nx", moved);
  const auto print = [](const Json& log, std::size_t i) {
    return log["runs"][0]["results"][i]["partialFingerprints"];
  };
  EXPECT_EQ(print(before, 0), print(after, 0));
  EXPECT_NE(print(before, 0), print(before, 1));
  EXPECT_NE(print(before, 0), print(report("b", "xx", one), 0));
}

TEST(SarifReport, NamesFilesAsUris) {
  EXPECT_EQ(uri_of("flows/a.json"), "flows/a.json");
  EXPECT_EQ(uri_of("/x/a.json"), "file:///x/a.json");
  EXPECT_EQ(uri_of("c:d/100% \xC3\xA4#?.json"),
            "c%3Ad/100%25%20%C3%A4%23%3F.json");
}

TEST(SarifReport, IsUtf8WithoutControls) {
  const std::vector<Diagnostic> all{finding({0, 1}, "a\xFF\x7F\xC2\x9B")};
  const std::string sarif =
      sarif_report(std::array{Findings{Source("a", "x"), all}}, {}, "1");
  EXPECT_NE(sarif.find("a\xEF\xBF\xBD\\u007f\\u009b"), std::string::npos);
}

}  // namespace
}  // namespace sotto::testing
