// SPDX-License-Identifier: Apache-2.0
//
// sotto secret set|get|delete|restore|import: one secret, or many at once.
//
// All of them act on exactly the scope that flag, environment and
// configuration name; only a render falls back from a scope to the platform.

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "service/import_file.h"
#include "service/passphrase.h"
#include "service/report/json_report.h"
#include "tool/session.h"
#include "tool/verb_functions.h"

namespace sotto::tool {
namespace {

Result<SecretString> read_new_value(const Call& call, const SecretRef& ref) {
  const Options& options = call.options;
  if (options.file && options.fd) {
    return fail(ErrorCode::kUsage, "\"--file\" and \"--fd\" exclude each other",
                "keep one of them");
  }
  if (options.file) return read_secret_file(*options.file);
  if (options.fd) {
    if (*options.fd > 65535) {
      return fail(ErrorCode::kUsage,
                  fmt::format("there is no descriptor {}", *options.fd));
    }
    return read_secret(static_cast<int>(*options.fd),
                       fmt::format("/dev/fd/{}", *options.fd));
  }
  if (call.terminal.in_is_terminal()) {
    return ask_twice(call.terminal,
                     fmt::format("value of \"{}\"", to_string(ref)));
  }
  return read_secret(call.terminal.in(), "-");
}

Result<SecretString> new_value(const Call& call, const SecretRef& ref) {
  SOTTO_ASSIGN_OR_RETURN(SecretString value, read_new_value(call, ref));
  if (call.options.trim) return without_line_break(std::move(value));
  if (value.empty()) {
    call.terminal.warn(
        fmt::format("the value of \"{}\" is empty", to_string(ref)));
  } else if (ends_with_line_break(value)) {
    call.terminal.warn(fmt::format("the value of \"{}\" ends with a line "
                                   "break, which is kept",
                                   to_string(ref)),
                       "drop it with --trim, or write printf %s and not echo");
  }
  return value;
}

// Says that a version was written.
Result<int> tell_written(const Call& call, const Scope& scope,
                         const SecretRef& ref, Version version,
                         std::string_view what) {
  const std::string text =
      call.options.json
          ? written_json(scope, ref, version)
          : fmt::format("{} {} in {}, version {} of its group\n", what,
                        to_string(ref), to_string(scope), version);
  SOTTO_RETURN_IF_ERROR(call.terminal.write(text));
  return 0;
}

Result<void> show_value(const Call& call, const FetchedSecret& secret) {
  SOTTO_RETURN_IF_ERROR(call.terminal.write(secret.value.text.expose()));
  // So that the next prompt does not stick to it; a pipe gets the bytes alone.
  if (call.terminal.out_is_terminal()) return call.terminal.write("\n");
  return {};
}

std::string entry_text(const CatalogEntry& entry,
                       const std::vector<std::string>& hosts) {
  std::string text = fmt::format(
      "name     {}\nscope    {}\nstore    {}\nversion  {}\nstate    {}\n"
      "updated  {}\n",
      to_string(entry.ref), to_string(entry.scope), entry.store, entry.version,
      to_string(entry.state), to_string(entry.updated));
  if (!hosts.empty()) {
    text += fmt::format("hosts    {}\n", fmt::join(hosts, ", "));
  }
  return text;
}

Result<std::vector<ImportItem>> read_items(const Call& call) {
  const std::string& operand = call.options.operands.front();
  const auto& group = call.options.group;
  if (group && !is_name(*group)) {
    return fail(ErrorCode::kUsage, "\"--group\" needs the name of a group",
                std::string(kNameRule));
  }
  const bool named_dotenv =
      operand == ".env" || std::filesystem::path(operand).extension() == ".env";
  if (!group && named_dotenv) {
    return fail(ErrorCode::kUsage,
                fmt::format("\"{}\" has keys and no group", operand),
                "name their group with --group; JSON goes under another name");
  }
  SOTTO_ASSIGN_OR_RETURN(const WipedBuffer text,
                         operand == "-"
                             ? read_secret_text(call.terminal.in(), "-")
                             : read_secret_text_file(operand));
  return group ? parse_import_dotenv(text.expose(), operand, *group)
               : parse_import_json(text.expose(), operand);
}

}  // namespace

Result<int> run_secret_set(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const SecretRef ref,
                         parse_secret_ref(call.options.operands.front()));
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const WriteTarget target,
                         write_target(engine.config()));
  // Before anybody types a value that would be refused.
  SOTTO_RETURN_IF_ERROR(check_key(engine.config().groups, ref));
  SOTTO_ASSIGN_OR_RETURN(SecretManager* const manager,
                         open_manager(call, engine));
  SOTTO_ASSIGN_OR_RETURN(SecretString value, new_value(call, ref));
  SOTTO_ASSIGN_OR_RETURN(
      const Version version,
      manager->set(target, ref, std::move(value), call.options.if_version));
  return tell_written(call, target.scope, ref, version, "set");
}

