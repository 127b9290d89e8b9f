// SPDX-License-Identifier: Apache-2.0

#include <sotto/render/render.h>
#include <sotto/resolver/resolver.h>
#include <sotto/store/memory_store.h>

#include <cstdio>

#include "base/result.h"

int main() {
  const Result mine;
  const sotto::Result<sotto::SecretRef> theirs =
      sotto::parse_secret_ref("github.TOKEN");
  if (!theirs) return 1;
  std::printf("%s\n", to_string(*theirs).c_str());
  return mine.exit_status;
}
