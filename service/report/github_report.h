// SPDX-License-Identifier: Apache-2.0
//
// Findings as GitHub's workflow commands: each is shown beside its line in a
// pull request.

#ifndef SOTTO_SERVICE_REPORT_GITHUB_REPORT_H_
#define SOTTO_SERVICE_REPORT_GITHUB_REPORT_H_

#include <span>
#include <string>

#include "service/report/json_report.h"

namespace sotto {

// "::error file=F,line=L,col=C,endLine=L,endColumn=C,title=RULE::MESSAGE", one
// a line. Columns are left out of a finding of several lines: GitHub refuses
// them there.
std::string github_report(std::span<const Findings> documents);

}  // namespace sotto

#endif  // SOTTO_SERVICE_REPORT_GITHUB_REPORT_H_
