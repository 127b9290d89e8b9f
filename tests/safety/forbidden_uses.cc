// SPDX-License-Identifier: Apache-2.0
//
// What nobody may do with a value, each as a pair: compiled with -DCASE=n the
// allowed line must compile; with -DFORBIDDEN besides, the forbidden one must
// not. So a case cannot rot: whatever else breaks breaks its twin too.
// Not part of any program; forbidden_uses_test.cc compiles it.

#include <string>
#include <string_view>
#include <utility>

#include "base/bindings.h"
#include "base/secret_string.h"
#include "base/wiped_buffer.h"

using sotto::Bindings;
using sotto::SecretBuilder;
using sotto::SecretString;
using sotto::SecretValue;
using sotto::WipedBuffer;

void use(std::string_view text);

#if CASE == 1  // StreamingAValue
#include <ostream>
void stream(std::ostream& out, const SecretString& secret) {
#ifdef FORBIDDEN
  out << secret;
#else
  out << secret.size();
#endif
}

#elif CASE == 2  // FormattingAValue
#include <fmt/format.h>
std::string format(const SecretString& secret) {
#ifdef FORBIDDEN
  return fmt::format("{}", secret);
#else
  return fmt::format("{}", secret.size());
#endif
}

#elif CASE == 3  // ToStringOfAValue
std::string text_of(const SecretString& secret) {
  using std::to_string;
#ifdef FORBIDDEN
  return to_string(secret);
#else
  return to_string(secret.size());
#endif
}

#elif CASE == 4  // ExpectEqOfValues
#include <gtest/gtest.h>
void expect(const SecretString& a, const SecretString& b) {
#ifdef FORBIDDEN
  EXPECT_EQ(a, b);
#else
  EXPECT_TRUE(equal_in_constant_time(a, b));
#endif
}

#elif CASE == 5  // HashingAValue
#include <functional>
std::size_t hash(const SecretString& secret) {
#ifdef FORBIDDEN
  return std::hash<SecretString>{}(secret);
#else
  return std::hash<std::size_t>{}(secret.size());
#endif
}

#elif CASE == 6  // CopyConstructionOfAValue
SecretString copy(SecretString& secret) {
#ifdef FORBIDDEN
  SecretString second(secret);
#else
  SecretString second(std::move(secret));
#endif
  return second;
}

#elif CASE == 7  // CopyAssignmentOfAValue
void assign(SecretString& to, SecretString& from) {
#ifdef FORBIDDEN
  to = from;
#else
  to = std::move(from);
#endif
}

#elif CASE == 8  // ComparingValues
bool same(const SecretString& a, const SecretString& b) {
#ifdef FORBIDDEN
  return a == b;
#else
  return equal_in_constant_time(a, b);
#endif
}

#elif CASE == 9  // ImplicitConversionToStringView
void view(const SecretString& secret) {
#ifdef FORBIDDEN
  use(secret);
#else
  use(secret.expose());
#endif
}

#elif CASE == 10  // ImplicitConversionToString
std::string string(const SecretString& secret, const std::string& text) {
#ifdef FORBIDDEN
  return secret;
#else
  return secret.empty() ? text : "";
#endif
}

#elif CASE == 11  // ConversionToJson
#include <nlohmann/json.hpp>
nlohmann::json json(const SecretString& secret) {
#ifdef FORBIDDEN
  return nlohmann::json(secret);
#else
  return nlohmann::json(secret.size());
#endif
}

#elif CASE == 12  // PrintfOfAValue
#include <cstdio>
void print(const SecretString& secret) {
#ifdef FORBIDDEN
  std::printf("%s", secret);
#else
  std::printf("%zu", secret.size());
#endif
}

#elif CASE == 13  // CopyOfABuilder
SecretBuilder copy(SecretBuilder& builder) {
#ifdef FORBIDDEN
  return SecretBuilder(builder);
#else
  return SecretBuilder(std::move(builder));
#endif
}

#elif CASE == 14  // CopyOfABuffer
WipedBuffer copy(WipedBuffer& buffer) {
#ifdef FORBIDDEN
  return WipedBuffer(buffer);
#else
  return WipedBuffer(std::move(buffer));
#endif
}

#elif CASE == 15  // CopyOfASecretValue
SecretValue copy(SecretValue& value) {
#ifdef FORBIDDEN
  return SecretValue(value);
#else
  return SecretValue(std::move(value));
#endif
}

#elif CASE == 16  // CopyOfBindings
Bindings copy(Bindings& bindings) {
#ifdef FORBIDDEN
  return Bindings(bindings);
#else
  return Bindings(std::move(bindings));
#endif
}

#elif CASE == 17  // StreamingABuilder
#include <ostream>
void stream(std::ostream& out, const SecretBuilder& builder) {
#ifdef FORBIDDEN
  out << builder;
#else
  out << builder.size();
#endif
}

#elif CASE == 18  // StreamingABuffer
#include <ostream>
void stream(std::ostream& out, const WipedBuffer& buffer) {
#ifdef FORBIDDEN
  out << buffer;
#else
  out << buffer.size();
#endif
}

#elif CASE == 19  // FormattingABuffer
#include <fmt/format.h>
std::string format(const WipedBuffer& buffer) {
#ifdef FORBIDDEN
  return fmt::format("{}", buffer);
#else
  return fmt::format("{}", buffer.size());
#endif
}

#elif CASE == 20  // OrderingValues
bool before(const SecretString& a, const SecretString& b) {
#ifdef FORBIDDEN
  return a < b;
#else
  return a.size() < b.size();
#endif
}

#elif CASE == 21  // AValueFromALiteral
SecretString value() {
#ifdef FORBIDDEN
  return "hunter2";
#else
  return {};
#endif
}

#endif
