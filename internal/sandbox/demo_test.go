package sandbox

import (
	"bufio"
	"context"
	"strings"
	"testing"
)

func TestDemoStarts(t *testing.T) {
	w, err := Start(Demo())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	nc, err := w.DialContext(context.Background(), "tcp", "[2001:db8::10]:25")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	line, err := bufio.NewReader(nc).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "220 mx1.contoso.test ") {
		t.Errorf("greeting = %q, %v", line, err)
	}
}
