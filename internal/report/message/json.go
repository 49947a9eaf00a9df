package message

import (
	"encoding/json"
	"io"
	"time"

	"mxprobe/internal/trace"
)

// The objects of JSON. Every name is part of the interface.
type (
	jsonMessage struct {
		Type           string          `json:"type"`
		Name           string          `json:"name,omitempty"`
		From           string          `json:"from"`
		To             string          `json:"to"`
		Subject        string          `json:"subject"`
		Date           string          `json:"date"`
		MessageID      string          `json:"message_id"`
		Form           string          `json:"form,omitempty"`
		ReportedBy     string          `json:"reported_by,omitempty"`
		EnvelopeID     string          `json:"envelope_id,omitempty"`
		Returned       string          `json:"returned,omitempty"`
		ReturnedID     string          `json:"returned_message_id,omitempty"`
		Recipients     []jsonRecipient `json:"recipients,omitempty"`
		Hops           []jsonHop       `json:"hops"`
		TookMillis     int64           `json:"took_ms"`
		Slowest        int             `json:"slowest,omitempty"`
		Loops          []string        `json:"loops,omitempty"`
		Authentication []jsonCheck     `json:"authentication"`
		ARC            []jsonSeal      `json:"arc,omitempty"`
		DKIM           []jsonSignature `json:"dkim,omitempty"`
		DMARC          *jsonDMARC      `json:"dmarc,omitempty"`
		Unsubscribe    *jsonLeave      `json:"unsubscribe,omitempty"`
		Filters        []jsonFilter    `json:"filters,omitempty"`
	}
	jsonRecipient struct {
		Recipient  string `json:"recipient"`
		Final      string `json:"final,omitempty"`
		Action     string `json:"action"`
		Status     string `json:"status"`
		Remote     string `json:"remote"`
		Reply      string `json:"reply"`
		Diagnostic string `json:"diagnostic"`
		Cause      string `json:"cause"`
		Whose      string `json:"whose"`
		Temporary  bool   `json:"temporary"`
		Hint       string `json:"hint"`
	}
	jsonHop struct {
		From      string `json:"from"`
		HELO      string `json:"helo,omitempty"`
		Address   string `json:"address,omitempty"`
		By        string `json:"by"`
		With      string `json:"with"`
		TLS       string `json:"tls"`
		Cipher    string `json:"cipher,omitempty"`
		ID        string `json:"id,omitempty"`
		For       string `json:"for,omitempty"`
		At        string `json:"at"`
		NoZone    bool   `json:"zone_missing,omitempty"`
		DelayMS   *int64 `json:"delay_ms"`
		ClockSkew bool   `json:"clock_skew,omitempty"`
		Software  string `json:"software,omitempty"`
	}
	jsonCheck struct {
		Server  string       `json:"server"`
		Results []jsonResult `json:"results"`
	}
	jsonResult struct {
		Method     string            `json:"method"`
		Result     string            `json:"result"`
		Reason     string            `json:"reason,omitempty"`
		Properties map[string]string `json:"properties,omitempty"`
	}
	jsonSeal struct {
		Instance       int       `json:"instance"`
		Domain         string    `json:"domain"`
		Selector       string    `json:"selector"`
		Chain          string    `json:"chain"`
		Authentication jsonCheck `json:"authentication"`
	}
	jsonSignature struct {
		Domain    string `json:"domain"`
		Selector  string `json:"selector"`
		Algorithm string `json:"algorithm"`
		Result    string `json:"result,omitempty"`
		Reason    string `json:"reason,omitempty"`
	}
	jsonDMARC struct {
		From    string        `json:"from"`
		Aligned []jsonAligned `json:"aligned"`
	}
	jsonAligned struct {
		Method    string `json:"method"`
		Domain    string `json:"domain"`
		By        string `json:"by"`
		Alignment string `json:"alignment"`
	}
	jsonLeave struct {
		Links    []string `json:"links"`
		OneClick bool     `json:"one_click"`
	}
	jsonFilter struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// WriteJSON writes one object, on one line or set in for people.
func (m *Message) WriteJSON(w io.Writer, indented bool) error {
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	if indented {
		to.SetIndent("", "  ")
	}
	return to.Encode(m.object())
}

func (m *Message) object() *jsonMessage {
	t := m.Trace
	o := &jsonMessage{
		Type: m.Type(), Name: m.Name, From: m.From, To: m.To, Subject: m.Subject, Date: m.Date, MessageID: m.ID,
		Hops: make([]jsonHop, len(t.Hops)), TookMillis: t.Took.Milliseconds(), Slowest: t.Slowest + 1, Loops: t.Loops,
		Authentication: make([]jsonCheck, len(t.Checks)),
	}
	if b := m.Bounce; b != nil {
		o.Form, o.ReportedBy, o.EnvelopeID, o.Returned, o.ReturnedID = string(b.Form), b.By, b.EnvelopeID, string(b.Returned), b.MessageID
	}
	for i := range m.Recipients {
		o.Recipients = append(o.Recipients, recipientObject(&m.Recipients[i]))
	}
	for i := range t.Hops {
		o.Hops[i] = hopObject(&t.Hops[i])
	}
	for i := range t.Checks {
		o.Authentication[i] = checkObject(&t.Checks[i])
	}
	for i := range t.Seals {
		s := &t.Seals[i]
		o.ARC = append(o.ARC, jsonSeal{s.Instance, s.Domain, s.Selector, s.Chain, checkObject(&s.Check)})
	}
	for _, s := range m.Signatures {
		o.DKIM = append(o.DKIM, jsonSignature{s.Domain, s.Selector, s.Algorithm, string(s.Value), s.Reason})
	}
	if m.FromDomain != "" {
		o.DMARC = &jsonDMARC{From: m.FromDomain, Aligned: []jsonAligned{}}
		for _, a := range m.Aligned {
			o.DMARC.Aligned = append(o.DMARC.Aligned, jsonAligned{a.Method, a.Domain, a.By, string(a.Alignment)})
		}
	}
	if u := t.Unsubscribe; len(u.Links) > 0 {
		o.Unsubscribe = &jsonLeave{u.Links, u.OneClick}
	}
	for _, f := range t.Filters {
		o.Filters = append(o.Filters, jsonFilter{f.Name, f.Value})
	}
	return o
}

func recipientObject(r *Recipient) jsonRecipient {
	o := jsonRecipient{
		Recipient: r.Address(), Action: r.Action, Status: r.Status, Remote: r.Remote, Reply: r.Reply, Diagnostic: r.Diagnostic,
		Cause: r.Cause, Whose: r.Whose, Temporary: r.Temporary, Hint: r.Hint,
	}
	if r.Final != o.Recipient {
		o.Final = r.Final
	}
	return o
}

func hopObject(h *trace.Hop) jsonHop {
	o := jsonHop{
		From: h.From, HELO: h.HELO, By: h.By, With: h.With, TLS: h.TLS, Cipher: h.Cipher, ID: h.ID, For: h.For,
		NoZone: h.ZoneMissing, ClockSkew: h.Skewed(), Software: h.Software,
	}
	if h.Address.IsValid() {
		o.Address = h.Address.String()
	}
	if !h.At.IsZero() {
		o.At = h.At.Format(time.RFC3339)
	}
	if h.Timed {
		ms := h.Delay.Milliseconds()
		o.DelayMS = &ms
	}
	return o
}

func checkObject(c *trace.Check) jsonCheck {
	o := jsonCheck{Server: c.Server, Results: make([]jsonResult, len(c.Results))}
	for i := range c.Results {
		r := &c.Results[i]
		o.Results[i] = jsonResult{Method: r.Method, Result: r.Value, Reason: r.Reason}
		for _, p := range r.Properties {
			if o.Results[i].Properties == nil {
				o.Results[i].Properties = make(map[string]string)
			}
			o.Results[i].Properties[p.Name] = p.Value
		}
	}
	return o
}
