// SPDX-License-Identifier: Apache-2.0
//
// Door 3: everything, from a configuration file.
//
//   auto engine = Engine::open(*load_config({}));
//   const Template flow = parse_template(bytes);
//   WipedBuffer out;
//   const auto rendered = engine->render(flow, out);
//   if (!rendered) ...                 // the world failed: rendered.error()
//   if (!rendered->report.ok()) ...    // the document did: every place, why

#ifndef SOTTO_SERVICE_ENGINE_H_
#define SOTTO_SERVICE_ENGINE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_string.h"
#include "base/wiped_buffer.h"
#include "grammar/template.h"
#include "render/render.h"
#include "resolver/lint.h"
#include "resolver/plan.h"
#include "resolver/resolver.h"
#include "resolver/scope_look.h"
#include "resolver/secret_manager.h"
#include "resolver/store_inquiry.h"
#include "service/config.h"
#include "store/catalog.h"
#include "store/store.h"

namespace sotto {

struct EngineOptions {
  // Asked for the passphrase of a store when it is to be opened, if the
  // configuration names no file that holds it. None: it cannot be opened.
  std::function<Result<SecretString>(std::string_view store)> passphrase;
  // Asked for the password of a user of a store. None: a file must hold it.
  std::function<Result<SecretString>(std::string_view store,
                                     std::string_view user)>
      password;
  // By name, what harden_process() took out of the environment, of
  // credential_variables(). What is not here is looked for there.
  std::shared_ptr<const std::map<std::string, SecretString, std::less<>>>
      credentials;
  RenderLimits render_limits;
};

// What a render came to.
struct RenderResult {
  RenderReport report;
  // Development mode: what came from where, a sentence each.
  std::vector<std::string> notes;
  // Did a store refuse or fail to answer (and not merely lack a name)?
  bool store_trouble = false;
  ResolutionCost cost;
};

// How a store is, for whoever has to mend it.
struct NamedHealth {
  std::string store;
  std::string_view type;  // As in the configuration.
  StoreHealth health;
};

// Thread-safe. Opens the catalog and each store when it is first needed: a
// document without references opens nothing. Where the configuration has
// strict_memory, whatever handles a value fails with kNoMemory, as
// require_locked_memory() does, if memory cannot be locked.
class Engine {
 public:
  // Opens and reads nothing yet. Fails with kNoMemory alone.
  static Result<Engine> open(Config config, EngineOptions options = {});

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  const Config& config() const;
  const RenderLimits& render_limits() const;

  // Resolves what `parsed` needs and appends the rendered document to `out`;
  // all or nothing. Fails with kInvalidConfig where no store is configured,
  // as Catalog and the opening of a
  // store that is asked do, and in development mode as Overrides::load(); what
  // is wrong in the document, or missing for it, is in the report.
  Result<RenderResult> render(const Template& parsed, WipedBuffer& out);

  // The two halves of it, for those who need what lies between. A plan has
  // the batches of the first round; planned_uses() tells what it means.
  Result<Plan> plan(const Template& parsed);
  // One plan for all that are ok(), and why each reference means what it does.
  Result<Plan> plan(std::span<const Template* const> templates);
  Result<std::vector<std::vector<ScopeLook>>> scopes_of(const Plan& plan);
  Result<Resolution> resolve(const Template& parsed);

  // For many documents, or one that is rendered by other means: one resolution
  // for all that are ok(), and what a render with it, `report`, comes to. Where
  // values came from in development mode is added to `notes`, and not to the
  // result.
  Result<Resolution> resolve(std::span<const Template* const> templates,
                             std::vector<std::string>& notes);
  Result<RenderResult> explain(const Template& parsed, const Bindings& bindings,
                               RenderReport report);

  // What the catalog knows of one secret of one scope. Fails with kMissing.
  Result<CatalogEntry> describe(const Scope& scope, const SecretRef& ref);
  // Its value, as its store has it.
  Result<FetchedSecret> read(const Scope& scope, const SecretRef& ref);

  // What lint() has to know of the names in these documents. Opens no store.
  // Fails as catalog() and Catalog::find() do.
  Result<LintFacts> lint_facts(std::span<const Template* const> templates);
  // The same, and what the stores alone know: opens those that it asks. The
  // inquiry, which borrows the engine, is for any number of them.
  Result<LintFacts> lint_facts(std::span<const Template* const> templates,
                               StoreInquiry& inquiry);
  StoreInquiry inquiry() const;

  // As Catalog::index(), in a catalog that is there.
  Result<void> index(std::span<const DocumentUses> documents,
                     std::span<const std::string> gone);

  // The catalog, for reading.
  Result<const Catalog*> catalog();
  // The writer. The first call opens the catalog for writing and finishes
  // what a crash may have left between a store and the catalog; what cannot
  // be finished yet is told by SecretManager::unfinished().
  Result<SecretManager*> manager();
  // Rebuilds the catalog from the stores, making it if it is not there. Also
  // records writes that a crash cut short and that cannot be recorded by
  // themselves.
  Result<SyncReport> sync();
  // Checks the catalog and each store. Reads no value.
  Result<void> verify();
  // Asks all stores side by side how they are, within 2 s; sorted by name.
  // Reads no value, asks for no passphrase. Fails with kInvalidConfig where no
  // store is configured.
  Result<std::vector<NamedHealth>> health();

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_ENGINE_H_
