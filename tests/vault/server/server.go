// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/command/server"
	"github.com/hashicorp/vault/helper/namespace"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/physical/raft"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// serve prints the unseal key and "ready URL" once everything is mounted, and
// goes on until the process is killed.
func serve(o options) error {
	listener, address, err := listen(o)
	if err != nil {
		return err
	}
	core, err := newCore(o, address)
	if err != nil {
		return err
	}
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{
		Core: core, ListenerConfig: &configutil.Listener{}})
	core.SetClusterHandler(handler)
	failed := make(chan error, 1)
	go func() { failed <- (&http.Server{Handler: handler}).Serve(listener) }()
	if err := begin(o, core); err != nil {
		return err
	}
	fmt.Println("ready", address)
	return <-failed
}

func listen(o options) (net.Listener, string, error) {
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, "", err
	}
	if o.cert == "" {
		return listener, "http://" + listener.Addr().String(), nil
	}
	pair, err := tls.LoadX509KeyPair(o.cert, o.key)
	if err != nil {
		return nil, "", err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair},
		NextProtos: []string{"h2", "http/1.1"}}
	return tls.NewListener(listener, config), "https://" + listener.Addr().String(), nil
}

func newCore(o options, address string) (*vault.Core, error) {
	logger := hclog.New(&hclog.LoggerOptions{
		Level: hclog.LevelFromString(o.level), Output: os.Stderr})
	raw := server.NewConfig()
	raw.SharedConfig = &configutil.SharedConfig{DisableMlock: true}
	config := &vault.CoreConfig{
		RawConfig: raw, Logger: logger, DisableMlock: true,
		BuiltinRegistry: builtins{}, RedirectAddr: address,
		LogicalBackends: secretEngines, CredentialBackends: authMethods,
		AuditBackends: map[string]audit.Factory{"file": audit.NewFileBackend},
	}
	if o.data == "" {
		var err error
		if config.Physical, err = inmem.NewInmem(nil, logger); err != nil {
			return nil, err
		}
		return vault.NewCore(config)
	}
	return newRaftCore(o, config, logger)
}

func newRaftCore(o options, config *vault.CoreConfig, logger hclog.Logger) (*vault.Core, error) {
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return nil, err
	}
	store, err := raft.NewRaftBackend(
		map[string]string{"path": o.data, "node_id": "only"}, logger)
	if err != nil {
		return nil, err
	}
	cluster, err := freePort()
	if err != nil {
		return nil, err
	}
	config.Physical = store
	config.HAPhysical = store.(physical.HABackend)
	config.ClusterAddr = "https://" + cluster.String()
	core, err := vault.NewCore(config)
	if err == nil {
		core.SetClusterListenerAddrs([]*net.TCPAddr{cluster})
	}
	return core, err
}

func freePort() (*net.TCPAddr, error) {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer probe.Close()
	return probe.Addr().(*net.TCPAddr), nil
}

// begin initializes a new server, and unseals one that was here before.
func begin(o options, core *vault.Core) error {
	ctx := namespace.RootContext(context.Background())
	known, err := core.Initialized(ctx)
	if err != nil {
		return err
	}
	keyFile := filepath.Join(o.data, "unseal.key")
	if known {
		key, err := os.ReadFile(keyFile)
		if err != nil {
			return err
		}
		return unseal(core, key)
	}
	one := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(ctx, &vault.InitParams{BarrierConfig: one})
	if err != nil {
		return err
	}
	key := made.SecretShares[0]
	if o.data != "" {
		if err := os.WriteFile(keyFile, key, 0o600); err != nil {
			return err
		}
	}
	if err := unseal(core, key); err != nil {
		return err
	}
	return furnish(ctx, core, made.RootToken, o.token)
}

// unseal waits until the server is the active node, too.
func unseal(core *vault.Core, key []byte) error {
	fmt.Println("unseal", hex.EncodeToString(key))
	// The core wipes what it is given.
	if done, err := core.Unseal(append([]byte{}, key...)); err != nil || !done {
		return errors.Join(errors.New("it cannot be unsealed"), err)
	}
	for range 600 {
		leads, _, _, err := core.Leader()
		if err == vault.ErrHANotEnabled || (err == nil && leads) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("it does not become the active node")
}

// furnish makes the token of the tests and mounts what they use.
func furnish(ctx context.Context, core *vault.Core, root, token string) error {
	update := func(path string, data map[string]any) error {
		return request(ctx, core, logical.UpdateOperation, root, path, data)
	}
	err := update("auth/token/create", map[string]any{
		"id": token, "policies": []string{"root"}, "no_parent": true,
		"no_default_policy": true})
	for path, version := range map[string]string{"secret": "2", "kv1": "1"} {
		err = errors.Join(err, update("sys/mounts/"+path, map[string]any{
			"type": "kv", "options": map[string]string{"version": version}}))
	}
	for name := range authMethods {
		err = errors.Join(err, update("sys/auth/"+name, map[string]any{"type": name}))
	}
	if err != nil {
		return err
	}
	return awaitUpgrade(ctx, core, root)
}

// awaitUpgrade returns when KV version 2 has made its own data, before which
// it refuses everything.
func awaitUpgrade(ctx context.Context, core *vault.Core, root string) error {
	for range 200 {
		err := request(ctx, core, logical.ReadOperation, root, "secret/config", nil)
		if err == nil {
			return nil
		}
		if !strings.Contains(err.Error(), "pgrading") {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errors.New("secret/ stays in its upgrade")
}

func request(ctx context.Context, core *vault.Core, operation logical.Operation,
	token, path string, data map[string]any) error {
	answer, err := core.HandleRequest(ctx, &logical.Request{
		Operation: operation, Path: path, ClientToken: token, Data: data})
	if err == nil && answer != nil && answer.IsError() {
		err = answer.Error()
	}
	return err
}
