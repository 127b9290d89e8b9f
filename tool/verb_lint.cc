// SPDX-License-Identifier: Apache-2.0
//
// sotto lint: what is wrong with the references of many documents; and sotto
// validate: that, and what the stores say.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/visible_text.h"
#include "service/baseline.h"
#include "service/find_documents.h"
#include "service/lint_cache.h"
#include "service/lint_config.h"
#include "service/lint_files.h"
#include "service/lint_table.h"
#include "service/report/github_report.h"
#include "service/report/sarif_report.h"
#include "service/report/unified_diff.h"
#include "service/secrets_lock.h"
#include "service/validation.h"
#include "tool/lint_project.h"
#include "tool/project_documents.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

constexpr std::array<std::pair<Severity, std::string_view>, 2> kSeverities{
    {{Severity::kError, "error"}, {Severity::kWarning, "warning"}}};

// What is mended, or is in a baseline, takes no place from the rest; but a
// hostile document must not fill the memory with what is wrong with it.
constexpr std::size_t kEnough = 100'000;

enum class Form : std::uint8_t { kText, kShort, kJson, kGithub, kSarif };

tl::unexpected<Error> disagree(std::string_view one, std::string_view other) {
  return fail(ErrorCode::kUsage,
              fmt::format("\"{}\" and \"{}\" disagree", one, other),
              "keep one of them");
}

Result<void> check_flags(const Options& options) {
  if (options.lines && options.text) return disagree("--lines", "--text");
  if (options.fix && options.diff) return disagree("--fix", "--diff");
  const bool has_form = options.json || options.format;
  if (options.diff && has_form) {
    return disagree("--diff", options.json ? "--json" : "--format");
  }
  if (options.json && options.format.value_or("json") != "json") {
    return disagree("--json", fmt::format("--format {}", *options.format));
  }
  if (options.update_baseline && !options.baseline) {
    return fail(ErrorCode::kUsage, "\"--update-baseline\" needs \"--baseline\"",
                "name the file with --baseline FILE");
  }
  if (options.update_baseline && options.diff) {
    return disagree("--update-baseline", "--diff");
  }
  return {};
}

Form form_of(const Options& options) {
  const std::string form = options.format.value_or("");
  if (options.json || form == "json") return Form::kJson;
  if (form == "short") return Form::kShort;
  if (form == "github") return Form::kGithub;
  return form == "sarif" ? Form::kSarif : Form::kText;
}

// Of one secrets.lock; a new one says as much.
constexpr std::size_t kMaxChanges = 50;

// One `sotto lint`, or `sotto validate`, step by step.
class Lint {
 public:
  explicit Lint(const Call& call)
      : call_(call), options_(call.options), form_(form_of(call.options)) {}

  Result<int> run() && {
    SOTTO_RETURN_IF_ERROR(open());
    SOTTO_RETURN_IF_ERROR(open_baseline());
    SOTTO_RETURN_IF_ERROR(look());
    take_validation();
    SOTTO_RETURN_IF_ERROR(compare_with_lock());
    if (options_.diff) return tell_diff();
    if (options_.fix) write_fixes();
    if (options_.update_baseline) SOTTO_RETURN_IF_ERROR(update_baseline());
    SOTTO_RETURN_IF_ERROR(tell_findings());
    tell_stale();
    for (const Error& error : errors_) call_.terminal.error(error);
    if (form_ == Form::kText || form_ == Form::kShort) tell_sum();
    return status();
  }

 private:
  Result<void> open();
  Result<void> open_cache(std::optional<std::string> key);
  Result<void> open_baseline();
  Result<void> look();
  void take_validation();
  Result<void> compare_with_lock();
  Result<int> tell_diff();
  void write_fixes();
  Result<void> update_baseline();
  Result<void> tell_findings();
  void tell_stale();
  void tell_sum();
  bool stores_refuse() const;
  int status() const;

  bool is_one_text() const {
    return form_ == Form::kJson || form_ == Form::kSarif;
  }
  bool has(Severity severity) const { return count(severity) > 0; }
  std::size_t count(Severity severity) const;
  std::string report(std::span<const Findings> findings) const;

  void note(Error error) { errors_.push_back(std::move(error)); }

