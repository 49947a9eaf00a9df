package verdict

// Require says which addresses must pass.
type Require uint8

// The demands on a domain.
const (
	All  Require = iota // every address of every host
	Best                // every address of the hosts with the lowest preference value
	Any                 // at least one address
)
