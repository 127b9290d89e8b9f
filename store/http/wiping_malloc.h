// SPDX-License-Identifier: Apache-2.0
//
// malloc() and its like for other people's libraries whose buffers see
// credentials and values: what is given back is wiped first. Internal to
// store/.

#ifndef SOTTO_STORE_HTTP_WIPING_MALLOC_H_
#define SOTTO_STORE_HTTP_WIPING_MALLOC_H_

#include <cstddef>

namespace sotto::wiping {

// What they hand out is malloc()'s own, so that a library which mixes up the
// two ways of giving it back does no harm. realloc() never grows in place.
void* allocate(std::size_t size) noexcept;
void* allocate_zeroed(std::size_t count, std::size_t size) noexcept;
void* reallocate(void* piece, std::size_t size) noexcept;
char* duplicate(const char* text) noexcept;
void release(void* piece) noexcept;

}  // namespace sotto::wiping

#endif  // SOTTO_STORE_HTTP_WIPING_MALLOC_H_
