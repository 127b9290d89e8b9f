// SPDX-License-Identifier: Apache-2.0
//
// Another project's header, of the same name as one of Sotto's.

#ifndef SOMEBODY_ELSE_BASE_RESULT_H_
#define SOMEBODY_ELSE_BASE_RESULT_H_

struct Result {
  int exit_status = 0;
};

#endif  // SOMEBODY_ELSE_BASE_RESULT_H_
