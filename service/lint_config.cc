// SPDX-License-Identifier: Apache-2.0

#include "service/lint_config.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/guarded.h"
#include "service/find_documents.h"
#include "service/input_file.h"
#include "service/normal_path.h"
#include "service/path_pattern.h"

namespace sotto {
namespace {

using Patterns = std::vector<PathPattern>;

Patterns compiled(const std::vector<std::string>& texts) {
  Patterns patterns;
  for (const std::string& text : texts) patterns.emplace_back(text);
  return patterns;
}

struct PathLevels {
  PathPattern pattern;
  LintTable::Levels levels;
};

// From the shortest pattern to the longest: where several fit, what is said of
// less wins.
std::vector<PathLevels> compiled(
    const std::map<std::string, LintTable::Levels>& paths) {
  std::vector<const std::pair<const std::string, LintTable::Levels>*> order;
  for (const auto& path : paths) order.push_back(&path);
  std::ranges::sort(order, {}, [](const auto* path) {
    return std::pair<std::size_t, const std::string&>(path->first.size(),
                                                      path->first);
  });
  std::vector<PathLevels> result;
  for (const auto* path : order) {
    result.push_back({PathPattern(path->first), path->second});
  }
  return result;
}

void lay_over(LintTable::Levels& levels, const LintTable::Levels& others) {
  for (const auto& [rule, level] : others) levels[rule] = level;
}

void lay_over(std::vector<std::string>& names,
              const std::optional<std::vector<std::string>>& others) {
  if (others) names = *others;
}

// A file's "lint", over that of the one around it.
struct Layer {
  std::string folder;  // With a '/' at its end.
  LintTable table;
  std::optional<Patterns> include;
  Patterns exclude;
  std::vector<PathLevels> paths;
  std::shared_ptr<const Layer> outer;
  // Of a file for which no path says anything else.
  std::shared_ptr<const LintSettings> settings;
  bool has_paths = false;  // Here or in an outer one.

  // None: it lies elsewhere.
  std::optional<std::string_view> relative(std::string_view path) const {
    if (!path.starts_with(folder)) return std::nullopt;
    return path.substr(folder.size());
  }
};
using LayerPtr = std::shared_ptr<const Layer>;

std::shared_ptr<Layer> make_layer(std::string folder, LintTable table,
                                  LayerPtr outer) {
  auto layer = std::make_shared<Layer>();
  layer->folder = std::move(folder);
  if (table.include) layer->include = compiled(*table.include);
  layer->exclude = compiled(table.exclude);
  layer->paths = compiled(table.paths);
  layer->has_paths =
      !layer->paths.empty() || (outer != nullptr && outer->has_paths);
  layer->table = std::move(table);
  layer->outer = std::move(outer);
  return layer;
}

// From the outermost on.
std::vector<const Layer*> chain_of(const Layer* layer) {
  std::vector<const Layer*> chain;
  for (; layer != nullptr; layer = layer->outer.get()) chain.push_back(layer);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace

Result<Config> rules_alone(const ConfigOptions& options) {
  return guarded([&]() -> Result<Config> {
    Config config;
    config.file = options.file;
    if (config.file.empty()) {
      std::error_code error;
      const auto folder = options.folder.empty()
                              ? std::filesystem::current_path(error)
                              : options.folder;
      SOTTO_ASSIGN_OR_RETURN(config.file, find_config(folder));
    }
    if (!config.file.empty()) {
      SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                             read_input_file(config.file, kMaxConfigBytes));
      SOTTO_ASSIGN_OR_RETURN(Config read,
                             parse_config(config.file, input.bytes));
      config.scope = std::move(read.scope);
      config.lint = std::move(read.lint);
      config.groups = std::move(read.groups);
    }
    if (options.scope) {
      SOTTO_ASSIGN_OR_RETURN(config.scope, Scope::parse(*options.scope));
    }
    return config;
  });
}

struct LintConfig::Impl {
  Config config;
  LintFlags flags;
  Patterns include;  // Of the flags.
  std::string here;  // With a '/' at its end.
  LayerPtr main;
  std::map<std::string, LayerPtr> layers;  // By folder.
  std::vector<Error> errors;

