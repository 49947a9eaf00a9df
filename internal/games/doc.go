// Package games plays random dialogues against random mail servers and holds
// what the engine says of them against a second, naive judge that knows what
// the server really did. It has tests alone.
//
// A game is made of choices, which come from a fuzzer or from a seed: a
// scenario, and a server that answers every command rightly or in one of many
// wrong ways (another code, a reply too many, too late, in pieces, cut,
// malformed, none), in clear or under TLS, which may be ill itself. Time is that of testing/synctest, so
// that an hour of silence costs nothing. MXPROBE_GAMES is how many games
// TestGames plays.
package games
