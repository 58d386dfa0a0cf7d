// Two programs in one, so that what both are made of is compiled and linked once: "kube etcd FLAGS" and "kube apiserver FLAGS".
// Both are unchanged. A module of its own, because "go install" refuses modules with replace directives, as both have them.
package main

import (
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: kube etcd|apiserver FLAGS")
		os.Exit(64)
	}
	program, args := os.Args[1], os.Args[1:]
	if program == "etcd" {
		etcdmain.Main(args)
		return
	}
	os.Args = args
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