  LintSettings settings_in(const Layer& layer, std::string_view file) const;
  std::shared_ptr<Layer> with_settings(std::shared_ptr<Layer> layer) const;
  LayerPtr layer_of(const std::string& folder);
  LayerPtr read_layer(const std::string& folder, const LayerPtr& outer);
  bool is_included(const std::string& file);
  bool is_excluded(const std::string& path, bool is_folder);
};

LintSettings LintConfig::Impl::settings_in(const Layer& layer,
                                           std::string_view file) const {
  LintSettings settings;
  settings.groups = config.groups;
  settings.max_per_rule = flags.max_per_rule;
  for (const Layer* const each : chain_of(&layer)) {
    const LintTable& table = each->table;
    lay_over(settings.nodes.type_members, table.type_members);
    lay_over(settings.nodes.url_members, table.url_members);
    lay_over(settings.nodes.log_types, table.log_types);
    lay_over(settings.nodes.log_members, table.log_members);
    lay_over(settings.levels, table.rules);
    const auto path = each->relative(file);
    for (const PathLevels& said : each->paths) {
      if (path && said.pattern.covers(*path)) {
        lay_over(settings.levels, said.levels);
      }
    }
  }
  lay_over(settings.levels, flags.rules);
  return settings;
}

std::shared_ptr<Layer> LintConfig::Impl::with_settings(
    std::shared_ptr<Layer> layer) const {
  layer->settings =
      std::make_shared<const LintSettings>(settings_in(*layer, ""));
  return layer;
}

// `folder` ends with a '/'.
LayerPtr LintConfig::Impl::layer_of(const std::string& folder) {
  if (!folder.starts_with(main->folder) || folder == main->folder) return main;
  const auto known = layers.find(folder);
  if (known != layers.end()) return known->second;
  const std::string_view above =
      folder_part(std::string_view(folder).substr(0, folder.size() - 1));
  LayerPtr layer = read_layer(folder, layer_of(std::string(above)));
  layers.emplace(folder, layer);
  return layer;
}

// What its "lint" says needs no trust: it can neither name a store nor a key.
LayerPtr LintConfig::Impl::read_layer(const std::string& folder,
                                      const LayerPtr& outer) {
  const std::string file = fmt::format("{}{}", folder, kConfigName);
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return outer;
  const auto read = [&]() -> Result<Config> {
    SOTTO_ASSIGN_OR_RETURN(const InputFile input,
                           read_input_file(file, kMaxConfigBytes));
    return parse_config(file, input.bytes);
  }();
  if (!read) {
    errors.push_back(read.error());
    return outer;
  }
  return with_settings(make_layer(folder, read->lint, outer));
}

// By the flags, else by the nearest file that says what is.
bool LintConfig::Impl::is_included(const std::string& file) {
  static const Patterns kUsual{PathPattern("*.json"), PathPattern("*.jsonl")};
  const std::string_view folder = folder_part(file);
  const Patterns* patterns = &kUsual;
  std::string_view base = folder;
  if (!include.empty()) {
    patterns = &include;
    base = here;
  } else {
    const LayerPtr nearest = layer_of(std::string(folder));
    const Layer* layer = nearest.get();
    while (layer != nullptr && !layer->include) layer = layer->outer.get();
    if (layer != nullptr) {
      patterns = &*layer->include;
      base = layer->folder;
    }
  }
  const std::string_view path = std::string_view(file).substr(
      file.starts_with(base) ? base.size() : folder.size());
  return std::ranges::any_of(*patterns, [&](const PathPattern& pattern) {
    return pattern.covers(path);
  });
}

bool LintConfig::Impl::is_excluded(const std::string& path, bool is_folder) {
  const LayerPtr layer = layer_of(std::string(folder_part(path)));
  for (const Layer* each = layer.get(); each != nullptr;
       each = each->outer.get()) {
    const auto relative = each->relative(path);
    if (relative &&
        std::ranges::any_of(each->exclude, [&](const PathPattern& pattern) {
          return pattern.matches(*relative, is_folder);
        })) {
      return true;
    }
  }
  return false;
}

LintConfig::LintConfig(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LintConfig::LintConfig(LintConfig&&) noexcept = default;
LintConfig& LintConfig::operator=(LintConfig&&) noexcept = default;
LintConfig::~LintConfig() = default;

Result<LintConfig> LintConfig::make(Config config, LintFlags flags) {
  return guarded([&]() -> Result<LintConfig> {
    auto impl = std::make_unique<Impl>();
    SOTTO_ASSIGN_OR_RETURN(impl->here, absolute_name("./"));
    impl->config = std::move(config);
    impl->flags = std::move(flags);
    impl->include = compiled(impl->flags.include);
    std::string root = impl->here;
    if (!impl->config.file.empty()) {
      root = folder_part(impl->config.file.native());
    }
    impl->main = impl->with_settings(
        make_layer(std::move(root), impl->config.lint, nullptr));
    return LintConfig(std::move(impl));
  });
}

const Config& LintConfig::config() const { return impl_->config; }

bool LintConfig::enters(const std::string& folder) {
  return !impl_->is_excluded(folder, /*is_folder=*/true);
}

bool LintConfig::is_document(const std::string& file) const {
  const auto& others = impl_->flags.not_documents;
  return std::string_view(file).substr(folder_part(file).size()) !=
             kConfigName &&
         std::ranges::find(others, file) == others.end();
}

bool LintConfig::takes(const std::string& file) {
  return is_document(file) && impl_->is_included(file) &&
         !impl_->is_excluded(file, /*is_folder=*/false);
}

std::shared_ptr<const LintSettings> LintConfig::settings_of(
    const std::string& file) {
  const LayerPtr layer = impl_->layer_of(std::string(folder_part(file)));
  if (!layer->has_paths) return layer->settings;
  return std::make_shared<const LintSettings>(impl_->settings_in(*layer, file));
}

const std::vector<Error>& LintConfig::errors() const { return impl_->errors; }

}  // namespace sotto
