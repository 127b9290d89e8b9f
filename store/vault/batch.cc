// SPDX-License-Identifier: Apache-2.0

#include "store/vault/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <set>
#include <utility>

#include "store/http/retry_policy.h"
#include "store/store_errors.h"
#include "store/vault/errors.h"
#include "store/vault/groups.h"

namespace sotto {
namespace {

constexpr int kOk = 200;
constexpr int kBadRequest = 400;
constexpr int kTimeout = 408;
constexpr int kNotInitialized = 501;

Error made_anew(const BatchItem& item) {
  return {ErrorCode::kConflict,
          fmt::format("{} was purged and made anew: its version {} is not the "
                      "one that was seen",
                      store_errors::group_name(item.scope, item.group),
                      item.expected.value_or(0)),
          "run: sotto catalog sync; then look at it and repeat the change"};
}

Error outcome_unknown(const std::string& store, const BatchItem& item,
                      Version version) {
  return {ErrorCode::kOutcomeUnknown,
          fmt::format("{} was sent to store \"{}\", which did not say whether "
                      "it was written",
                      store_errors::group_name(item.scope, item.group), store),
          fmt::format("look whether it has a version {}: sotto secret history "
                      "{}",
                      version, item.group)};
}

// One write on its way.
struct Posted {
  std::size_t item = 0;
  Version base = 0;  // The version that it stands on.
  VaultCall call;
  CallResult result;
};

bool is_written(const CallResult& result) {
  return result && result->status == kOk &&
         read_vault_written(result->body.expose()).has_value();
}

bool is_mismatch(const CallResult& result) {
  return result && result->status == kBadRequest &&
         read_vault_complaint(result->body.expose()) ==
             VaultComplaint::kCasMismatch;
}

// May the server have done it without saying so?
bool is_ambiguous(const CallResult& result) {
  if (!result) return result.error().may_have_arrived;
  const int status = result->status;
  const bool was_done_perhaps = status == kTimeout || status >= 500;
  return (was_done_perhaps && status != kNotInitialized &&
          !was_turned_away(status)) ||
         (status == kOk && !is_written(result));
}

class Batch {
 public:
  Batch(VaultConnection& connection, Operation& operation,
        std::span<const BatchItem> items)
      : connection_(connection), operation_(operation), items_(items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      answers_.emplace_back(tl::unexpected(
          store_errors::cancelled(items[i].scope, items[i].group)));
      waiting_.push_back(i);
      settled_.push_back(false);
    }
  }

  std::vector<Result<Version>> run() {
    try {
      // Ends with the operation's time at the latest: then reading fails.
      while (!waiting_.empty()) write(take_distinct());
    } catch (const std::bad_alloc&) {
      if (!sent_) throw;
      leave_unknown();
    }
    return std::move(answers_);
  }

 private:
  // Of the items that wait, those that do not wait for each other.
  std::vector<std::size_t> take_distinct();
  void write(const std::vector<std::size_t>& round);
  std::vector<Posted> prepare(const std::vector<std::size_t>& round);
  Result<Posted> prepare_one(std::size_t number, const ReadGroup& read,
                             std::span<const std::string> former);
  void send(std::vector<Posted>& posted);
  void send_again(std::vector<Posted>& posted);
  void settle(Posted& posted);
  void look_for(std::vector<Posted*>& unknown);
  void lost(const Posted& posted);
  void refuse(const Posted& posted);

  void answer(std::size_t item, Error error) {
    answers_[item] = tl::unexpected(std::move(error));
    settled_[item] = true;
  }
  void answer(std::size_t item, Version version) {
    answers_[item] = version;
    settled_[item] = true;
  }
  void leave_unknown();

