// SPDX-License-Identifier: Apache-2.0
//
// The grammar of expressions, to be read aloud: one production a line, the
// ABNF of docs/expressions.md in the same order and under the same names, and
// below it what is said when a committed rule does not match. Included by
// grammar/expression_parser.cc alone (PEGTL is slow to compile).

#ifndef SOTTO_GRAMMAR_RULES_H_
#define SOTTO_GRAMMAR_RULES_H_

#include <tao/pegtl.hpp>

#include "base/secret_ref.h"

namespace sotto::rules {

using namespace tao::pegtl;  // NOLINT: a table of its own vocabulary.

// clang-format off

// Terminals.
struct ws            : star<one<' ', '\t', '\r', '\n'>> {};
struct open          : two<'<'> {};
struct close         : two<'>'> {};
struct secrets_dot   : string<'S', 'E', 'C', 'R', 'E', 'T', 'S', '.'> {};
struct fn_dot        : string<'F', 'N', '.'> {};
struct alternative   : two<'|'> {};
struct plus_sign     : one<'+'> {};
struct comma         : one<','> {};
struct paren_open    : one<'('> {};
struct paren_close   : one<')'> {};

// A name: 1 to 127 characters, and no character of a name behind it.
struct name_char     : ranges<'A', 'Z', 'a', 'z', '0', '9', '_', '_', '-', '-'> {};
struct name          : seq<not_at<one<'-'>>, rep_min_max<1, kMaxNameLength, name_char>, not_at<name_char>> {};

// "SECRETS." name "." name
struct group         : name {};
struct group_dot     : one<'.'> {};
struct key           : name {};
struct two_segments  : not_at<one<'.'>> {};
struct reference     : if_must<secrets_dot, group, group_dot, key, two_segments> {};

// "'" *char "'" / DQUOTE *char DQUOTE; a doubled quote is that quote.
template <char Quote>
struct text_in       : star<sor<two<Quote>, not_one<Quote>>> {};
struct single_close  : one<'\''> {};
struct double_close  : one<'"'> {};
struct single_string : if_must<one<'\''>, text_in<'\''>, single_close> {};
struct double_string : if_must<one<'"'>, text_in<'"'>, double_close> {};

// "FN." function "(" ws [ alternatives *( ws "," ws alternatives ) ] ws ")"
struct alternatives;
struct function      : plus<name_char> {};
struct argument      : seq<alternatives> {};
struct arguments     : opt<alternatives, star<if_must<seq<ws, comma>, ws, argument>>> {};
struct call          : if_must<fn_dot, function, paren_open, ws, arguments, ws, paren_close> {};

// term *( ws "+" ws term ), sum *( ws "||" ws sum )
struct term          : sor<reference, call, single_string, double_string> {};
struct next_term     : seq<term> {};
struct sum           : seq<term, star<if_must<seq<ws, plus_sign>, ws, next_term>>> {};
struct next_sum      : seq<sum> {};
struct alternatives  : seq<sum, star<if_must<seq<ws, alternative>, ws, next_sum>>> {};

// "<<" ws alternatives ws ">>". What follows the head is an expression or an
// error, never text; at<> keeps strings from being first.
struct head          : seq<open, ws, at<sor<secrets_dot, fn_dot>>> {};
struct whole         : seq<alternatives> {};
struct expression    : if_must<head, whole, ws, close> {};

// What is said when a rule that must match does not: one for each such rule,
// or the grammar does not compile.
template <typename Rule> inline constexpr const char* message = nullptr;

template <> inline constexpr auto message<group>        = "expected the name of a group after \"SECRETS.\"";
template <> inline constexpr auto message<group_dot>    = "expected '.' and a key after the group";
template <> inline constexpr auto message<key>          = "expected the name of a key after the group";
template <> inline constexpr auto message<two_segments> = "a reference has two segments, SECRETS.group.KEY";
template <> inline constexpr auto message<single_close> = "expected ' to close the string";
template <> inline constexpr auto message<double_close> = "expected \" to close the string";
template <> inline constexpr auto message<function>     = "expected the name of a function after \"FN.\"";
template <> inline constexpr auto message<paren_open>   = "expected '(' after the function";
template <> inline constexpr auto message<paren_close>  = "expected ',' or ')' in the arguments of the function";
template <> inline constexpr auto message<argument>     = "expected an argument: SECRETS.group.KEY, a function or a string";
template <> inline constexpr auto message<next_term>    = "expected SECRETS.group.KEY, a function or a string after '+'";
template <> inline constexpr auto message<next_sum>     = "expected SECRETS.group.KEY, a function or a string after '||'";
template <> inline constexpr auto message<close>        = "expected '>>' to close the expression";

// These match always, or raise inside themselves.
template <> inline constexpr auto message<ws>           = "";
template <> inline constexpr auto message<text_in<'\''>> = "";
template <> inline constexpr auto message<text_in<'"'>> = "";
template <> inline constexpr auto message<arguments>    = "";
template <> inline constexpr auto message<whole>        = "";

// clang-format on

}  // namespace sotto::rules

#endif  // SOTTO_GRAMMAR_RULES_H_
