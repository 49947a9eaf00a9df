package manners

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// silent says, once, that nothing is opened.
func (m *Manners) silent() { m.silentFor("the NATS server cannot be reached") }

func (m *Manners) silentFor(why string) {
	if m.mute {
		return
	}
	m.mute = true
	if m.set.Say != nil {
		m.set.Say(why + ": no connection to a mail server is opened, since nobody knows how many others have open")
	}
}

// heardAgain says, once, that it goes on.
func (m *Manners) heardAgain() {
	if !m.mute {
		return
	}
	m.mute = false
	if m.set.Say != nil {
		m.set.Say("connections to mail servers are opened again")
	}
}

// strange is an entry that this worker does not understand.
type strange struct {
	key string
	err error
}

func (e *strange) Error() string {
	return fmt.Sprintf("the entry %s of the bucket %s is not understood (%v); stop all workers and remove the bucket, or use workers of one version", e.key, placesBucket, e.err)
}

// failed is called when the bus did not do what it was asked for.
func (s *seat) failed(err error) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.keeper.known = false
	s.keeper.again = time.Now().Add(s.jitter())
	if s.m.ctx.Err() == nil {
		s.m.silentFor(err.Error())
	}
}

// put writes an entry and counts it.
func (m *Manners) put(ctx context.Context, b bucket, key string, value any, in uint64) (uint64, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return 0, err
	}
	m.mu.Lock()
	m.writes++
	m.mu.Unlock()
	return b.put(ctx, key, text, in)
}

// maxKey is how long a name may be that is a key as it is.
const maxKey = 200

// keyOf is the key of a provider: its name, where a key may look so, else a digest
// of it.
func keyOf(provider string) string {
	plain := provider != "" && len(provider) <= maxKey && !strings.Contains(provider, "..") && strings.Trim(provider, ".") == provider
	for i := range len(provider) {
		c := provider[i]
		plain = plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_')
	}
	if plain {
		return provider
	}
	sum := sha256.Sum256([]byte(provider))
	return "=" + base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])
}