  VaultConnection& connection_;
  Operation& operation_;
  std::span<const BatchItem> items_;
  std::vector<Result<Version>> answers_;
  std::vector<std::size_t> waiting_;
  std::vector<bool> settled_;  // Is the answer the last word?
  bool sent_ = false;          // Has anything been written, perhaps?
};

std::vector<std::size_t> Batch::take_distinct() {
  std::set<std::string_view> places;
  std::vector<std::size_t> taken;
  std::vector<std::size_t> left;
  for (const std::size_t i : waiting_) {
    const bool is_first = places.insert(items_[i].place).second;
    (is_first ? taken : left).push_back(i);
  }
  waiting_ = std::move(left);
  return taken;
}

Result<Posted> Batch::prepare_one(std::size_t number, const ReadGroup& read,
                                  std::span<const std::string> former) {
  const BatchItem& item = items_[number];
  const VaultVersion& found = read.group.version;
  if (item.expected && *item.expected != found.number) {
    return tl::unexpected(store_errors::conflict(item.scope, item.group,
                                                 *item.expected, found.number));
  }
  if (item.expected_created && found.number != 0 &&
      *item.expected_created != found.created) {
    return tl::unexpected(made_anew(item));
  }
  Posted posted;
  posted.item = number;
  posted.base = found.number;
  posted.call.method = HttpMethod::kPost;
  posted.call.target = connection_.paths().target("data", item.place);
  posted.call.idempotent = false;
  SOTTO_ASSIGN_OR_RETURN(
      posted.call.body, merge_group(connection_.store(), item.scope, item.group,
                                    read, former, item.changes));
  return posted;
}

// Reads the groups and makes their next versions. Nothing comes out if one
// cannot be made and nothing was written yet.
std::vector<Posted> Batch::prepare(const std::vector<std::size_t>& round) {
  std::vector<GroupAt> groups;
  for (const std::size_t i : round) groups.push_back({items_[i].place, {}});
  auto reads = read_groups(connection_, groups, operation_);
  std::vector<std::string> deleted;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    if (reads[i] && reads[i]->state == GroupState::kDeleted) {
      deleted.push_back(groups[i].place);
    }
  }
  auto former = read_former_keys(connection_, deleted, operation_);
  std::vector<Posted> posted;
  std::size_t next_former = 0;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    Result<std::vector<std::string>> keys;
    if (!reads[i]) {
      answer(round[i], std::move(reads[i]).error());
      continue;
    }
    if (reads[i]->state == GroupState::kDeleted) {
      keys = std::move(former[next_former++]);
    }
    auto made = keys ? prepare_one(round[i], *reads[i], *keys)
                     : tl::unexpected<Error>(std::move(keys).error());
    if (made) {
      posted.push_back(std::move(*made));
    } else {
      answer(round[i], std::move(made).error());
    }
  }
  if (posted.size() < round.size() && !sent_) {
    posted.clear();
    waiting_.clear();
  }
  return posted;
}

void Batch::send(std::vector<Posted>& posted) {
  std::vector<VaultCall> calls;
  for (const Posted& one : posted) calls.push_back(one.call);
  sent_ = true;
  auto results = connection_.run_writes(calls, operation_);
  for (std::size_t i = 0; i < posted.size(); ++i) {
    posted[i].result = std::move(results[i]);
  }
}

void Batch::write(const std::vector<std::size_t>& round) {
  std::vector<Posted> posted = prepare(round);
  if (posted.empty()) return;
  send(posted);
  std::vector<Posted> unsure;
  for (Posted& one : posted) {
    if (is_ambiguous(one.result)) {
      unsure.push_back(std::move(one));
    } else {
      settle(one);
    }
  }
  if (!unsure.empty()) send_again(unsure);
}

// The version that each stands on makes a repetition safe: it is written once
// at most.
void Batch::send_again(std::vector<Posted>& posted) {
  send(posted);
  std::vector<Posted*> unknown;
  for (Posted& one : posted) {
    if (is_mismatch(one.result) || is_ambiguous(one.result) || !one.result) {
      unknown.push_back(&one);
    } else {
      settle(one);
    }
  }
  if (!unknown.empty()) look_for(unknown);
}

// Is the version there that was to be written, and is it ours?
void Batch::look_for(std::vector<Posted*>& unknown) {
  std::vector<GroupAt> groups;
  for (const Posted* const one : unknown) {
    groups.push_back({items_[one->item].place, one->base + 1});
  }
  const auto reads = read_groups(connection_, groups, operation_);
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    const Posted& one = *unknown[i];
    if (reads[i] && holds_what_was_written(*reads[i], *one.call.body)) {
      answer(one.item, one.base + 1);
    } else if (reads[i] && is_mismatch(one.result)) {
      lost(one);
    } else {
      answer(one.item, outcome_unknown(connection_.store(), items_[one.item],
                                       one.base + 1));
    }
  }
}

void Batch::settle(Posted& posted) {
  if (is_written(posted.result)) {
    answer(posted.item,
           read_vault_written(posted.result->body.expose())->number);
  } else if (is_mismatch(posted.result)) {
    lost(posted);
  } else {
    refuse(posted);
  }
}

// Somebody else was faster.
void Batch::lost(const Posted& posted) {
  const BatchItem& item = items_[posted.item];
  if (!item.expected) {
    waiting_.insert(waiting_.begin(), posted.item);
    return;
  }
  const GroupAt at{item.place, {}};
  const auto now = read_names(connection_, {&at, 1}, operation_);
  const Version found =
      now.front() ? now.front()->group.version.number : posted.base + 1;
  answer(posted.item,
         store_errors::conflict(item.scope, item.group, *item.expected, found));
}

// Memory ran out after something was sent: "no memory" would say that nothing
// was done. These words are short enough to need none themselves.
void Batch::leave_unknown() {
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    if (settled_[i]) continue;
    answer(i, Error{ErrorCode::kOutcomeUnknown, "outcome unknown", {}});
  }
}

void Batch::refuse(const Posted& posted) {
  if (!posted.result) return answer(posted.item, posted.result.error().error);
  answer(posted.item,
         vault_errors::refused(
             {connection_.store(), connection_.paths().mount(),
              posted.base == 0 ? "create" : "update", posted.call.target},
             *posted.result));
}

}  // namespace

std::vector<Result<Version>> write_batch(VaultConnection& connection,
                                         Operation& operation,
                                         std::span<const BatchItem> items) {
  return Batch(connection, operation, items).run();
}

}  // namespace sotto
