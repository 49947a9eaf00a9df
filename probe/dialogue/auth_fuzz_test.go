package dialogue

import (
	"encoding/base64"
	"strings"
	"testing"

	"mxprobe/probe/smtpwire"
)

// FuzzChallenge holds that what is read of a 334 is what its base64 says, and
// that everything else is refused.
func FuzzChallenge(f *testing.F) {
	f.Add("334 ")                 // empty
	f.Add("334")                  // without a text
	f.Add("334 VXNlcm5hbWU6")     // as it should be
	f.Add("334 VXNlcm5hbWU6  ")   // blanks behind it
	f.Add("334 Go on")            // words
	f.Add("334 QQ")               // no padding
	f.Add("334 QR==")             // bits left over
	f.Add("334-QQ==\r\n334 QQ==") // two lines
	f.Add("334 \xff\x00\r")       // bytes
	f.Add("334 QQ==\r\n")         // with its end
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := decodeChallenge(&smtpwire.Reply{Code: 334, Raw: raw})
		if err != nil {
			return
		}
		text := strings.TrimRight(strings.TrimRight(raw, "\r\n"), " ")
		if want := base64.StdEncoding.EncodeToString(got); !strings.HasSuffix(strings.ReplaceAll(text, "\r", ""), want) {
			t.Errorf("%q was read as %q, which is %q", raw, got, want)
		}
	})
}
