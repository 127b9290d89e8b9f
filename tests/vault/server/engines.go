// SPDX-License-Identifier: Apache-2.0

package main

import (
	jwtauth "github.com/hashicorp/vault-plugin-auth-jwt"
	k8sauth "github.com/hashicorp/vault-plugin-auth-kubernetes"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/credential/userpass"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
)

var secretEngines = map[string]logical.Factory{"kv": kv.Factory}

var authMethods = map[string]logical.Factory{
	"approle":    approle.Factory,
	"jwt":        jwtauth.Factory,
	"kubernetes": k8sauth.Factory,
	"userpass":   userpass.Factory,
}

// builtins tells the core that what is linked in here is built in.
type builtins struct{}

func table(kind consts.PluginType) map[string]logical.Factory {
	switch kind {
	case consts.PluginTypeSecrets:
		return secretEngines
	case consts.PluginTypeCredential:
		return authMethods
	}
	return nil
}

func (builtins) Get(name string, kind consts.PluginType) (func() (any, error), bool) {
	factory, known := table(kind)[name]
	return func() (any, error) { return factory, nil }, known
}

func (builtins) Contains(name string, kind consts.PluginType) bool {
	return table(kind)[name] != nil
}

func (builtins) Keys(kind consts.PluginType) []string {
	var names []string
	for name := range table(kind) {
		names = append(names, name)
	}
	return names
}

func (builtins) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, true
}

func (builtins) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
