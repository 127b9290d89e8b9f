// SPDX-License-Identifier: Apache-2.0

#include "bench/report.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/goals.h"
#include "grammar/scanner.h"

namespace sotto::bench {
namespace {

using Row = std::vector<std::string>;

std::string spell_time(double nanoseconds) {
  if (nanoseconds < 1e3) return fmt::format("{:.1f} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.2f} us", nanoseconds / 1e3);
  if (nanoseconds < 1e9) return fmt::format("{:.2f} ms", nanoseconds / 1e6);
  return fmt::format("{:.2f} s", nanoseconds / 1e9);
}

std::string spell_number(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "";
}

std::string join(const Row& row, const std::vector<std::size_t>& widths,
                 bool markdown) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (markdown) {
      line += (i == 0 ? "| " : " | ") + row[i];
    } else {
      line += fmt::format("{:<{}}", row[i], widths[i] + 2);
    }
  }
  return markdown ? line + " |"
                  : line.substr(0, line.find_last_not_of(' ') + 1);
}

// The first row is the heading. A table without others is not printed.
void print_table(const char* title, const std::vector<Row>& rows,
                 bool markdown) {
  if (rows.size() < 2) return;
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  fmt::print("\n{}{}\n\n", markdown ? "### " : "", title);
  for (const Row& row : rows) {
    fmt::print("{}\n", join(row, widths, markdown));
    if (markdown && &row == &rows.front()) {
      fmt::print("{}\n", join(Row(row.size(), "---"), widths, true));
    }
  }
}

std::vector<Row> goal_rows(const Measurements& measured) {
  std::vector<Row> rows{{"what", "goal", "stretch", "measured", "reached"}};
  for (const Goal& goal : goals(measured)) {
    std::string reached = goal.reached ? "yes" : "no";
    if (goal.stretch_reached) reached = "yes, stretch too";
    if (goal.measured.empty()) reached = "";
    rows.push_back({goal.what, goal.wanted, goal.stretch,
                    goal.measured.empty() ? "not measured" : goal.measured,
                    reached});
  }
  return rows;
}

std::vector<Row> document_rows(const Measurements& m) {
  std::vector<Row> rows{{"document", "bytes", "references", "parse+render",
                         "of the bound", "/ simdjson", "compiled render",
                         "/ memcpy", "ns a reference"}};
  for (const Measurement& each : m.all()) {
    const Measurement* compiled = m.find("compiled render", each.workload);
    if (each.what != "parse+render" || !compiled) continue;
    rows.push_back(
        {each.workload, fmt::format("{:.0f}", each.bytes),
         fmt::format("{:.0f}", each.items), spell_time(each.median),
         spell_number(of_bound(m, each.workload)),
         spell_number(m.ratio(each.what, "simdjson", each.workload)),
         spell_time(compiled->median),
         spell_number(m.ratio(compiled->what, "memcpy", each.workload)),
         spell_number(compiled->median / compiled->items)});
  }
  return rows;
}

// What a row is compared with: what Sotto takes for the same work.
const Measurement* ours(const Measurements& m, const Measurement& row) {
  for (const char* what : {"parse+render", "parse+render p50", "sotto render",
                           "sotto render > tmpfs"}) {
    const Measurement* found = m.find(what, row.workload);
    if (found && found != &row) return found;
  }
  return nullptr;
}

std::vector<Row> all_rows(const Measurements& m) {
  std::vector<Row> rows{{"workload", "what", "median", "best", "GB/s",
                         "an item", "times Sotto's"}};
  for (const Measurement& each : m.all()) {
    if (each.unit == Measurement::Unit::kBytes) {
      rows.push_back({each.workload, each.what,
                      each.median < 1024
                          ? fmt::format("{:.0f}", each.median)
                          : fmt::format("{:.0f} KiB", each.median / 1024),
                      "", "", "", ""});
      continue;
    }
    const Measurement* mine = ours(m, each);
    rows.push_back(
        {each.workload, each.what, spell_time(each.median),
         spell_time(each.best),
         each.bytes > 0 ? fmt::format("{:.2f}", each.bytes / each.median) : "",
         each.items > 0 ? spell_time(each.median / each.items) : "",
         mine ? fmt::format("{:.2f}", each.median / mine->median) : ""});
  }
  return rows;
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown processor";
}

void print_machine(const Session& session) {
  utsname system{};
  uname(&system);
  fmt::print("{}, {} cores, {} {}, compiled by {}; scanner: {}\n", processor(),
             sysconf(_SC_NPROCESSORS_ONLN), system.sysname, system.release,
#ifdef __clang__
             "clang " __clang_version__,
#else
             "g++ " __VERSION__,
#endif
             scanner_kernel().name);
  const SpeedProbe& probe = session.probe;
  fmt::print(
      "{} samples, {} of them while the machine was slower than it can "
      "be\n",
      probe.samples(), probe.disturbed());
}

}  // namespace

void print_report(const Session& session, bool markdown) {
  const Measurements& measured = session.measurements;
  print_machine(session);
  print_table("Goals", goal_rows(measured), markdown);
  print_table("Documents", document_rows(measured), markdown);
  print_table("Everything", all_rows(measured), markdown);
  if (!measured.left_out().empty()) fmt::print("\nLeft out:\n");
  if (markdown && !measured.left_out().empty()) fmt::print("\n");
  for (const std::string& line : measured.left_out()) {
    fmt::print("- {}\n", line);
  }
}

}  // namespace sotto::bench