  const Call& call_;
  const Options& options_;
  const Form form_;
  FactsSource facts_;
  std::optional<LintConfig> config_;
  std::optional<LintCache> cache_;
  std::optional<Baseline> baseline_;
  LintFilesResult result_;
  std::vector<Error> errors_;
  std::shared_ptr<Validation> validation_;
  std::size_t changes_ = 0;  // Since the secrets.lock was taken.
};

Result<void> Lint::open() {
  LintFlags flags;
  SOTTO_ASSIGN_OR_RETURN(flags.rules, parse_rule_flags(options_.rules));
  flags.include = options_.include;
  if (options_.fix || options_.diff || options_.baseline) {
    flags.max_per_rule = kEnough;
  }
  if (options_.baseline) {
    SOTTO_ASSIGN_OR_RETURN(std::string path, absolute_name(*options_.baseline));
    flags.not_documents.push_back(std::move(path));
  }
  SOTTO_ASSIGN_OR_RETURN(LintProject project, options_.verb == Verb::kValidate
                                                  ? open_validation(call_)
                                                  : open_lint_project(call_));
  facts_ = std::move(project.facts);
  validation_ = std::move(project.validation);
  SOTTO_ASSIGN_OR_RETURN(
      config_, LintConfig::make(std::move(project.config), std::move(flags)));
  return open_cache(std::move(project.cache_key));
}

// For fixes, and for what the stores say, nothing is remembered.
Result<void> Lint::open_cache(std::optional<std::string> key) {
  const auto folder = LintCache::folder();
  if (!key || !folder || options_.no_cache || options_.fix || options_.diff) {
    return {};
  }
  std::string project = config_->config().file.native();
  if (project.empty()) {
    SOTTO_ASSIGN_OR_RETURN(project, absolute_name("."));
  }
  SOTTO_ASSIGN_OR_RETURN(cache_,
                         LintCache::open(*folder, project, *std::move(key)));
  return {};
}

// May a baseline take the place of a file that could not be read as one? Not of
// what may be a key, a configuration, a workflow.
bool may_become_baseline(const std::string& file, const Error& error) {
  if (error.code == ErrorCode::kNewerVersion) return true;
  std::error_code is_not_there;
  const auto size = std::filesystem::file_size(file, is_not_there);
  return is_not_there || size == 0;
}

// One that cannot be read does not count.
Result<void> Lint::open_baseline() {
  if (!options_.baseline) return {};
  auto read = Baseline::read(*options_.baseline);
  if (read) {
    baseline_ = *std::move(read);
  } else if (options_.update_baseline) {
    if (!may_become_baseline(*options_.baseline, read.error())) {
      return tl::unexpected<Error>(std::move(read.error()));
    }
    SOTTO_ASSIGN_OR_RETURN(baseline_, Baseline::make(*options_.baseline));
  } else {
    if (read.error().hint.empty()) {
      read.error().hint = "make it with --update-baseline";
    }
    note(std::move(read.error()));
  }
  return {};
}

Result<void> Lint::look() {
  static const std::vector<std::string> kHere{"."};
  SOTTO_ASSIGN_OR_RETURN(
      FoundDocuments found,
      find_project_documents(
          *config_, options_.operands.empty() ? kHere : options_.operands));
  for (Error& error : found.errors) note(std::move(error));
  LintFilesOptions how;
  if (options_.lines) how.format = Format::kLines;
  if (options_.text) how.format = Format::kText;
  how.fix = options_.fix || options_.diff;
  if (options_.update_baseline) how.max_per_rule = kEnough;
  how.standard_input = call_.terminal.in();
  if (baseline_ && !options_.update_baseline) how.baseline = &*baseline_;
  if (validation_ != nullptr) {
    how.look = [&](const Document& document) { validation_->count(document); };
  }
  how.progress = [&](std::string_view step, std::size_t done) {
    call_.count(step, done);
  };
  if (cache_) how.cache = &*cache_;
  // What makes one text of all needs all documents, and so does a baseline.
  if (!is_one_text() && !options_.diff && !options_.update_baseline) {
    how.report = [this](const Source& source,
                        std::span<const Diagnostic> diagnostics) {
      return report(std::array{Findings{source, diagnostics}});
    };
  }
  SOTTO_ASSIGN_OR_RETURN(result_,
                         lint_files(facts_, *config_, found.names, how));
  if (cache_) cache_->write();
  for (const LintedFile& file : result_.files) {
    if (file.error) note(*file.error);
  }
  for (const Error& error : config_->errors()) note(error);
  if (result_.error) note(*result_.error);
  return {};
}

