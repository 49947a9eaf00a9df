package dnsmx

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// mustRoute returns the route of the domain, which must not fail.
func mustRoute(t *testing.T, r *Resolver, domain string) Route {
	t.Helper()
	route, err := r.Route(t.Context(), domain)
	if err != nil {
		t.Fatalf("Route(%q): %v", domain, err)
	}
	return route
}

// routeError returns the error of a route that must fail.
func routeError(t *testing.T, r *Resolver, domain string) *Error {
	t.Helper()
	route, err := r.Route(t.Context(), domain)
	if err == nil {
		t.Fatalf("Route(%q) = %v; want an error", domain, hostLines(route.Hosts))
	}
	if len(route.Hosts) > 0 {
		t.Errorf("Route(%q) gave hosts beside an error: %v", domain, hostLines(route.Hosts))
	}
	return asError(t, err)
}

func asError(t *testing.T, err error) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error %v (%T); want an *Error", err, err)
	}
	return e
}

// hostLines writes each host as "10 mx.test 192.0.2.1 2001:db8::1", or with
// the kind of its error in place of the addresses.
func hostLines(hosts []Host) []string {
	lines := make([]string, len(hosts))
	for i, h := range hosts {
		lines[i] = fmt.Sprintf("%d %s", h.Preference, h.Name)
		for _, a := range h.Addrs {
			lines[i] += " " + a.String()
		}
		if e, ok := errors.AsType[*Error](h.Err); ok {
			lines[i] += " " + e.Kind.String()
		}
	}
	return lines
}

func wantHosts(t *testing.T, route Route, want ...string) {
	t.Helper()
	got := strings.Join(hostLines(route.Hosts), "\n")
	if w := strings.Join(want, "\n"); got != w {
		t.Errorf("hosts of %q:\n%s\nwant:\n%s", route.Domain, got, w)
	}
}

// wantNote checks that there is a note with all the parts.
func wantNote(t *testing.T, notes []string, parts ...string) {
	t.Helper()
	for _, n := range notes {
		if containsAll(n, parts) {
			return
		}
	}
	t.Errorf("notes %q; want one with %q", notes, parts)
}

func containsAll(s string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}

func wantText(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("error %v; want %s", err, want)
	}
}
