// SPDX-License-Identifier: Apache-2.0
//
// What a command line says, as plain data.

#ifndef SOTTO_TOOL_OPTIONS_H_
#define SOTTO_TOOL_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sotto::tool {

enum class Verb : std::uint8_t {
  kInit,
  kRender,
  kRefs,
  kLint,
  kValidate,
  kExplain,
  kSecretSet,
  kSecretGet,
  kSecretList,
  kSecretHistory,
  kSecretDelete,
  kSecretRestore,
  kSecretImport,
  kSecretBind,
  kCatalogSync,
  kCatalogIndex,
  kCatalogList,
  kCatalogSnapshot,
  kCatalogVerify,
  kHealth,
  kPolicyVault,
  kPolicyAzure,
  kTrust,
  kLsp,
  kVersion,
  kCompletion,
};

// One member a flag; tool/verb_table.cc says which verb has which.
struct Options {
  Verb verb = Verb::kVersion;
  bool help = false;
  std::vector<std::string> operands;

  std::optional<std::string> config;
  std::optional<std::string> scope;
  std::optional<std::string> store;
  bool json = false;
  bool strict_memory = false;

  std::optional<std::string> output;
  std::optional<std::string> out_dir;
  std::optional<std::string> format;
  bool lines = false;
  bool reveal = false;
  bool strict = false;
  bool dev = false;

  std::optional<std::string> file;
  std::optional<std::string> group;
  std::optional<std::uint64_t> fd;
  std::optional<std::uint64_t> if_version;
  std::optional<std::uint64_t> version;
  bool trim = false;
  bool all = false;
  bool deleted = false;
  bool force = false;
  std::optional<std::string> of;
  std::vector<std::string> hosts;
  std::vector<std::string> unbind;
  bool passphrase = false;
  bool remove = false;
  bool stdio = false;
  std::optional<std::string> store_type;
  bool analyze = false;
  bool write = false;
  bool sync = false;
  std::optional<std::string> vault;
  bool access_policy = false;

  std::vector<std::string> rules;
  std::vector<std::string> include;
  std::optional<std::string> catalog;
  std::optional<std::string> baseline;
  bool update_baseline = false;
  bool no_cache = false;
  bool text = false;
  bool fix = false;
  bool diff = false;
  std::optional<std::uint64_t> max_calls;
  std::optional<std::string> lock;
};

}  // namespace sotto::tool

#endif  // SOTTO_TOOL_OPTIONS_H_