void Lint::take_validation() {
  if (validation_ == nullptr) return;
  for (const Error& error : validation_->errors()) note(error);
  for (const std::string& store : validation_->mute_stores()) {
    call_.terminal.warn(
        fmt::format("store \"{}\" cannot say of every secret whether it is "
                    "there and may be read",
                    store),
        "\"sotto explain --analyze\" tells, for it reads them");
  }
}

// A store that is not what it was when the file was made is no fault of a
// document; but it may be why one fails.
Result<void> Lint::compare_with_lock() {
  if (!options_.lock) return {};
  SOTTO_ASSIGN_OR_RETURN(const auto before, read_secrets_lock(*options_.lock));
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, validation_->catalog());
  SOTTO_ASSIGN_OR_RETURN(const auto now, secrets_of(*catalog));
  const std::vector<LockChange> changes = changes_between(before, now);
  changes_ = changes.size();
  const std::string file = visible_line(*options_.lock);
  for (std::size_t i = 0; i < std::min(changes_, kMaxChanges); ++i) {
    call_.terminal.warn(fmt::format("changed since \"{}\": {}", file,
                                    visible_line(describe(changes[i]))));
  }
  if (changes_ > kMaxChanges) {
    call_.terminal.warn(fmt::format("changed since \"{}\": {} more", file,
                                    changes_ - kMaxChanges));
  }
  return {};
}

// What --fix would change; and it fails where there is anything.
Result<int> Lint::tell_diff() {
  std::string text;
  std::size_t changed = 0;
  for (const LintedFile& file : result_.files) {
    if (!file.before) continue;
    ++changed;
    text += unified_diff(file.name, *file.before, *file.after);
    if (!file.hides) continue;
    call_.terminal.warn(
        fmt::format("values that stand in \"{}\" are shown as \"***\": its "
                    "diff cannot be applied",
                    file.name),
        "--fix makes the change itself");
  }
  SOTTO_RETURN_IF_ERROR(call_.terminal.write(text));
  for (const Error& error : errors_) call_.terminal.error(error);
  if (changed > 0) {
    call_.terminal.say(fmt::format("sotto: --fix would change {} of {}\n",
                                   changed,
                                   counted(result_.files.size(), "file")));
  }
  return std::max(status(), changed > 0 ? 1 : 0);
}

void Lint::write_fixes() {
  std::size_t written = 0;
  for (const LintedFile& file : result_.files) {
    if (!file.before) continue;
    const auto done = write_fixed(file);
    if (done) {
      ++written;
    } else {
      note(done.error());
    }
  }
  if (written == 0) return;
  call_.terminal.say(
      fmt::format("sotto: fixed {}\n", counted(written, "file")));
}

// From then on none of what is there now is a finding. What could not be looked
// for is not gone.
Result<void> Lint::update_baseline() {
  if (result_.error) {
    call_.terminal.warn(
        fmt::format("the baseline \"{}\" is left as it was: what needs the "
                    "catalog was not looked for",
                    visible_line(*options_.baseline)));
    return {};
  }
  for (LintedFile& file : result_.files) {
    if (!file.error) baseline_->replace(file.path, file.diagnostics);
    file.diagnostics.clear();
  }
  baseline_->forget_lost_files();
  SOTTO_RETURN_IF_ERROR(baseline_->write());
  call_.terminal.say(fmt::format("sotto: {} in {}\n",
                                 counted(baseline_->size(), "finding"),
                                 visible_line(*options_.baseline)));
  return {};
}

std::string short_line(const Source& source, const Diagnostic& diagnostic) {
  const Location at = source.location(diagnostic.span.begin);
  return fmt::format("{}:{}:{}: {}: {} [{}]\n", visible_line(source.name()),
                     at.line, at.column, to_string(diagnostic.severity),
                     visible_line(diagnostic.message), diagnostic.rule);
}

