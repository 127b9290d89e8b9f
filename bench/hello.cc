// SPDX-License-Identifier: Apache-2.0
//
// The least that a program can do: the yardstick of a cold start.

#include <unistd.h>

int main() { return write(1, "hello\n", 6) == 6 ? 0 : 1; }
