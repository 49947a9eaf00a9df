package greylist

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// Entry is one sender who was told to come back.
type Entry struct {
	From string `json:"from"` // empty for the null sender
	To   string `json:"to"`
	IP   string `json:"ip"`
	// Host is the host the address was found under.
	Host     string `json:"host"`
	Scenario string `json:"scenario"`
	// First and Last are when the sender was refused for the first and for
	// the last time, in UTC.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	// Reply is the code of the first refusal with its enhanced status code.
	Reply string `json:"reply"`
	// Greylisting is true if a refusal had the words of greylisting.
	Greylisting bool `json:"greylisting,omitempty"`
}

// key is what a greylisting server keys on, seen from here.
type key struct{ from, to, ip string }

func (e *Entry) key() key { return key{e.From, e.To, e.IP} }

// Valid returns an error if an entry that was read from a file lacks
// something.
func (e *Entry) Valid() error {
	switch {
	case e.To == "" || e.IP == "" && e.Host == "":
		return errors.New("an entry has no recipient, or no address")
	case e.First.IsZero() || e.Last.Before(e.First):
		return errors.New("an entry has no first refusal, or one after its last")
	}
	return nil
}

// forget is how long an entry is kept that was not tried again. Servers
// forget as well: Postgrey after two days, spamd after four hours.
const forget = 48 * time.Hour

// fresh reports whether an entry still means something. One from the future
// was written under another clock.
func (e *Entry) fresh(now time.Time) bool {
	return now.Sub(e.Last) <= forget && e.First.Before(now.Add(time.Minute))
}

// sorted puts entries into an order that does not depend on the run.
func sorted(entries []Entry) []Entry {
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.To, b.To), strings.Compare(a.Host, b.Host), strings.Compare(a.IP, b.IP), strings.Compare(a.From, b.From))
	})
	return entries
}
