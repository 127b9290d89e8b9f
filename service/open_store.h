// SPDX-License-Identifier: Apache-2.0
//
// A store as the configuration has it, opened. Internal to service/.

#ifndef SOTTO_SERVICE_OPEN_STORE_H_
#define SOTTO_SERVICE_OPEN_STORE_H_

#include <memory>

#include "base/result.h"
#include "service/config.h"
#include "service/engine.h"
#include "store/store.h"

namespace sotto {

// `store` is one of `config`, and `options` those of the engine: both must live
// as long as what comes out. A store elsewhere is not connected to yet, and is
// behind its cache. Fails as LocalStore::open() and VaultStore::open() do, and
// with kWrongKey where nobody can be asked for a passphrase.
Result<std::unique_ptr<VersionedStore>> open_store(
    const Config& config, const StoreConfig& store,
    const EngineOptions& options);

// Is it there, and of a kind that can be opened? For a local store that would
// ask for a passphrase, which is not worth it for that.
Result<void> check_unopened(const StoreConfig& store);
bool would_ask(const Config& config, const StoreConfig& store);

}  // namespace sotto

#endif  // SOTTO_SERVICE_OPEN_STORE_H_
