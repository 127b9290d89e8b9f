// SPDX-License-Identifier: Apache-2.0

#include "service/engine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <mutex>
#include <new>

#include "base/guarded.h"
#include "base/secret_memory.h"
#include "service/lazy_store.h"
#include "service/open_store.h"
#include "service/overrides.h"
#include "service/parallel.h"

namespace sotto {
namespace {

using Templates = std::span<const Template* const>;

std::vector<const char*> environment() {
  std::vector<const char*> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    entries.push_back(*entry);
  }
  return entries;
}

// Those that can be rendered and name a secret.
std::vector<const Template*> sound_and_asking(Templates templates) {
  std::vector<const Template*> asking;
  std::ranges::copy_if(templates, std::back_inserter(asking),
                       [](const Template* parsed) {
                         return parsed->ok() && !parsed->references().empty();
                       });
  return asking;
}

// What parsing warned of, in its place among what rendering says.
void add_warnings(std::vector<Diagnostic>& said, const Template& parsed) {
  const std::vector<Diagnostic>& warnings = parsed.diagnostics();
  std::vector<Diagnostic> merged;
  merged.reserve(said.size() + warnings.size());
  std::ranges::merge(
      said, warnings, std::back_inserter(merged), {},
      [](const Diagnostic& each) { return each.span.begin; },
      [](const Diagnostic& each) { return each.span.begin; });
  said = std::move(merged);
}

}  // namespace

struct Engine::Impl {
  Config config;
  EngineOptions options;
  std::vector<std::unique_ptr<LazyStore>> stores;
  StoreSet store_set;

  // Guards what is opened later. What is open stays where it is.
  std::mutex mutex;
  std::unique_ptr<Catalog> reader;
  std::unique_ptr<Catalog> writer;
  std::unique_ptr<SecretManager> manager;
  std::optional<Overrides> overrides;

  Caller caller() const { return {config.scope}; }

  // `store` is one of the configuration, which stays where it is.
  void add_store(const StoreConfig& store) {
    LazyStore::Parts parts;
    parts.name = store.name;
    // The local store has a single writer: what passes through Sotto.
    parts.has_complete_catalog = !store.is_remote();
    parts.open = [this, &store] { return open_store(config, store, options); };
    if (would_ask(config, store)) {
      parts.check_unopened = [&store] { return check_unopened(store); };
    }
    stores.push_back(std::make_unique<LazyStore>(std::move(parts)));
    store_set.add(*stores.back());
  }

  Result<void> require_stores() const {
    if (!stores.empty()) return {};
    if (config.file.empty()) {
      return fail(ErrorCode::kInvalidConfig,
                  "there is no sotto.json in this folder or above it",
                  "run \"sotto init\", or name one with --config");
    }
    return fail(ErrorCode::kInvalidConfig,
                fmt::format("{}: no store is configured", config.file.native()),
                "add one to \"stores\"");
  }

  // Asked before a value is handled; names may be anywhere.
  Result<void> require_memory() const {
    return config.strict_memory ? require_locked_memory() : Result<void>();
  }

  tl::unexpected<Error> no_catalog_folder() const {
    const std::string folder = config.catalog.parent_path().native();
    return fail(
        ErrorCode::kIo,
        fmt::format("folder \"{}\" of the catalog is not there", folder),
        fmt::format("restore it from a backup, or make it with: mkdir "
                    "-m 700 \"{}\"",
                    folder));
  }

  Result<Catalog> open_catalog(Catalog::Options how) const {
    auto catalog = Catalog::open(config.catalog, how);
    if (!catalog && catalog.error().code == ErrorCode::kMissing) {
      if (how.create) return no_catalog_folder();
      return fail(
          ErrorCode::kIo,
          fmt::format("there is no catalog at \"{}\"", config.catalog.native()),
          "make it with \"sotto catalog sync\"");
    }
    return catalog;
  }

  // With the lock held.
  Result<Catalog*> writing_catalog(bool create) {
    SOTTO_RETURN_IF_ERROR(require_stores());
    if (writer == nullptr) {
      SOTTO_ASSIGN_OR_RETURN(Catalog opened, open_catalog({.create = create}));
      writer = std::make_unique<Catalog>(std::move(opened));
    }
    return writer.get();
  }

  Result<Catalog*> catalog_to_write(bool create) {
    const std::scoped_lock lock(mutex);
    return writing_catalog(create);
  }

