package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	criapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-client/pkg/logs"
)

type logServer struct {
	pods   podReader
	folder string
}

// serve answers what one process of the container wrote: the one that runs, or the last one, or the one before it.
func (s logServer) serve(w http.ResponseWriter, r *http.Request) {
	c := container{r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container")}
	status, uid, err := s.pods.status(r.Context(), c)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	number, err := processOf(status, c, r.FormValue("previous") == "true")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	path := filepath.Join(s.folder, fmt.Sprintf("%s_%d.log", uid, number))
	// One that has written nothing has an empty log.
	if file, err := os.OpenFile(path, os.O_CREATE, 0o600); err == nil {
		file.Close()
	}
	out := &flushed{w}
	out.Write(nil)
	runtime := runtimeOf{process: process{s.pods, c, uid, number}}
	logs.ReadLogs(r.Context(), path, "", options(r), runtime, out, out)
}

// processOf numbers the processes of a container by the restarts before them.
func processOf(status *corev1.ContainerStatus, c container, previous bool) (int32, error) {
	begun := status.State.Running != nil || status.State.Terminated != nil || status.LastTerminationState.Terminated != nil
	if !begun {
		return 0, fmt.Errorf("container %q in pod %q is waiting to start: %s", c.name, c.pod, status.State.Waiting.Reason)
	}
	if !previous {
		return status.RestartCount, nil
	}
	if status.State.Waiting != nil {
		return status.RestartCount, nil
	}
	if status.RestartCount == 0 {
		return 0, fmt.Errorf("previous terminated container %q in pod %q not found", c.name, c.pod)
	}
	return status.RestartCount - 1, nil
}

func options(r *http.Request) *logs.LogOptions {
	number := func(name string) *int64 {
		value, err := strconv.ParseInt(r.FormValue(name), 10, 64)
		if err != nil {
			return nil
		}
		return &value
	}
	read := &logs.LogOptions{
		TailLines:  number("tailLines"),
		LimitBytes: number("limitBytes"),
		Follow:     r.FormValue("follow") == "true",
		Timestamp:  r.FormValue("timestamps") == "true",
	}
	if seconds := number("sinceSeconds"); seconds != nil {
		read.Since = time.Now().Add(-time.Duration(*seconds) * time.Second)
	}
	if since, err := time.Parse(time.RFC3339, r.FormValue("sinceTime")); err == nil {
		read.Since = since
	}
	return read
}

// runtimeOf tells whoever follows a log whether its process still runs.
type runtimeOf struct {
	criapi.RuntimeService
	process process
}

func (r runtimeOf) ContainerStatus(ctx context.Context, _ string, _ bool) (*runtimeapi.ContainerStatusResponse, error) {
	state := runtimeapi.ContainerState_CONTAINER_EXITED
	if r.process.runs(ctx) {
		state = runtimeapi.ContainerState_CONTAINER_RUNNING
	}
	return &runtimeapi.ContainerStatusResponse{Status: &runtimeapi.ContainerStatus{State: state}}, nil
}

// flushed sends every line at once.
type flushed struct {
	http.ResponseWriter
}

func (f *flushed) Write(data []byte) (int, error) {
	written, err := f.ResponseWriter.Write(data)
	f.ResponseWriter.(http.Flusher).Flush()
	return written, err
}
