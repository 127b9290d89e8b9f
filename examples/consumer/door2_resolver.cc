// SPDX-License-Identifier: Apache-2.0
//
// Door 2: names are looked up in a catalog, values come from a store: here the
// one in memory, in its place any class that implements sotto::Store.

#include <sotto/render/render.h>
#include <sotto/resolver/resolver.h>
#include <sotto/resolver/secret_manager.h>
#include <sotto/store/memory_store.h>

#include <cstdio>
#include <utility>

int main() {
  sotto::MemoryStore store("memory");
  sotto::StoreSet stores;
  stores.add(store);
  auto catalog = sotto::Catalog::in_memory();
  auto scope = sotto::Scope::parse("org/acme");
  auto token = sotto::SecretString::copy_of("an example");
  if (!catalog || !scope || !token) return 3;

  sotto::SecretManager secrets(*catalog, stores);
  if (!secrets.set({*scope, "memory"}, {"github", "TOKEN"}, std::move(*token),
                   std::nullopt)) {
    return 3;
  }

  const sotto::Template parsed =
      sotto::parse_template(R"(["<< SECRETS.github.TOKEN >>"])");
  const sotto::Resolver resolver(*catalog, stores);
  auto resolution = resolver.resolve(parsed, {*scope});
  if (!resolution) return 3;

  sotto::WipedBuffer out;
  if (!render(parsed, resolution->bindings, out).ok()) return 1;
  std::fwrite(out.expose().data(), 1, out.size(), stdout);
}