  Result<SecretManager*> writing_manager() {
    const std::scoped_lock lock(mutex);
    if (manager != nullptr) return manager.get();
    SOTTO_RETURN_IF_ERROR(require_memory());
    SOTTO_ASSIGN_OR_RETURN(Catalog* const catalog,
                           writing_catalog(/*create=*/false));
    auto opened =
        std::make_unique<SecretManager>(*catalog, store_set, config.groups);
    SOTTO_RETURN_IF_ERROR(opened->recover());
    manager = std::move(opened);
    return manager.get();
  }

  Result<const Catalog*> reading_catalog() {
    const std::scoped_lock lock(mutex);
    SOTTO_RETURN_IF_ERROR(require_stores());
    if (writer != nullptr) return writer.get();
    if (reader == nullptr) {
      SOTTO_ASSIGN_OR_RETURN(Catalog opened, open_catalog({.read_only = true}));
      reader = std::make_unique<Catalog>(std::move(opened));
    }
    return reader.get();
  }

  // A store that cannot be opened is one trouble, not one a reference. None is
  // asked for what is `given`.
  Result<Resolution> resolve_from_stores(Templates templates, Bindings given) {
    SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog, reading_catalog());
    std::deque<StoreInUse> in_use;
    StoreSet set;
    for (const auto& store : stores) set.add(in_use.emplace_back(*store));
    const Resolver resolver(*catalog, set);
    SOTTO_ASSIGN_OR_RETURN(
        Resolution resolution,
        resolver.resolve(templates, caller(), std::move(given)));
    for (const StoreInUse& store : in_use) {
      if (store.open_error()) return tl::unexpected<Error>(*store.open_error());
    }
    return resolution;
  }

  // In development mode, read when they are first needed.
  Result<const Overrides*> loaded_overrides() {
    const std::scoped_lock lock(mutex);
    if (!overrides) {
      SOTTO_ASSIGN_OR_RETURN(overrides,
                             Overrides::load(config.overrides, environment()));
    }
    return &*overrides;
  }

  Result<RenderResult> render(const Template& parsed, WipedBuffer& out);
  RenderResult explain(const Template& parsed, const Bindings& bindings,
                       RenderReport report);
  RenderResult explain_document(const Template& parsed);
  Result<Resolution> resolve(Templates templates,
                             std::vector<std::string>& notes);
  Result<Resolution> resolve_with_overrides(Templates templates,
                                            std::vector<std::string>& notes);
};

Result<Resolution> Engine::Impl::resolve(Templates templates,
                                         std::vector<std::string>& notes) {
  const bool asks = std::any_of(
      templates.begin(), templates.end(),
      [](const Template* parsed) { return !parsed->references().empty(); });
  if (!asks) return Resolution{};
  SOTTO_RETURN_IF_ERROR(require_memory());
  if (config.development) return resolve_with_overrides(templates, notes);
  return resolve_from_stores(templates, {});
}

// Overrides come before catalog and stores, and help out where those fail.
Result<Resolution> Engine::Impl::resolve_with_overrides(
    Templates templates, std::vector<std::string>& notes) {
  SOTTO_ASSIGN_OR_RETURN(const Overrides* const own, loaded_overrides());
  const std::vector<SecretRef> refs = references_of(templates);
  const std::vector<Scope> scopes = config.scope.lookup_order();
  Bindings given;
  SOTTO_ASSIGN_OR_RETURN(const std::vector<Overrides::Use> uses,
                         own->bind(refs, scopes, given));
  for (const Overrides::Use& use : uses) {
    notes.push_back(fmt::format("development: \"{}\" comes from {}",
                                to_string(use.ref), use.source));
  }
  if (uses.size() == refs.size()) return Resolution{std::move(given), {}};

  auto resolution = resolve_from_stores(templates, std::move(given));
  if (resolution || uses.empty()) return resolution;
  Bindings found;
  SOTTO_RETURN_IF_ERROR(own->bind(refs, scopes, found));
  for (const SecretRef& ref : refs) {
    if (!found.mentions(ref)) found.bind_error(ref, resolution.error());
  }
  return Resolution{std::move(found), {}};
}

Result<RenderResult> Engine::Impl::render(const Template& parsed,
                                          WipedBuffer& out) {
  if (!parsed.ok()) return explain_document(parsed);
  std::vector<std::string> notes;
  SOTTO_ASSIGN_OR_RETURN(const Resolution resolution,
                         resolve(std::array{&parsed}, notes));
  RenderResult result = explain(
      parsed, resolution.bindings,
      sotto::render(parsed, resolution.bindings, out, options.render_limits));
  result.notes = std::move(notes);
  result.cost = resolution.cost;
  return result;
}

