package transport

import "context"

type hostKey struct{}

// For returns a context that says which host a connection is opened for. The
// address alone does not: hosts share addresses.
func For(ctx context.Context, host string) context.Context {
	return context.WithValue(ctx, hostKey{}, host)
}

// hostOf returns the host that a connection is opened for, empty if nobody
// said so.
func hostOf(ctx context.Context) string {
	host, _ := ctx.Value(hostKey{}).(string)
	return host
}
