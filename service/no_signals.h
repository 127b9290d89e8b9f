// SPDX-License-Identifier: Apache-2.0
//
// Signals are the affair of the thread that a program begins with.

#ifndef SOTTO_SERVICE_NO_SIGNALS_H_
#define SOTTO_SERVICE_NO_SIGNALS_H_

#include <signal.h>

namespace sotto {

// Threads that are begun while this lives hold back every signal.
class NoSignals {
 public:
  NoSignals() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace sotto

#endif  // SOTTO_SERVICE_NO_SIGNALS_H_
