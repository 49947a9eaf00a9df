// Package scenarios reads the dialogue language: YAML files that say what to
// send to a mail server and what must come back.
//
// Parse turns a file into Scenarios and finds every mistake in it, each with
// its place. A Scenario is ready to play: reply codes, patterns and limits
// are compiled once, and what depends on variables is expanded from
// templates (Text) when a target is known. Nothing here opens a connection.
//
// To play one: ask Undefined whether all variables are known, fetch what
// LoadSecrets returns, make a Lookup for each target, and expand Text and
// Expect with it. Step.Default says what a step expects that does not say so
// itself. Scenarios are not changed by any of this and may be used by many
// goroutines at once; a Lookup is for one.
//
// # What YAML does to a line
//
// A step that is a line alone is a plain scalar of YAML. Blanks at its end
// are cut off, and so is everything from a " #" on; a line over several lines
// of the file is joined with single blanks. Write the line in quotes to keep
// such things. A colon with a blank after it makes a key, and a line cannot
// start with one of @ ` * & ! % | > { [ " ' #; Parse says so where it sees it.
// Values keep their text: 5.10 and 2e10 are not numbers here. "\xff" in
// double quotes is the character U+00FF, which is two bytes in UTF-8; any
// byte can be sent with bytes.
package scenarios

import (
	"crypto/tls"
	"regexp"
	"time"
)

// Pos is a place in a file: line and column count from 1, the column in
// characters. The zero Pos means that the place is not known.
type Pos struct{ Line, Col int }

// Scenario is one YAML document: a dialogue, to whom it applies, and what
// must be true of the replies.
type Scenario struct {
	// File is the name given to Parse; built-ins are named @send and so on.
	File string
	// Pos is the place of the document's first key.
	Pos         Pos
	Name        Text
	Description string
	Tags        []string
	// Delivers is true if the dialogue hands over a message that a server
	// may deliver: it has a message, body or DATA step that is not expected
	// to be refused.
	Delivers bool
	// Sender is true for sender: true: the dialogue does what a sender of mail
	// does, and its answers are those that a sender would get.
	Sender bool
	If     []Condition
	Unless []Condition
	// UnlessPassed is the name of a scenario before this one in the file; where
	// that one has passed with an address, this one is left out there. Empty
	// for none.
	UnlessPassed string
	Vars         []Var
	Secrets      []Secret
	// Row holds the columns of one row of each; nil where there is no each.
	// Parse returns one Scenario for each row.
	Row map[string]string
	// RowNumber counts the rows from 1; 0 where there is no each.
	RowNumber int
	Hosts     []HostRule
	// Target is the host to speak to instead of the domain's MX hosts; zero
	// means the MX hosts.
	Target Text
	// Ports are the ports to play the scenario at; see PortList.
	Ports []Text
	// ImplicitTLS is true for tls: implicit; TLS then holds the settings of
	// the handshake and is nil otherwise.
	ImplicitTLS bool
	TLS         *StartTLSOptions
	// OpportunisticTLS is true for tls: opportunistic: TLS after the first EHLO
	// where the server offers STARTTLS, as a server that sends mail does it.
	OpportunisticTLS bool
	// Greeting is what the greeting must be; the zero Expect stands for 220.
	Greeting Expect
	// SpeakFirst is true for greeting: none. The first step then does not
	// wait for the greeting.
	SpeakFirst bool
	// Timeout is the longest wait for one reply; 0 where not given.
	Timeout time.Duration
	Retry   *Retry
	// LMTP is true for protocol: lmtp.
	LMTP bool
	// Grouped is true for pipeline: auto: commands go out in groups where the
	// server offers PIPELINING.
	Grouped bool
	// Reuse is true for reuse: true: over a list, the steps behind Opening are
	// played for further domains over the connection of an earlier one.
	Reuse bool
	// NoQuit is true for quit: false.
	NoQuit bool
	Steps  []Step

	source *source
	// rowTexts are the columns of an inline row that hold variables.
	rowTexts []Var
	// place is where the row stands, nil for one in the scenario itself.
	place *rowPlace
	// columns are the names that any row has; shared by all rows.
	columns map[string]bool
	outputs *outputs // of the commands of Secrets
	reach   *reach   // nil for a scenario that no Loader made
}

// Var is a variable that the scenario sets.
type Var struct {
	Pos   Pos
	Name  string
	Value Text
}

// Secret is a variable whose value comes from outside and is masked in every
// output. Exactly one of Env, Path and Command is set.
type Secret struct {
	Pos     Pos
	Name    string
	Env     string   // name of an environment variable
	Path    string   // file, relative to the scenario's; one line end is cut off
	Command []string // program and arguments; its standard output, one line end cut off
}

// HostRule changes the dialogue for some hosts; the first that matches counts.
type HostRule struct {
	Pos   Pos
	Match HostMatch
	Vars  []Var
	// Skip and MayFail give a reason: the host is left out, or a failure
	// there is only a warning.
	Skip    string
	MayFail string
}

