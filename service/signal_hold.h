// SPDX-License-Identifier: Apache-2.0
//
// Holds back the signals that end a process while a file is half made.

#ifndef SOTTO_SERVICE_SIGNAL_HOLD_H_
#define SOTTO_SERVICE_SIGNAL_HOLD_H_

#include <signal.h>

#include <initializer_list>

namespace sotto {

// As long as it lives, SIGINT, SIGTERM and SIGHUP wait (in this thread). They
// arrive when it goes. No handler is installed: what they do stays the
// process's own affair.
class SignalHold {
 public:
  SignalHold() noexcept {
    sigemptyset(&held_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      sigaddset(&held_, signal);
    }
    pthread_sigmask(SIG_BLOCK, &held_, &before_);
  }
  ~SignalHold() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalHold(const SignalHold&) = delete;
  SignalHold& operator=(const SignalHold&) = delete;

  // Has one of them come? Those that were held back before do not count.
  bool came() const noexcept {
    sigset_t pending;
    if (sigpending(&pending) != 0) return false;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      if (sigismember(&pending, signal) == 1 &&
          sigismember(&before_, signal) == 0) {
        return true;
      }
    }
    return false;
  }

 private:
  sigset_t held_;
  sigset_t before_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_SIGNAL_HOLD_H_
