package junit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// extended is the public schema with the attributes that GitLab and GitHub's
// report actions read and it does not know.
func extended(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "junit-10.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	schema := string(b)
	for _, more := range []struct{ element, attributes string }{
		{"testcase", `<xs:attribute name="file" type="xs:string"/><xs:attribute name="line" type="xs:positiveInteger"/>`},
		{"testsuites", `<xs:attribute name="skipped" type="xs:nonNegativeInteger"/>`},
	} {
		at := strings.Index(schema, `<xs:element name="`+more.element+`">`)
		end := at + strings.Index(schema[at:], "</xs:complexType>")
		schema = schema[:end] + more.attributes + schema[end:]
	}
	path := filepath.Join(t.TempDir(), "junit.xsd")
	if err := os.WriteFile(path, []byte(schema), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSchemaOfJenkins has a foreign validator read every report.
func TestSchemaOfJenkins(t *testing.T) {
	t.Parallel()
	lint, schema := foreign.Program(t, "xmllint", "xmllint"), extended(t)
	validate := func(text string) (string, error) {
		cmd := foreign.Command(t, lint, "--noout", "--nonet", "--schema", schema, "-")
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for name, domains := range inputs() {
		if out, err := validate(documentOf(t, domains...)); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	// The validator can say no.
	good := documentOf(t, inputs()["mixed"]...)
	for _, broken := range [][2]string{{"<testcase ", "<testcas "}, {` name="mxprobe"`, ` nam="mxprobe"`}, {` line="9"`, ` line="x"`}, {`time="0.410"`, `time="0,4 s"`}} {
		bad := strings.Replace(good, broken[0], broken[1], 1)
		if _, err := validate(bad); err == nil || bad == good {
			t.Errorf("%q in place of %q is accepted", broken[1], broken[0])
		}
	}
}
