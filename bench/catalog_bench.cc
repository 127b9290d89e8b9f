// SPDX-License-Identifier: Apache-2.0
//
// One catalog query for 1, 100 and 1,000 references, in an index of 10,000 and
// of 1,000,000 names.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/benchmarks.h"
#include "bench/generate.h"
#include "store/catalog.h"

namespace sotto::bench {
namespace {

// A catalog file of so many names, gone at the end of the program.
class CatalogFile {
 public:
  explicit CatalogFile(std::size_t rows) : names_(generate_names(rows)) {
    std::string pattern =
        std::filesystem::temp_directory_path() / "sottoXXXXXX";
    if (!mkdtemp(pattern.data())) std::abort();
    folder_ = pattern;
    auto catalog = Catalog::open(folder_ / "catalog.db", {.create = true});
    if (!catalog) std::abort();
    std::vector<CatalogEntry> entries;
    std::sort(names_.begin(), names_.end());
    for (const SecretRef& ref : names_) {
      CatalogEntry& entry = entries.emplace_back();
      entry.ref = ref;
      entry.store = "local";
      entry.version = 1;
    }
    if (!catalog->replace("local", entries)) std::abort();
    catalog_ = std::make_unique<Catalog>(std::move(*catalog));
  }
  ~CatalogFile() {
    catalog_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  CatalogFile(const CatalogFile&) = delete;
  CatalogFile& operator=(const CatalogFile&) = delete;

  const Catalog& catalog() const { return *catalog_; }

  // Sorted and unique, spread over the whole.
  std::vector<SecretRef> sample(std::size_t count, Random& random) const {
    std::vector<SecretRef> refs;
    while (refs.size() < count) {
      refs.push_back(names_[random.below(names_.size())]);
      if (refs.size() < count) continue;
      std::sort(refs.begin(), refs.end());
      refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
    }
    return refs;
  }

 private:
  std::vector<SecretRef> names_;
  std::filesystem::path folder_;
  std::unique_ptr<Catalog> catalog_;
};

void add_lookup(const std::shared_ptr<CatalogFile>& file,
                const std::string& workload, std::size_t count) {
  // Other names in each round: one name asked for again and again would be
  // found in every cache.
  auto samples = std::make_shared<std::vector<std::vector<SecretRef>>>();
  Random random(count);
  for (int i = 0; i < 64; ++i) samples->push_back(file->sample(count, random));
  const std::string name = fmt::format("catalog/{}", workload);
  auto run = [file, samples, count](benchmark::State& state) {
    const std::array scopes{Scope::platform()};
    std::size_t round = 0;
    for (auto _ : state) {
      const auto found =
          file->catalog().find((*samples)[round++ % samples->size()], scopes);
      if (!found || !std::all_of(found->begin(), found->end(),
                                 [](const auto& entry) { return entry; })) {
        state.SkipWithError("a name was not found");
        return;
      }
    }
    state.SetItemsProcessed(state.iterations() *
                            static_cast<std::int64_t>(count));
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime();
}

}  // namespace

void add_catalog_benchmarks() {
  for (const std::size_t rows : {10'000u, 1'000'000u}) {
    const auto file = std::make_shared<CatalogFile>(rows);
    for (const std::size_t count : {1u, 100u, 1'000u}) {
      add_lookup(file, fmt::format("{} of {}", count, rows), count);
    }
  }
}

}  // namespace sotto::bench
