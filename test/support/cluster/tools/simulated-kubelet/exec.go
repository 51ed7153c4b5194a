package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/creack/pty"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const (
	idleTimeout     = time.Hour
	creationTimeout = 30 * time.Second
	lookInterval    = 500 * time.Millisecond
)

type execServer struct {
	pods podReader
}

func (s execServer) serve(w http.ResponseWriter, r *http.Request) {
	c := container{r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container")}
	status, uid, err := s.pods.status(r.Context(), c)
	if err == nil && status.State.Running == nil {
		err = fmt.Errorf("container not found (%q)", c.name)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	options, err := remotecommand.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	command := r.URL.Query()["command"]
	session := execSession{process{s.pods, c, uid, status.RestartCount}}
	remotecommand.ServeExec(w, r, session, c.pod, uid, c.name, command, options, idleTimeout, creationTimeout, remotecommand.SupportedStreamingProtocols)
}

// execSession is a command beside a process, with which it ends.
type execSession struct {
	process process
}

// ExecInContainer runs the command; its exit code is told as a container runtime tells it.
func (s execSession) ExecInContainer(ctx context.Context, _, _, _ string, command []string, in io.Reader, out, errOut io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize, _ time.Duration) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go s.endWithProcess(ctx, cancel)
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	// What it started and left behind does not keep its output open.
	child.WaitDelay = time.Second
	var err error
	if tty {
		err = runInTerminal(child, in, out, resize)
	} else {
		err = run(child, in, out, errOut)
	}
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return err
	}
	code := ended.ExitCode()
	if status := ended.Sys().(syscall.WaitStatus); status.Signaled() {
		code = 128 + int(status.Signal())
	}
	return utilexec.CodeExitError{Err: err, Code: code}
}

func (s execSession) endWithProcess(ctx context.Context, cancel func()) {
	for s.process.runs(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookInterval):
		}
	}
	cancel()
}

func run(child *exec.Cmd, in io.Reader, out, errOut io.Writer) error {
	child.Stdout = out
	if errOut != nil {
		child.Stderr = errOut
	}
	if in != nil {
		// A pipe of our own: the command's end does not wait for input that nobody sends.
		input, err := child.StdinPipe()
		if err != nil {
			return err
		}
		go func() {
			io.Copy(input, in)
			input.Close()
		}()
	}
	return child.Run()
}

func runInTerminal(child *exec.Cmd, in io.Reader, out io.Writer, resize <-chan remotecommand.TerminalSize) error {
	terminal, err := pty.Start(child)
	if err != nil {
		return err
	}
	defer terminal.Close()
	if in != nil {
		go func() {
			io.Copy(terminal, in)
			// Whoever sat there has gone: hang up.
			child.Process.Signal(syscall.SIGHUP)
		}()
	}
	go follow(terminal, resize)
	// Reading fails when the last process at the other end is gone.
	io.Copy(out, terminal)
	return child.Wait()
}

func follow(terminal *os.File, resize <-chan remotecommand.TerminalSize) {
	for size := range resize {
		pty.Setsize(terminal, &pty.Winsize{Rows: size.Height, Cols: size.Width})
	}
}
