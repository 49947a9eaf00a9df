package report

import "mxprobe/probe/result"

// findings writes what was found out beside the dialogues.
func (e *encoder) findings(all []result.Finding) {
	if len(all) == 0 {
		return
	}
	e.list("findings")
	for i := range all {
		f := &all[i]
		e.open()
		e.str("id", f.ID)
		e.str("severity", string(f.Severity))
		e.object("subject")
		e.str("domain", f.Subject.Domain)
		e.strSome("host", f.Subject.Host)
		e.strSome("address", f.Subject.Address)
		e.close()
		e.str("title", f.Title)
		e.strSome("evidence", f.Evidence)
		e.strSome("actor", string(f.Actor))
		e.strSome("advice", f.Advice)
		e.strsSome("publish", f.Publish)
		e.strSome("rfc", f.RFC)
		e.close()
	}
	e.endList()
}

// receptions writes what senders would do with each address.
func (e *encoder) receptions(all []result.Reception) {
	if len(all) == 0 {
		return
	}
	e.list("reception")
	for i := range all {
		r := &all[i]
		e.open()
		e.str("host", r.Host)
		e.str("address", r.Address)
		e.str("opportunistic", r.Opportunistic)
		e.str("mta_sts", r.MTASTS)
		e.str("dane", r.DANE)
		e.close()
	}
	e.endList()
}