// The catalog is asked only which groups a reference without one may mean.
RenderResult Engine::Impl::explain_document(const Template& parsed) {
  RenderResult result;
  result.report = RenderReport::of_document();
  const bool has_flat_reference =
      std::ranges::any_of(parsed.diagnostics(), [](const Diagnostic& each) {
        return each.rule == "deprecated-flat-reference";
      });
  if (!has_flat_reference) return result;
  if (const auto catalog = reading_catalog()) {
    std::vector<Diagnostic> said = parsed.diagnostics();
    add_hints(said, parsed, **catalog, caller());
    result.report = RenderReport(std::move(said));
  }
  return result;
}

RenderResult Engine::Impl::explain(const Template& parsed,
                                   const Bindings& bindings,
                                   RenderReport report) {
  if (!parsed.ok()) return explain_document(parsed);
  RenderResult result;
  result.report = std::move(report);
  if (result.report.ok() && parsed.diagnostics().empty()) return result;
  auto said = result.report.diagnostics(parsed);
  if (result.report.ok()) {
    // There was no memory for a warning, which may be all that matters.
    if (said.empty() && !result.report.clean()) throw std::bad_alloc();
    add_warnings(said, parsed);
    result.report = RenderReport(std::move(said));
    return result;
  }
  if (said.empty()) {  // There was no memory to find the places.
    result.report = RenderReport::no_memory();
    return result;
  }
  for (const SecretRef& ref : parsed.references()) {
    const Error* const error = bindings.error(ref);
    result.store_trouble =
        result.store_trouble ||
        (error != nullptr && error_info(error->code).exit_status == 3);
  }
  // Hints are a help, not a must: without a catalog there are none.
  if (const auto catalog = reading_catalog()) {
    add_hints(said, parsed, **catalog, caller());
  }
  add_warnings(said, parsed);
  result.report = RenderReport(std::move(said));
  return result;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Result<Engine> Engine::open(Config config, EngineOptions options) {
  return guarded([&]() -> Result<Engine> {
    auto impl = std::make_unique<Impl>();
    impl->config = std::move(config);
    impl->options = std::move(options);
    for (const StoreConfig& store : impl->config.stores) {
      impl->add_store(store);
    }
    return Engine(std::move(impl));
  });
}

const Config& Engine::config() const { return impl_->config; }
const RenderLimits& Engine::render_limits() const {
  return impl_->options.render_limits;
}

Result<RenderResult> Engine::render(const Template& parsed, WipedBuffer& out) {
  const std::size_t size_before = out.size();
  auto result = guarded([&] { return impl_->render(parsed, out); });
  if (!result) out.truncate(size_before);
  return result;
}

Result<Plan> Engine::plan(const Template& parsed) {
  return plan(std::array{&parsed});
}

Result<Plan> Engine::plan(std::span<const Template* const> templates) {
  return guarded([&]() -> Result<Plan> {
    const std::vector<const Template*> asking = sound_and_asking(templates);
    if (asking.empty()) return Plan{};
    SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog,
                           impl_->reading_catalog());
    return Resolver(*catalog, impl_->store_set).plan(asking, impl_->caller());
  });
}

Result<std::vector<std::vector<ScopeLook>>> Engine::scopes_of(
    const Plan& plan) {
  using Looks = std::vector<std::vector<ScopeLook>>;
  return guarded([&]() -> Result<Looks> {
    if (plan.refs.empty()) return Looks{};
    SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog,
                           impl_->reading_catalog());
    return look_at_scopes(*catalog, plan.refs, impl_->caller());
  });
}

Result<Resolution> Engine::resolve(const Template& parsed) {
  return guarded([&] {
    std::vector<std::string> notes;
    return impl_->resolve(std::array{&parsed}, notes);
  });
}

Result<Resolution> Engine::resolve(std::span<const Template* const> templates,
                                   std::vector<std::string>& notes) {
  return guarded(
      [&] { return impl_->resolve(sound_and_asking(templates), notes); });
}

Result<RenderResult> Engine::explain(const Template& parsed,
                                     const Bindings& bindings,
                                     RenderReport report) {
  return guarded([&]() -> Result<RenderResult> {
    return impl_->explain(parsed, bindings, std::move(report));
  });
}

