// SPDX-License-Identifier: Apache-2.0
//
// Findings as SARIF 2.1.0 (OASIS), which code scanning and editors read.

#ifndef SOTTO_SERVICE_REPORT_SARIF_REPORT_H_
#define SOTTO_SERVICE_REPORT_SARIF_REPORT_H_

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "service/report/json_report.h"

namespace sotto {

// One run with one result a finding, and a notification for each of `errors`.
// Columns count UTF-16 code units; fixes are replacements of regions. A finding
// has the same fingerprint as long as its file, rule, place in the document and
// message are the same, on whatever line it is.
std::string sarif_report(std::span<const Findings> documents,
                         std::span<const Error> errors,
                         std::string_view version);

// A path as a URI reference: what is neither unreserved nor '/' is
// percent-encoded; an absolute path has the scheme "file".
std::string uri_of(std::string_view path);

}  // namespace sotto

#endif  // SOTTO_SERVICE_REPORT_SARIF_REPORT_H_
