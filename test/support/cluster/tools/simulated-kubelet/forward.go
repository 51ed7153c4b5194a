package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

// served is an annotation of a Pod: which port of this machine answers for which of its own, as `8888=34567`.
const served = "aifactory.dev/test-served"

type forwardServer struct {
	pods podReader
}

func (s forwardServer) serve(w http.ResponseWriter, r *http.Request) {
	options, err := portforward.NewV4Options(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	pod := forwardedPod{s.pods, r.PathValue("namespace")}
	portforward.ServePortForward(w, r, pod, r.PathValue("pod"), "", options, idleTimeout, creationTimeout, portforward.SupportedProtocols)
}

type forwardedPod struct {
	pods      podReader
	namespace string
}

func (f forwardedPod) PortForward(ctx context.Context, name, _ string, port int32, stream io.ReadWriteCloser) error {
	pod, err := f.pods.read(ctx, f.namespace, name)
	if err != nil {
		return err
	}
	own, ours, _ := strings.Cut(pod.Annotations[served], "=")
	if own != fmt.Sprint(port) {
		return fmt.Errorf("failed to connect to localhost:%d inside the Pod: connection refused", port)
	}
	server, err := net.Dial("tcp", "127.0.0.1:"+ours)
	if err != nil {
		return err
	}
	defer server.Close()
	go func() {
		io.Copy(server, stream)
		server.(*net.TCPConn).CloseWrite()
	}()
	_, err = io.Copy(stream, server)
	return err
}
