package probe

import "testing"

func TestAllowance(t *testing.T) {
	t.Parallel()
	text := newPool()
	a := text.domain()
	if !a.Take(domainText) || a.Take(1) {
		t.Error("a domain may hold domainText, and no more")
	}
	if !a.TakeLittle(1) {
		t.Error("a little is kept beyond that")
	}
	var all []*Allowance
	for range runText/domainText - 1 {
		d := text.domain()
		d.Take(domainText - 1)
		all = append(all, d)
	}
	rest := text.left
	if last := text.domain(); last.TakeLittle(rest+1) || !last.TakeLittle(rest) || last.Take(1) {
		t.Error("a run may hold runText, and no more")
	}
	all[0].release()
	all[0].release() // gives nothing back twice
	if text.left != domainText-1 {
		t.Errorf("%d bytes are free; want what was given back", text.left)
	}
	if none := (*Allowance)(nil); !none.Take(1<<40) || !none.TakeLittle(1<<40) {
		t.Error("no allowance allows everything")
	}
}
