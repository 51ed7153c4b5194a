// Command simulated-kubelet answers the API server for simulated nodes: logs come from files, commands run on this machine, and
// ports are ports of it. KWOK has a server of its own, which neither tells exit codes nor ends a log with its process.
package main

import (
	"flag"
	"log"
	"net/http"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	address := flag.String("address", "", "where it listens")
	authority := flag.String("client-ca", "", "file of the certificates that vouch for the API server")
	kubeconfig := flag.String("kubeconfig", "", "where it reads Pods")
	logs := flag.String("logs", "", "folder of the log files")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	pods := podReader{kubernetes.NewForConfigOrDie(config)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", logServer{pods, *logs}.serve)
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", execServer{pods}.serve)
	mux.HandleFunc("/portForward/{namespace}/{pod}", forwardServer{pods}.serve)
	tls, err := tlsConfig(*authority)
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Addr: *address, Handler: mux, TLSConfig: tls}
	log.Fatal(server.ListenAndServeTLS("", ""))
}
