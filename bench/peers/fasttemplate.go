// SPDX-License-Identifier: Apache-2.0

// fasttemplate [--repeat N] DOCUMENT TABLE: parse and execute, values escaped
// already.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasttemplate"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func readTable(path string) map[string]string {
	values := map[string]string{}
	text := string(must(os.ReadFile(path)))
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		name, value, _ := strings.Cut(line, "\t")
		values[" SECRETS."+name+" "] = value
	}
	return values
}

func main() {
	words := os.Args[1:]
	repeat := 0
	if words[0] == "--repeat" {
		repeat = must(strconv.Atoi(words[1]))
		words = words[2:]
	}
	document := string(must(os.ReadFile(words[0])))
	values := readTable(words[1])
	var out bytes.Buffer
	render := func() {
		out.Reset()
		parsed := must(fasttemplate.NewTemplate(document, "{{", "}}"))
		must(parsed.ExecuteFunc(&out, func(w io.Writer, tag string) (int, error) {
			return io.WriteString(w, values[tag])
		}))
	}
	render()
	if repeat == 0 {
		must(os.Stdout.Write(out.Bytes()))
		return
	}
	best := time.Duration(1 << 62)
	for i := 0; i < repeat; i++ {
		began := time.Now()
		render()
		best = min(best, time.Since(began))
	}
	fmt.Println(best.Nanoseconds())
}
