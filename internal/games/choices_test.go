package games

import "math/rand/v2"

// choices are what a game is made of: the bytes of a fuzzer first, and those
// of a generator seeded with them behind.
type choices struct {
	given []byte
	more  *rand.Rand
	tls   *rand.Rand // of what a game has to do with opportunistic TLS
}

func newChoices(given []byte, seed uint64) *choices {
	return &choices{given: given, more: rand.New(rand.NewPCG(seed, 25)), tls: rand.New(rand.NewPCG(seed, 26))}
}

// fork returns the choices of the n-th of several who choose at the same time.
func (c *choices) fork(n int) *choices {
	given := c.given
	if n > 0 {
		given = nil
	}
	return &choices{given: given, more: rand.New(rand.NewPCG(c.more.Uint64(), uint64(n)))}
}

// below returns a number from 0 to n-1.
func (c *choices) below(n int) int {
	if len(c.given) > 0 {
		b := c.given[0]
		c.given = c.given[1:]
		return int(b) % n
	}
	return c.more.IntN(n)
}

// once reports true once in n times.
func (c *choices) once(n int) bool { return c.below(n) == n-1 }

// one returns one of several.
func one[T any](c *choices, of ...T) T { return of[c.below(len(of))] }