// Retry says which failures start the whole dialogue again on a new connection.
type Retry struct {
	Pos Pos
	// On holds codes; Connect, EOF and Timeout are set by the words of that name.
	On                    Codes
	Connect, EOF, Timeout bool
	Times                 int // attempts after the first
	Wait                  time.Duration
}

// CloseHow says how a connection is closed.
type CloseHow uint8

// The ways to close.
const (
	CloseFIN CloseHow = iota // close: true
	CloseRST                 // close: reset
	CloseTLS                 // close: tls ends TLS only
)

// Step is one step of a dialogue: one action, and what must follow.
type Step struct {
	Pos Pos
	// Number counts from 1 in the order of the file, the lines of a
	// pipeline one by one (the pipeline itself has the number of its first).
	Number int
	Name   Text // zero where not given: the line is the name
	Action Action
	// Text is the line of Send and Raw, the text of Message and Body where
	// it does not come from a file, and the line as typed of a StartTLS that
	// is a bare line. Line ends in the text of a Send are CRLF: several
	// commands in one write.
	Text Text
	// Verb is the command word of a Send whose first word is written
	// without a variable, in upper case ("MAIL"), else empty.
	Verb  string
	Bytes []byte // for Bytes
	// Content is the file's content for a Message or Body with file:, else
	// nil. There are no variables in it.
	Content []byte
	// Headers are fields to put in, Attach files to add and DKIM the signature
	// of a Message or BDAT.
	Headers []Header
	Attach  []Attachment
	DKIM    *DKIM
	// AsIs (message and bdat), NoStuff and NoEnd (body) switch off what is
	// added.
	AsIs, NoStuff, NoEnd bool
	// Chunks are the sizes of the chunks of a BDAT in octets, the last for
	// all that follow; nil is one chunk. NotLast leaves LAST off.
	Chunks   []int
	NotLast  bool
	Steps    []Step // for Pipeline: all are Send, Raw or Bytes
	StartTLS *StartTLSOptions
	Auth     *AuthOptions
	Sleep    time.Duration
	Close    CloseHow
	Mailbox  *Mailbox // for Arrives and Report

	// MayFail gives the reason why a reply that is not as expected is only a
	// warning, and the dialogue goes on; empty where not given.
	MayFail string
	// Repeat is how often the step is played, 0 where not given; see Unroll.
	Repeat int
	// ForTo is true for a step that is played once for each recipient; see
	// Unroll.
	ForTo bool
	// Recipient says for which recipient an unrolled step is played: 1 for
	// the first, 0 for a step that has nothing to do with it.
	Recipient int

	Expect   Expect
	Optional bool
	PassIf   Codes
	SkipIf   Codes
	Captures []Capture
	If       []Condition
	Unless   []Condition
	Timeout  time.Duration // 0 where not given
}

// StartTLSOptions are the settings of a handshake: of a starttls step, or of
// a scenario with implicit TLS.
type StartTLSOptions struct {
	Pos        Pos
	Verify     Verify
	Min, Max   string // "1.0" to "1.3", empty where not given
	Name       Text
	ValidFor   Limit
	Ciphers    []uint16      // suites up to TLS 1.2, nil for the usual ones
	Signature  Signature     // of the server's certificate
	Curves     []tls.CurveID // nil for the usual ones
	NoResume   bool          // resume: false
	ClientCert string
	ClientKey  string
	// Line is sent in place of STARTTLS; zero where not given.
	Line Text
}

// Limit is a bound with up to two thresholds; 0 means that there is none.
type Limit struct {
	Pos        Pos
	Warn, Fail time.Duration
}

// Capture keeps a part of the reply for later steps and reports: the first
// group of a pattern, or the reply code where Re is nil.
type Capture struct {
	Pos  Pos
	Name string
	Re   *regexp.Regexp
}

// Expect is everything a reply must be. The zero Expect stands for the
// default of the action.
type Expect struct {
	Codes    Codes
	Enhanced []EnhancedPattern // any of these
	Text     []TextPattern     // all of these
	Lines    []LinePattern     // nil where not given
	Offers   []Keyword         // all of these
	Lacks    []Keyword         // none of these
	Within   Limit

	template bool // some part holds a variable
}

// IsZero reports whether nothing is expected but the action's default.
func (e *Expect) IsZero() bool {
	return e.Codes.IsZero() && e.Enhanced == nil && e.Text == nil && e.Lines == nil &&
		e.Offers == nil && e.Lacks == nil && e.Within == Limit{}
}

// Header is a field of the header of a message.
type Header struct {
	Pos   Pos
	Name  string
	Value Text
}

// Attachment is a file that is added to a message: the content of a file, or
// a text where Content is nil.
type Attachment struct {
	Pos     Pos
	Name    Text // see FileName
	Content []byte
	Text    Text
}

// DKIM says how a message is signed. KeyFile holds the private key; see
// ReadFile.
type DKIM struct {
	Pos              Pos
	Domain, Selector Text
	KeyFile          string
}
