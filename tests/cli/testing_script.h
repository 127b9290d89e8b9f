// SPDX-License-Identifier: Apache-2.0
//
// Readable tests of the command: tests/cli/*.txt, in the manner of testscript.
//
//   # a comment
//   sotto init                      run it: it must succeed
//   ! sotto render nothing.json     it must fail ...
//   status 3                        ... with this exit status
//   stdout 'made .*'                a line of the last output matches (POSIX
//   ! stderr .                      extended); with !, none does
//   cmp stderr expected             exactly the same bytes; "stdout" and
//   cmp out.json want.json          "stderr" are those of the last command
//   stdin FILE                      for the next command
//   output FILE                     standard output of the next command
//   env NAME=VALUE                  from here on; NAME= takes it away
//   umask 077                       from here on
//   exists FILE...                  with !, none of them does
//   mode FILE 0600                  exactly that
//   sh 'command | line'             for what needs a shell; must succeed
//   asroot / notroot                skip the rest unless (if) this is root
//   -- NAME --                      the files of the working folder follow
//
// Words are split at blanks; 'single quotes' keep them; $NAME is a variable of
// the environment ($WORK is the working folder). A file's $WORK stays as it
// is, but cmp puts the folder in its place.
//
// Every value of a secret is a canary (testing_canary.h): $CANARY_NAME, with
// any NAME, is one wherever it stands in a script, in quotes and files too.

#ifndef SOTTO_TESTS_CLI_TESTING_SCRIPT_H_
#define SOTTO_TESTS_CLI_TESTING_SCRIPT_H_

#include <filesystem>

namespace sotto::testing {

// Runs a script; what goes wrong is a failure of the current test, with all
// that is needed to understand it.
void run_script(const std::filesystem::path& script);

}  // namespace sotto::testing

#endif  // SOTTO_TESTS_CLI_TESTING_SCRIPT_H_
