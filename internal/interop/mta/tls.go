//go:build linux

package mta

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// TLSListener is one address of a Postfix, Exim or Sendmail with STARTTLS.
type TLSListener struct {
	IP string
	// PEM holds the key, the server's certificate and those sent behind it.
	PEM []byte
	// EC is the same with another key, for a Postfix that shows the one or the
	// other; PEM then has an RSA key. Nil stands for none.
	EC []byte
	// Required makes a Postfix take no mail before STARTTLS.
	Required bool
	// Old makes it speak TLS 1.0 alone, ClientCert ask for a certificate that
	// the authority of the configuration has signed.
	Old, ClientCert bool
	// SASL is the socket of the Dovecot that checks logins for a Postfix; empty
	// for no logins.
	SASL string
	// ClearLogin makes a Postfix offer logins before TLS too, and LoginOnly
	// makes a Postfix or Sendmail take no mail without one.
	ClearLogin, LoginOnly bool
	// Port makes a Postfix listen at another port than that of the configuration,
	// and Implicit speak TLS from the first byte; Relay makes one take mail for
	// everybody, which it sends nowhere.
	Port            int
	Implicit, Relay bool
}

// file is where the certificate of a listener is.
func (l *TLSListener) file(dir string) string { return filepath.Join(dir, "tls", l.IP+".pem") }

// ecFile is where the second certificate of a listener is.
func (l *TLSListener) ecFile(dir string) string { return filepath.Join(dir, "tls", l.IP+"-ec.pem") }

// writeTLS writes the certificates of listeners, and of the authority.
func writeTLS(dir string, listeners []TLSListener, ca []byte) error {
	if err := os.WriteFile(caFile(dir), ca, 0o644); err != nil {
		return err
	}
	for i := range listeners {
		// Both servers read it under identities of their own.
		if err := os.WriteFile(listeners[i].file(dir), listeners[i].PEM, 0o644); err != nil {
			return err
		}
		if listeners[i].EC == nil {
			continue
		}
		if err := os.WriteFile(listeners[i].ecFile(dir), listeners[i].EC, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func caFile(dir string) string { return filepath.Join(dir, "tls", "ca.pem") }

// postfixTLS are the lines of master.cf for listeners with TLS.
func postfixTLS(dir string, port int, listeners []TLSListener) string {
	var b strings.Builder
	for i := range listeners {
		l := &listeners[i]
		fmt.Fprintf(&b, "%s:%d inet n - n - - smtpd\n", l.IP, cmp.Or(l.Port, port))
		options := []string{"smtpd_tls_security_level=may", "smtpd_tls_chain_files=" + l.file(dir)}
		if l.Implicit {
			options = append(options, "smtpd_tls_wrappermode=yes")
		}
		if l.Relay {
			options = append(options, "mynetworks=127.0.0.0/8", "smtpd_relay_restrictions=permit_mynetworks,reject_unauth_destination")
		}
		if l.EC != nil {
			options[1] = "smtpd_tls_cert_file=" + l.file(dir)
			options = append(options, "smtpd_tls_key_file="+l.file(dir), "smtpd_tls_eccert_file="+l.ecFile(dir), "smtpd_tls_eckey_file="+l.ecFile(dir))
		}
		if l.Required {
			options[0] = "smtpd_tls_security_level=encrypt"
		}
		if l.Old {
			options = append(options, "smtpd_tls_protocols=>=TLSv1,<=TLSv1", "tls_medium_cipherlist=ALL:@SECLEVEL=0")
		}
		if l.ClientCert {
			options = append(options, "smtpd_tls_security_level=encrypt", "smtpd_tls_req_ccert=yes", "smtpd_tls_CAfile="+caFile(dir))
		}
		if l.SASL != "" {
			only, others := "yes", "reject_unauth_destination"
			if l.ClearLogin {
				only = "no"
			}
			if l.LoginOnly {
				others = "reject"
			}
			options = append(options, "smtpd_tls_auth_only="+only, "smtpd_sasl_auth_enable=yes", "smtpd_sasl_type=dovecot",
				"smtpd_sasl_path="+l.SASL, "smtpd_error_sleep_time=0",
				"smtpd_relay_restrictions=permit_sasl_authenticated,"+others)
		}
		for _, o := range options {
			fmt.Fprintf(&b, "  -o %s\n", o)
		}
	}
	return b.String()
}

// eximTLS are the lines of exim.conf for listeners with TLS.
func eximTLS(dir string, listeners []TLSListener) string {
	if len(listeners) == 0 {
		return "tls_advertise_hosts ="
	}
	old, ccert := "none", "none"
	for i := range listeners {
		if listeners[i].Old {
			old = listeners[i].IP
		}
		if listeners[i].ClientCert {
			ccert = listeners[i].IP
		}
	}
	file := filepath.Join(dir, "tls") + "/$received_ip_address.pem"
	return strings.Join([]string{
		"tls_advertise_hosts = *",
		"tls_certificate = " + file,
		"tls_privatekey = " + file,
		"tls_require_ciphers = ${if eq{$received_ip_address}{" + old + "}{NORMAL:-VERS-ALL:+VERS-TLS1.0}{NORMAL}}",
		"tls_verify_certificates = " + caFile(dir),
		"tls_verify_hosts = ${if eq{$received_ip_address}{" + ccert + "}{*}{}}",
		"tls_try_verify_hosts =",
	}, "\n")
}
