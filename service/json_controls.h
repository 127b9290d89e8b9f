// SPDX-License-Identifier: Apache-2.0
//
// JSON that is safe to show. Internal to service/.

#ifndef SOTTO_SERVICE_JSON_CONTROLS_H_
#define SOTTO_SERVICE_JSON_CONTROLS_H_

#include <string>
#include <string_view>

namespace sotto {

// JSON with escapes for the control characters that it does not want escaped,
// but a terminal does: DEL and those of Latin-1.
std::string with_escaped_controls(std::string_view json);

}  // namespace sotto

#endif  // SOTTO_SERVICE_JSON_CONTROLS_H_
