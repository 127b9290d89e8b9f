// SPDX-License-Identifier: Apache-2.0
//
// The beginnings of several vectors in the object that has them: a small
// document needs no memory for each.

#ifndef SOTTO_GRAMMAR_FIRST_ROOM_H_
#define SOTTO_GRAMMAR_FIRST_ROOM_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace sotto {

// A little memory that is given away once. Stays where it is.
class FirstRoom {
 public:
  FirstRoom() = default;
  FirstRoom(const FirstRoom&) = delete;
  FirstRoom& operator=(const FirstRoom&) = delete;

  // Null if there is not so much left.
  void* take(std::size_t size) noexcept {
    const std::size_t rounded = (size + kUnit - 1) / kUnit * kUnit;
    if (size > kSize || rounded > kSize - used_) return nullptr;
    void* const taken = bytes_ + used_;
    used_ += rounded;
    return taken;
  }
  bool owns(const void* place) const noexcept {
    const std::less<const void*> before;
    return !before(place, bytes_) && before(place, bytes_ + kSize);
  }

 private:
  static constexpr std::size_t kSize = 512;
  static constexpr std::size_t kUnit = alignof(std::max_align_t);

  alignas(kUnit) std::byte bytes_[kSize];  // Not set: it is not read.
  std::size_t used_ = 0;
};

// Takes from a room what it has, then from the heap.
template <typename T>
class FirstRoomAllocator {
 public:
  using value_type = T;

  // Borrows the room.
  explicit FirstRoomAllocator(FirstRoom& room) noexcept : room_(&room) {}
  template <typename U>
  FirstRoomAllocator(const FirstRoomAllocator<U>& other) noexcept
      : room_(other.room()) {}

  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    if (void* const taken = room_->take(count * sizeof(T))) {
      return static_cast<T*>(taken);
    }
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* items, std::size_t count) noexcept {
    if (!room_->owns(items)) std::allocator<T>().deallocate(items, count);
  }

  FirstRoom* room() const noexcept { return room_; }
  bool operator==(const FirstRoomAllocator& other) const noexcept {
    return room_ == other.room_;
  }

 private:
  FirstRoom* room_;
};

// A vector whose items are in a room as long as there are few.
template <typename T>
using FirstRoomVector = std::vector<T, FirstRoomAllocator<T>>;

}  // namespace sotto

#endif  // SOTTO_GRAMMAR_FIRST_ROOM_H_