Result<CatalogEntry> Engine::describe(const Scope& scope,
                                      const SecretRef& ref) {
  return guarded([&]() -> Result<CatalogEntry> {
    SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog,
                           impl_->reading_catalog());
    SOTTO_ASSIGN_OR_RETURN(auto entries,
                           catalog->find(std::array{ref}, std::array{scope}));
    if (entries.front()) return *std::move(entries.front());
    return fail(ErrorCode::kMissing,
                fmt::format("secret \"{}\" is not defined in {}",
                            to_string(ref), to_string(scope)),
                known_name_hint(*catalog, scope, ref));
  });
}

Result<FetchedSecret> Engine::read(const Scope& scope, const SecretRef& ref) {
  return guarded([&]() -> Result<FetchedSecret> {
    SOTTO_RETURN_IF_ERROR(impl_->require_memory());
    SOTTO_ASSIGN_OR_RETURN(const CatalogEntry entry, describe(scope, ref));
    Store* const store = impl_->store_set.find(entry.store);
    if (store == nullptr) {
      return fail(
          ErrorCode::kInvalidConfig,
          fmt::format("secret \"{}\" lives in the store \"{}\", which is "
                      "not configured",
                      to_string(ref), entry.store));
    }
    const Locator locator{scope, ref, entry.path, std::nullopt};
    auto results = store->fetch(std::array{locator});
    if (results.empty()) throw std::bad_alloc();  // As store.h says.
    return std::move(results.front());
  });
}

Result<LintFacts> Engine::lint_facts(
    std::span<const Template* const> templates) {
  return guarded([&]() -> Result<LintFacts> {
    SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog,
                           impl_->reading_catalog());
    return LintFacts::gather(templates, *catalog, impl_->store_set,
                             impl_->caller());
  });
}

Result<LintFacts> Engine::lint_facts(std::span<const Template* const> templates,
                                     StoreInquiry& inquiry) {
  return guarded([&]() -> Result<LintFacts> {
    SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog,
                           impl_->reading_catalog());
    return LintFacts::gather(templates, *catalog, impl_->store_set,
                             impl_->caller(), OtherScopes::kTold, &inquiry);
  });
}

StoreInquiry Engine::inquiry() const {
  return StoreInquiry(impl_->store_set, impl_->caller());
}

Result<const Catalog*> Engine::catalog() {
  return guarded([&] { return impl_->reading_catalog(); });
}

Result<void> Engine::index(std::span<const DocumentUses> documents,
                           std::span<const std::string> gone) {
  return guarded([&]() -> Result<void> {
    SOTTO_ASSIGN_OR_RETURN(Catalog* const catalog,
                           impl_->catalog_to_write(/*create=*/false));
    return catalog->index(documents, gone);
  });
}

Result<SecretManager*> Engine::manager() {
  return guarded([&] { return impl_->writing_manager(); });
}

Result<SyncReport> Engine::sync() {
  return guarded([&]() -> Result<SyncReport> {
    SOTTO_RETURN_IF_ERROR(impl_->require_memory());
    SOTTO_ASSIGN_OR_RETURN(Catalog* const catalog,
                           impl_->catalog_to_write(/*create=*/true));
    return SecretManager(*catalog, impl_->store_set).sync();
  });
}

Result<void> Engine::verify() {
  return guarded([&]() -> Result<void> {
    SOTTO_RETURN_IF_ERROR(impl_->require_memory());
    SOTTO_ASSIGN_OR_RETURN(const Catalog* const catalog,
                           impl_->reading_catalog());
    SOTTO_RETURN_IF_ERROR(catalog->verify());
    for (const auto& store : impl_->stores) {
      SOTTO_RETURN_IF_ERROR(store->check());
    }
    return {};
  });
}

Result<std::vector<NamedHealth>> Engine::health() {
  return guarded([&]() -> Result<std::vector<NamedHealth>> {
    SOTTO_RETURN_IF_ERROR(impl_->require_stores());
    std::vector<NamedHealth> all;
    for (const StoreConfig& store : impl_->config.stores) {
      all.push_back({store.name, store.type(), {}});
    }
    const auto ask = [&](std::size_t i) -> Result<void> {
      all[i].health = impl_->stores[i]->health();
      return {};
    };
    SOTTO_RETURN_IF_ERROR(parallel_for(all.size(), ask, all.size()));
    return all;
  });
}

}  // namespace sotto
