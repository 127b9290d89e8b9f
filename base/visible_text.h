// SPDX-License-Identifier: Apache-2.0
//
// Text from others as a terminal may be sent it: the name of a file or the key
// of a document must not rewrite the screen, nor look like a line of its own.

#ifndef SOTTO_BASE_VISIBLE_TEXT_H_
#define SOTTO_BASE_VISIBLE_TEXT_H_

#include <string>
#include <string_view>

namespace sotto {

// `text` with '?' in the place of each control character (those of ASCII and
// of Latin-1, line breaks and tabs included), each character that makes text
// look like another (what turns the direction of writing round, what has no
// width, other separators of lines) and each byte that is not UTF-8.
std::string visible_line(std::string_view text);

// The same for a text of several lines: line breaks and tabs stay.
std::string visible_lines(std::string_view text);

// Appends one character, or one byte that is not UTF-8, of a line.
void append_visible(std::string& out, std::string_view character);

}  // namespace sotto

#endif  // SOTTO_BASE_VISIBLE_TEXT_H_
