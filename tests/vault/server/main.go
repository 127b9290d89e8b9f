// SPDX-License-Identifier: Apache-2.0

// A Vault server for the tests: Vault's own core and HTTP handler, with KV
// version 2 at secret/, version 1 at kv1/, and the auth methods that Sotto
// knows, each at its own name. Not for production: the root token is an
// argument, and the unseal key is printed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

type options struct {
	listen string
	token  string
	data   string
	cert   string
	key    string
	level  string
	tied   bool
}

func main() {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:0", "address to serve on")
	flag.StringVar(&o.token, "token", "root", "the root token")
	flag.StringVar(&o.data, "data", "", "folder of a Raft store; in memory if empty")
	flag.StringVar(&o.cert, "cert", "", "TLS certificate (PEM)")
	flag.StringVar(&o.key, "key", "", "TLS key (PEM)")
	flag.StringVar(&o.level, "log", "off", "log level")
	flag.BoolVar(&o.tied, "tied", false, "end when standard input does")
	flag.Parse()
	if o.tied {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	if err := serve(o); err != nil {
		fmt.Fprintln(os.Stderr, "vault server:", err)
		os.Exit(1)
	}
}
