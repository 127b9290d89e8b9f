// SPDX-License-Identifier: Apache-2.0

// Reads the groups g0, g1, ... over and over with the vendor's own API, 32
// goroutines side by side, for speed.py: reader ADDRESS TOKEN GROUPS TIMES
// prints the seconds of each time, a line each.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/vault/api"
)

const sideBySide = 32

func main() {
	groups, _ := strconv.Atoi(os.Args[3])
	times, _ := strconv.Atoi(os.Args[4])
	config := api.DefaultConfig()
	config.Address = os.Args[1]
	client, err := api.NewClient(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client.SetToken(os.Args[2])
	for range times {
		began := time.Now()
		if err := readAll(client, groups); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%.6f\n", time.Since(began).Seconds())
	}
}

func readAll(client *api.Client, groups int) error {
	numbers := make(chan int)
	failed := make(chan error, groups)
	var workers sync.WaitGroup
	for range sideBySide {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for number := range numbers {
				path := fmt.Sprintf("sotto/platform/g%d", number)
				secret, err := client.KVv2("secret").Get(context.Background(), path)
				if err == nil && len(secret.Data) != 10 {
					err = fmt.Errorf("%s has %d keys", path, len(secret.Data))
				}
				if err != nil {
					failed <- err
				}
			}
		}()
	}
	for number := range groups {
		numbers <- number
	}
	close(numbers)
	workers.Wait()
	close(failed)
	return <-failed
}
