package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"

	"k8s.io/client-go/util/cert"
)

// tlsConfig lets in the API server alone: whoever else found the port could run commands on this machine. Its own
// certificate is made for the day; API servers do not ask a kubelet for a better one unless they are told to.
func tlsConfig(authority string) (*tls.Config, error) {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	own, key, err := cert.GenerateSelfSignedCertKey("simulated-kubelet", nil, nil)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(own, key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{pair},
		// An API server of ours shows the certificate that it serves with, which Go would not take for a client's.
		ClientAuth: tls.RequireAnyClientCert,
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("no certificate")
			}
			_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
			return err
		},
	}, nil
}