Result<int> run_secret_get(const Call& call) {
  if (call.options.reveal && call.options.json) {
    return fail(ErrorCode::kUsage,
                "\"--reveal\" and \"--json\" exclude each "
                "other",
                "--reveal prints the value and nothing else");
  }
  SOTTO_ASSIGN_OR_RETURN(const SecretRef ref,
                         parse_secret_ref(call.options.operands.front()));
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  const Scope& scope = engine.config().scope;
  if (call.options.reveal) {
    SOTTO_ASSIGN_OR_RETURN(const FetchedSecret secret, engine.read(scope, ref));
    SOTTO_RETURN_IF_ERROR(show_value(call, secret));
    return 0;
  }
  SOTTO_ASSIGN_OR_RETURN(const CatalogEntry entry, engine.describe(scope, ref));
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  SOTTO_ASSIGN_OR_RETURN(const auto bindings, catalog->host_bindings(scope));
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json
          ? secrets_json({&entry, 1}, bindings)
          : entry_text(entry, hosts_in(bindings, scope, ref.group))));
  return 0;
}

namespace {

// What documents need is not deleted unasked.
Result<void> require_unused(const Call& call, Engine& engine,
                            const SecretRef& ref) {
  if (call.options.force) return {};
  SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, engine.catalog());
  SOTTO_ASSIGN_OR_RETURN(const auto documents,
                         catalog->uses_of(ref.group, ref.key));
  if (documents.empty()) return {};
  const auto entry = engine.describe(engine.config().scope, ref);
  const bool is_there = entry ? entry->state != SecretState::kDeleted
                              : entry.error().code != ErrorCode::kMissing;
  if (!is_there) return {};  // The manager has the words for it.
  const Error error{
      ErrorCode::kUsage,
      fmt::format(
          "secret \"{}\" is needed: {} to it", to_string(ref),
          documents.size() == 1
              ? "1 indexed document refers"
              : fmt::format("{} indexed documents refer", documents.size())),
      fmt::format("see which with: sotto refs --of {}; to delete it all the "
                  "same: --force",
                  to_string(ref))};
  if (!call.terminal.in_is_terminal() || !call.terminal.err_is_terminal()) {
    return tl::unexpected<Error>(error);
  }
  call.terminal.warn(error.message, error.hint);
  if (call.terminal.confirm("delete it?")) return {};
  return fail(ErrorCode::kCancelled, "nothing was deleted");
}

}  // namespace

Result<int> run_secret_delete(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const SecretRef ref,
                         parse_secret_ref(call.options.operands.front()));
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  const Scope& scope = engine.config().scope;
  SOTTO_ASSIGN_OR_RETURN(SecretManager* const manager,
                         open_manager(call, engine));
  SOTTO_RETURN_IF_ERROR(require_unused(call, engine, ref));
  SOTTO_ASSIGN_OR_RETURN(const Version version,
                         manager->remove(scope, ref, call.options.if_version));
  return tell_written(call, scope, ref, version, "deleted");
}

Result<int> run_secret_restore(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(const SecretRef ref,
                         parse_secret_ref(call.options.operands.front()));
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  const Scope& scope = engine.config().scope;
  SOTTO_ASSIGN_OR_RETURN(SecretManager* const manager,
                         open_manager(call, engine));
  SOTTO_ASSIGN_OR_RETURN(const Version version,
                         manager->restore(scope, ref, call.options.version,
                                          call.options.if_version));
  return tell_written(call, scope, ref, version, "restored");
}

Result<int> run_secret_import(const Call& call) {
  SOTTO_ASSIGN_OR_RETURN(Engine engine, open_engine(call));
  SOTTO_ASSIGN_OR_RETURN(const WriteTarget target,
                         write_target(engine.config()));
  SOTTO_ASSIGN_OR_RETURN(SecretManager* const manager,
                         open_manager(call, engine));
  SOTTO_ASSIGN_OR_RETURN(std::vector<ImportItem> items, read_items(call));
  std::set<std::string> groups;
  for (const ImportItem& item : items) groups.insert(item.ref.group);
  SOTTO_ASSIGN_OR_RETURN(const std::size_t count,
                         manager->import(target, std::move(items)));
  SOTTO_RETURN_IF_ERROR(call.terminal.write(
      call.options.json
          ? imported_json(target.scope, count, groups.size())
          : fmt::format("imported {} of {} into {}\n", counted(count, "secret"),
                        counted(groups.size(), "group"),
                        to_string(target.scope))));
  return 0;
}

}  // namespace sotto::tool
