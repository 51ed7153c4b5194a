package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

type podReader struct {
	client kubernetes.Interface
}

// container is one of a Pod's, as a request names it.
type container struct {
	namespace, pod, name string
}

func (r podReader) read(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
	return r.client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
}

// status says how the container is at this moment, and which Pod it is of.
func (r podReader) status(ctx context.Context, c container) (*corev1.ContainerStatus, string, error) {
	pod, err := r.read(ctx, c.namespace, c.pod)
	if err != nil {
		return nil, "", err
	}
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name == c.name {
			return &status, string(pod.UID), nil
		}
	}
	return nil, "", fmt.Errorf("container not found (%q)", c.name)
}

// process is one of a container's, numbered by the restarts before it.
type process struct {
	pods      podReader
	container container
	uid       string
	number    int32
}

// runs says whether it is the one that runs now; while nobody can say, it does.
func (p process) runs(ctx context.Context) bool {
	status, uid, err := p.pods.status(ctx, p.container)
	if err != nil {
		return !apierrors.IsNotFound(err)
	}
	return uid == p.uid && status.RestartCount == p.number && status.State.Running != nil
}
