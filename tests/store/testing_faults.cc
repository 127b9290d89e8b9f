// SPDX-License-Identifier: Apache-2.0

#include "tests/store/testing_faults.h"

#include <string_view>
#include <utility>

namespace sotto::testing {
namespace {

constexpr char kNoAnswer[] =
    "# closed the connection without an answer\n"
    "hint: check the server's log, and what stands in between";
constexpr char kBrokeOff[] =
    "the answer of # broke off\n"
    "hint: check the server's log, and what stands in between";
constexpr char kNoHttp[] = "# does not speak HTTP\nhint: check the port";
constexpr char kTooLarge[] =
    "the answer of # is too large\n"
    "hint: check that this is the address of the store";
constexpr char kHeadTooLarge[] =
    "the answer of # has too large a head\n"
    "hint: check that this is the address of the store";
constexpr char kEncoded[] =
    "the answer of # is encoded in a way that was not asked for\n"
    "hint: check what stands between this machine and the server";
constexpr char kDeadline[] =
    "no answer from # before the deadline\n"
    "hint: try again, and check the server's load and its log";
constexpr char kNotInTime[] =
    "no answer from # in time\nhint: check the server's load and its log";

const std::string kCanary = kFaultCanary;
const std::string kStatus = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kStatus + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kOfHundred = kStatus + "Content-Length: 100\r\n\r\n";

Fault passing(const char* name, Answer steps, const char* words) {
  return {.name = name, .steps = std::move(steps), .words = words};
}

Fault malformed(const char* name, Answer steps, const char* words) {
  return {.name = name,
          .steps = std::move(steps),
          .words = words,
          .code = ErrorCode::kMalformed,
          .may_repeat = false};
}

Fault too_much(const char* name, Answer steps, const char* words) {
  return {.name = name,
          .steps = std::move(steps),
          .words = words,
          .code = ErrorCode::kLimit,
          .may_repeat = false};
}

Fault slow(const char* name, Answer steps) {
  return {.name = name,
          .steps = std::move(steps),
          .words = kDeadline,
          .may_repeat = false,
          .takes_all_the_time = true};
}

void add_ends(std::vector<Fault>& faults) {
  const auto cut = [](const std::string& text) {
    return Answer{send_text(text), close_it()};
  };
  faults.insert(
      faults.end(),
      {passing("CloseOnAccept", {unread(), close_it()}, kNoAnswer),
       passing("ResetInRequest", {read_only(9), reset_it()}, kNoAnswer),
       passing("CloseAfterRequest", {close_it()}, kNoAnswer),
       passing("ResetAfterRequest", {reset_it()}, kNoAnswer),
       passing("CutStatusLine", cut("HTTP/1.1 2"), kNoAnswer),
       passing("CutHead", cut(kStatus + "X-A: " + kCanary), kBrokeOff),
       passing("CutBeforeBody", cut(kOfHundred), kBrokeOff),
       passing("CutBody", cut(kOfHundred + kCanary), kBrokeOff),
       passing("ResetInBody", {send_text(kOfHundred + kCanary), reset_it()},
               kBrokeOff),
       passing("CutChunkSize", cut(kChunked + "5"), kBrokeOff),
       passing("CutChunk", cut(kChunked + "50\r\n" + kCanary), kBrokeOff),
       passing("NoLastChunk", cut(kChunked + "19\r\n" + kCanary + "\r\n"),
               kBrokeOff),
       passing("BadChunkSize", cut(kChunked + kCanary + "\r\n"), kBrokeOff),
       passing("HugeChunkSize",
               cut(kChunked + "ffffffffffffffffff\r\n" + kCanary), kBrokeOff),
       passing("InterimThenClose", cut("HTTP/1.1 100 Continue\r\n\r\n"),
               kBrokeOff),
       passing("Silence", {pause(30)}, kNotInTime)});
}

void add_other_protocols(std::vector<Fault>& faults) {
  const auto cut = [](const std::string& text) {
    return Answer{send_text(text), close_it()};
  };
  faults.insert(
      faults.end(),
      {malformed("Garbage", cut(kCanary + "\r\n\r\n"), kNoHttp),
       malformed("Ssh", cut("SSH-2.0-OpenSSH_9.2\r\n"), kNoHttp),
       malformed("OldHttp", cut("<html>" + kCanary + "</html>"), kNoHttp),
       malformed("SwitchingProtocols",
                 cut("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" + kCanary),
                 kNoHttp),
       malformed("Gzip",
                 cut(kStatus +
                     "Content-Encoding: gzip\r\nContent-Length: 25\r\n\r\n" +
                     kCanary),
                 kEncoded),
       malformed(
           "GzipTransfer",
           cut(kStatus + "Transfer-Encoding: gzip, chunked\r\n\r\n" + kCanary),
           kEncoded)});
}

void add_floods(std::vector<Fault>& faults) {
  const std::string kilobyte(1'024, 'x');
  faults.insert(
      faults.end(),
      {too_much("AnnouncedTwoGigabytes",
                {send_text(kStatus + "Content-Length: 2147483648\r\n\r\n"),
                 send_text(kilobyte, 1 << 21)},
                kTooLarge),
       too_much("TwoGigabytes",
                {send_text(kStatus + "Connection: close\r\n\r\n"),
                 send_text(std::string(65'536, 'x'), 32'768)},
                kTooLarge),
       too_much(
           "EndlessChunks",
           {send_text(kChunked), send_text("400\r\n" + kilobyte + "\r\n", -1)},
           kTooLarge),
       too_much("InterimFlood",
                {send_text("HTTP/1.1 102 Processing\r\n\r\n", -1)},
                kHeadTooLarge),
       too_much("HeaderFlood",
                {send_text(kStatus), send_text("X-A: " + kCanary + "\r\n", -1)},
                kHeadTooLarge),
       too_much("LongHeader",
                {send_text(kStatus + "X-A: "), send_text("b", 80'000),
                 send_text("\r\n\r\n")},
                kHeadTooLarge),
       too_much("TrailerFlood",
                {send_text(kChunked + "0\r\n"), send_text("X-A: b\r\n", -1)},
                kHeadTooLarge)});
}

}  // namespace

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

std::vector<Fault> framing_faults() {
  std::vector<Fault> faults;
  add_ends(faults);
  add_other_protocols(faults);
  add_floods(faults);
  const std::string dripped = kFaultCanary + std::string(5'000, 'x');
  faults.push_back(
      slow("DripHead", {send_text(kStatus), drip("X-A: " + dripped, 0.02)}));
  faults.push_back(
      slow("DripBody", {send_text(kStatus + "Content-Length: 9999\r\n\r\n"),
                        drip(dripped, 0.02)}));
  faults.push_back(slow(
      "DripChunks", {send_text(kChunked + "2000\r\n"), drip(dripped, 0.02)}));
  return faults;
}

std::string words_of(const Fault& fault, const std::string& peer) {
  std::string words = fault.words;
  return words.replace(words.find('#'), 1, "\"" + peer + "\"");
}

}  // namespace sotto::testing
