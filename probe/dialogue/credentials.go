package dialogue

import (
	"context"
	"crypto"
	"crypto/tls"
	"fmt"
	"strings"

	"mxprobe/internal/compose"

	"mxprobe/probe/handshake"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// compileTLS prepares the handshakes of a scenario. What is wrong with the
// files they need shows here, before anything is sent.
func (d *Dialogue) compileTLS(ctx context.Context) scenarios.Problems {
	var problems scenarios.Problems
	if d.scenario.ImplicitTLS {
		d.implicit = d.newPlan(ctx, d.scenario.TLS, &problems)
		d.implicit.Implicit = true
	}
	for i := range d.scenario.Steps {
		if st := &d.scenario.Steps[i]; st.Action == scenarios.StartTLS {
			if d.starttls == nil {
				d.starttls = make(map[int]*handshake.Plan)
			}
			d.starttls[st.Number] = d.newPlan(ctx, st.StartTLS, &problems)
		}
	}
	return problems
}

func (d *Dialogue) newPlan(ctx context.Context, o *scenarios.StartTLSOptions, problems *scenarios.Problems) *handshake.Plan {
	if o == nil || o.ClientCert == "" {
		return handshake.NewPlan(o, d.run.TLS.ClientCert)
	}
	cert, err := d.loadPair(ctx, o)
	if err != nil {
		*problems = append(*problems, d.scenario.Problem(o.Pos, "client certificate: "+err.Error(),
			scenarios.FileHint(err, "client_cert and client_key are PEM files, relative to the scenario; one file may hold both")))
	}
	return handshake.NewPlan(o, cert)
}

func (d *Dialogue) loadPair(ctx context.Context, o *scenarios.StartTLSOptions) (*tls.Certificate, error) {
	keyFile := o.ClientKey
	if keyFile == "" {
		keyFile = o.ClientCert // which holds both
	}
	key, err := d.scenario.ReadKey(ctx, keyFile)
	if err != nil {
		return nil, err
	}
	cert := key
	if o.ClientKey != "" {
		if cert, err = d.scenario.ReadFile(ctx, o.ClientCert); err != nil {
			return nil, err
		}
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s", result.PrintableString(strings.TrimPrefix(err.Error(), "tls: ")))
	}
	return &pair, nil
}

// loadKeys reads the keys that messages are signed with.
func (d *Dialogue) loadKeys(ctx context.Context) scenarios.Problems {
	var problems scenarios.Problems
	for i := range d.scenario.Steps {
		sign := d.scenario.Steps[i].DKIM
		if sign == nil || d.keys[sign] != nil {
			continue
		}
		text, err := d.scenario.ReadKey(ctx, sign.KeyFile)
		var key crypto.Signer
		if err == nil {
			key, err = compose.ParseKey(text)
		}
		if err != nil {
			problems = append(problems, d.scenario.Problem(sign.Pos, "dkim: "+err.Error(), scenarios.FileHint(err, "the key is a file in PEM, relative to the scenario")))
			continue
		}
		if d.keys == nil {
			d.keys = make(map[*scenarios.DKIM]crypto.Signer)
		}
		d.keys[sign] = key
	}
	return problems
}