std::string Lint::report(std::span<const Findings> findings) const {
  if (form_ == Form::kJson) return diagnostics_json(findings);
  if (form_ == Form::kGithub) return github_report(findings);
  if (form_ == Form::kSarif) {
    return sarif_report(findings, errors_, SOTTO_VERSION);
  }
  const DiagnosticStyle style{.color = call_.terminal.out_has_color()};
  std::string text;
  for (const auto& [source, diagnostics] : findings) {
    for (const Diagnostic& diagnostic : diagnostics) {
      text += form_ == Form::kShort
                  ? short_line(source, diagnostic)
                  : format_diagnostic(source, diagnostic, style);
    }
  }
  return text;
}

Result<void> Lint::tell_findings() {
  std::vector<Findings> findings;
  for (const LintedFile& file : result_.files) {
    if (!file.report.empty()) {
      SOTTO_RETURN_IF_ERROR(call_.terminal.write(file.report));
    } else if (!file.diagnostics.empty()) {
      findings.push_back({file.source(), file.diagnostics});
    }
  }
  if (findings.empty() && !is_one_text()) return {};
  return call_.terminal.write(report(findings));
}

void Lint::tell_stale() {
  if (!baseline_ || options_.update_baseline) return;
  std::vector<std::string> paths;
  std::size_t stale = 0;
  for (const LintedFile& file : result_.files) {
    stale += file.stale;
    paths.push_back(file.path);
  }
  stale += baseline_->of_lost_files(paths);
  if (stale == 0) return;
  call_.terminal.warn(
      fmt::format("{} of the baseline \"{}\" {} not there any more",
                  counted(stale, "finding"), *options_.baseline,
                  stale == 1 ? "is" : "are"),
      "--update-baseline takes what is gone out of it");
}

std::size_t Lint::count(Severity severity) const {
  std::size_t count = 0;
  for (const LintedFile& file : result_.files) {
    count += static_cast<std::size_t>(
        std::ranges::count(file.diagnostics, severity, &Diagnostic::severity));
  }
  return count;
}

// "2 errors, 1 warning in 3 of 120 files, 1 could not be read"
void Lint::tell_sum() {
  const std::size_t all = result_.files.size();
  if (all == 0) {
    if (errors_.empty()) call_.terminal.say("sotto: there is no document\n");
    return;
  }
  const auto files = [&](auto&& holds) {
    return std::ranges::count_if(result_.files, holds);
  };
  const auto bad =
      files([](const LintedFile& file) { return !file.diagnostics.empty(); });
  const auto unread =
      files([](const LintedFile& file) { return file.error.has_value(); });
  std::vector<std::string> found;
  for (const auto& [severity, noun] : kSeverities) {
    if (has(severity)) found.push_back(counted(count(severity), noun));
  }
  std::string sum = bad == 0
                        ? fmt::format("no finding in {}", counted(all, "file"))
                        : fmt::format("{} in {} of {}", fmt::join(found, ", "),
                                      bad, counted(all, "file"));
  if (unread > 0) sum += fmt::format(", {} could not be read", unread);
  if (validation_ != nullptr) {
    sum += fmt::format("; to render {} takes {}", all == 1 ? "it" : "them",
                       calls_text(validation_->calls()));
  }
  call_.terminal.say(fmt::format("sotto: {}\n", sum));
}

// As a render would end.
bool Lint::stores_refuse() const {
  return std::ranges::any_of(result_.files, [](const LintedFile& file) {
    return std::ranges::any_of(file.diagnostics, [](const Diagnostic& each) {
      return each.rule == "forbidden" || each.rule == "unreachable";
    });
  });
}

int Lint::status() const {
  int status = 0;
  for (const Error& error : errors_) {
    status = std::max(status, error_info(error.code).exit_status);
  }
  const bool warned = has(Severity::kWarning) || changes_ > 0;
  const bool failed = has(Severity::kError) || (options_.strict && warned);
  status = std::max(status, failed ? 1 : 0);
  return stores_refuse() ? 3 : status;
}

}  // namespace

Result<int> run_lint(const Call& call) {
  SOTTO_RETURN_IF_ERROR(check_flags(call.options));
  return Lint(call).run();
}

Result<int> run_validate(const Call& call) { return run_lint(call); }

}  // namespace sotto::tool
