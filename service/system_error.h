// SPDX-License-Identifier: Apache-2.0
//
// What the operating system said, as an Error.

#ifndef SOTTO_SERVICE_SYSTEM_ERROR_H_
#define SOTTO_SERVICE_SYSTEM_ERROR_H_

#include <string>
#include <string_view>

#include "base/result.h"

namespace sotto {

// "no such file or directory": the words for an errno.
std::string system_message(int error_number);

// The failure `cannot WHAT: WORDS`, as in `cannot read "flow.json": permission
// denied`. A full disk or quota is kNoSpace, no memory is kNoMemory, anything
// else is kIo; the hint is that of the trouble where there is one.
Error system_error(int error_number, std::string_view what);

inline tl::unexpected<Error> system_failure(int error_number,
                                            std::string_view what) {
  return tl::unexpected<Error>(system_error(error_number, what));
}

}  // namespace sotto

#endif  // SOTTO_SERVICE_SYSTEM_ERROR_H_
