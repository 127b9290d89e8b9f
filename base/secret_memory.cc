// SPDX-License-Identifier: Apache-2.0
//
// Regions come from mmap with a guard page on either side. The shared ones are
// carved into pieces of some forty sizes; a piece that comes back is wiped and
// waits in the free list of its size. What is larger than the largest size gets
// a region of its own, which goes back to the kernel with it.

#include "base/secret_memory.h"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <limits>
#include <mutex>
#include <new>
#include <string>

#include "base/guarded.h"

#if defined(__SANITIZE_ADDRESS__)
#define SOTTO_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SOTTO_POISON 1
#endif
#endif
#ifdef SOTTO_POISON
#include <sanitizer/asan_interface.h>
#endif

namespace sotto {
namespace {

// Sizes: multiples of 16 up to 128, then four steps to each doubling.
constexpr std::size_t kStep = 16;
constexpr std::size_t kFineSizes = 8;
constexpr std::size_t kFineLimit = kStep * kFineSizes;
constexpr std::size_t kLargestPiece = 16u << 10;
constexpr std::size_t kSizes =
    kFineSizes + 4 * std::countr_zero(kLargestPiece / kFineLimit);

// The first region is small, so that little of a tight limit is taken; later
// ones double. Their pages are locked as they are first touched: what a short
// run does not use costs it nothing.
constexpr std::size_t kFirstRegion = 128u << 10;
constexpr std::size_t kLargestRegion = 1u << 20;

// Stands at the beginning of a region, shared or of its own.
struct alignas(64) RegionHeader {
  RegionHeader* next = nullptr;  // Of the shared regions.
  std::size_t size = 0;          // Of the region, this header included.
  bool locked = false;
};

struct FreePiece {
  FreePiece* next;
};

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

// Zero if the sum does not fit.
std::size_t round_up_to_pages(std::size_t size) {
  const std::size_t mask = page_size() - 1;
  if (size > std::numeric_limits<std::size_t>::max() - mask) return 0;
  return (size + mask) & ~mask;
}

// Which free list serves `size`, for sizes up to kLargestPiece.
std::size_t size_index(std::size_t size) {
  if (size <= kFineLimit) return (size - 1) / kStep;
  const auto doubling = static_cast<std::size_t>(std::bit_width(size - 1)) - 1;
  const std::size_t quarter = ((size - 1) >> (doubling - 2)) & 3;
  const auto first = static_cast<std::size_t>(std::countr_zero(kFineLimit));
  return kFineSizes + 4 * (doubling - first) + quarter;
}

std::size_t size_of_index(std::size_t index) {
  if (index < kFineSizes) return (index + 1) * kStep;
  const std::size_t coarse = index - kFineSizes;
  return (kFineLimit << (coarse / 4)) / 4 * (5 + coarse % 4);
}

void poison([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t size) {
#ifdef SOTTO_POISON
  ASAN_POISON_MEMORY_REGION(begin, size);
#endif
}

void unpoison([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t size) {
#ifdef SOTTO_POISON
  ASAN_UNPOISON_MEMORY_REGION(begin, size);
#endif
}

// Everything below happens under the mutex. Trivially destructible: values may
// live as long as the process does.
class Arena {
 public:
  void* take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    void* const piece =
        size > kLargestPiece ? take_own(size) : take_shared(size);
    if (piece != nullptr && !status_.all_locked()) {
      status_.ever_unlocked = true;
    }
    return piece;
  }

  void give_back(void* piece, std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (size > kLargestPiece) {
      give_back_own(piece);
    } else {
      give_back_shared(piece, size_index(size));
    }
  }

  SecretMemoryStatus status() {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  // Locks what is not locked yet (the limit may have been raised). False,
  // and nothing is required, if that cannot be done.
  bool require_locked() {
    const std::lock_guard lock(mutex_);
    if (regions_ == nullptr && !add_shared_region()) return false;
    for (RegionHeader* region = regions_; region; region = region->next) {
      if (!region->locked && lock_region(*region)) {
        status_.locked += region->size;
      }
    }
    required_ = status_.all_locked();
    return required_;
  }

 private:
  static bool lock_region(RegionHeader& region) {
    region.locked = ::mlock2(&region, region.size, MLOCK_ONFAULT) == 0;
    return region.locked;
  }

  // Null without memory, or without locked memory where that is required.
  RegionHeader* make_region(std::size_t size) {
    const std::size_t guard = page_size();
    void* const mapping = ::mmap(nullptr, size + 2 * guard, PROT_NONE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) return nullptr;
    void* const begin = static_cast<char*>(mapping) + guard;
    if (::mprotect(begin, size, PROT_READ | PROT_WRITE) != 0) {
      ::munmap(mapping, size + 2 * guard);
      return nullptr;
    }
    ::madvise(begin, size, MADV_DONTDUMP);
    auto* const region = new (begin) RegionHeader;
    region->size = size;
    if (!lock_region(*region) && required_) {
      ::munmap(mapping, size + 2 * guard);
      return nullptr;
    }
    status_.capacity += size;
    if (region->locked) status_.locked += size;
    return region;
  }

  void* take_own(std::size_t size) {
    const std::size_t usable = secret_memory::usable_size(size);
    if (usable == 0) return nullptr;
    RegionHeader* const region = make_region(usable + sizeof(RegionHeader));
    if (region == nullptr) return nullptr;
    status_.used += usable;
    return region + 1;
  }

  void give_back_own(void* piece) {
    RegionHeader* const region = static_cast<RegionHeader*>(piece) - 1;
    const std::size_t size = region->size;
    status_.used -= size - sizeof(RegionHeader);
    status_.capacity -= size;
    if (region->locked) status_.locked -= size;
    const std::size_t guard = page_size();
    ::munmap(reinterpret_cast<char*>(region) - guard, size + 2 * guard);
  }

  bool add_shared_region() {
    RegionHeader* const region = make_region(next_region_);
    if (region == nullptr) return false;
    region->next = regions_;
    regions_ = region;
    // What is left of the region before is given to the free lists, so that
    // growing loses nothing.
    while (const std::size_t rest = static_cast<std::size_t>(end_ - fresh_)) {
      std::size_t index = size_index(std::min(rest, kLargestPiece));
      if (size_of_index(index) > rest) --index;
      push(index, fresh_);
      fresh_ += size_of_index(index);
    }
    fresh_ = reinterpret_cast<char*>(region + 1);
    end_ = reinterpret_cast<char*>(region) + region->size;
    poison(fresh_, static_cast<std::size_t>(end_ - fresh_));
    next_region_ = std::min(next_region_ * 2, kLargestRegion);
    return true;
  }

  void* take_shared(std::size_t size) {
    const std::size_t index = size_index(size);
    const std::size_t usable = size_of_index(index);
    void* piece = pop(index);
    if (piece == nullptr) {
      if (usable > static_cast<std::size_t>(end_ - fresh_) &&
          !add_shared_region()) {
        return nullptr;
      }
      piece = fresh_;
      fresh_ += usable;
      unpoison(piece, usable);
    }
    status_.used += usable;
    return piece;
  }

  void give_back_shared(void* piece, std::size_t index) {
    status_.used -= size_of_index(index);
    push(index, piece);
  }

  void push(std::size_t index, void* piece) {
    unpoison(piece, sizeof(FreePiece));
    free_[index] = new (piece) FreePiece{free_[index]};
    poison(piece, size_of_index(index));
  }

  void* pop(std::size_t index) {
    FreePiece* const piece = free_[index];
    if (piece == nullptr) return nullptr;
    unpoison(piece, size_of_index(index));
    free_[index] = piece->next;
    return piece;
  }

  std::mutex mutex_;
  SecretMemoryStatus status_;
  bool required_ = false;
  RegionHeader* regions_ = nullptr;  // Shared, never given back.
  char* fresh_ = nullptr;            // The newest shared region's rest.
  char* end_ = nullptr;
  std::size_t next_region_ = kFirstRegion;
  std::array<FreePiece*, kSizes> free_{};
};

constinit Arena arena;

std::string lock_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 ||
      limit.rlim_cur == RLIM_INFINITY) {
    return "the kernel refuses";
  }
  return fmt::format("the limit is {} KiB", limit.rlim_cur / 1024);
}

}  // namespace

SecretMemoryStatus secret_memory_status() { return arena.status(); }

Result<void> require_locked_memory() {
  return guarded([&]() -> Result<void> {
    if (arena.require_locked()) return {};
    return fail(
        ErrorCode::kNoMemory,
        fmt::format("memory for secrets cannot be locked: {}", lock_limit()),
        "raise the limit of locked memory (ulimit -l)");
  });
}

namespace secret_memory {

void* allocate(std::size_t size) noexcept {
  assert(size > 0);
  return arena.take(size);
}

void release(void* piece, std::size_t size) noexcept {
  if (piece == nullptr) return;
  sodium_memzero(piece, usable_size(size));
  arena.give_back(piece, size);
}

std::size_t usable_size(std::size_t size) noexcept {
  if (size <= kLargestPiece) return size_of_index(size_index(size));
  if (size > std::numeric_limits<std::size_t>::max() / 2) return 0;
  return round_up_to_pages(size + sizeof(RegionHeader)) - sizeof(RegionHeader);
}

}  // namespace secret_memory

}  // namespace sotto
