package deploytest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/foreign"
)

// action is the action's metadata, which GitHub wants in the root.
func action(t *testing.T) map[string]any {
	t.Helper()
	return documents(t, read(t, filepath.Join(root(t), "action.yml")))[0]
}

func TestAction(t *testing.T) {
	t.Parallel()
	doc := action(t)
	follows(t, "github-action.json", doc, func() { at(t, doc, "runs", "steps", 1).(map[string]any)["shel"] = "bash" })
}

// TestActionKeepsInputsOutOfScripts: what an expression puts into a script
// is run. A pull request can set inputs.
func TestActionKeepsInputsOutOfScripts(t *testing.T) {
	t.Parallel()
	doc := action(t)
	var handed []string
	for _, step := range at(t, doc, "runs", "steps").([]any) {
		s := step.(map[string]any)
		if run, _ := s["run"].(string); strings.Contains(run, "${{") {
			t.Errorf("an expression is part of a script: %s", run)
		}
		env, _ := s["env"].(map[string]any)
		for name, value := range env {
			if v, _ := value.(string); strings.Contains(v, "inputs.") {
				handed = append(handed, name+"="+v)
			}
		}
	}
	// Each input is handed over, under the name that the script knows.
	script := read(t, deployed(t, "github", "run"))
	for name := range at(t, doc, "inputs").(map[string]any) {
		variable := "INPUT_" + strings.ToUpper(name)
		if want := variable + "=${{ inputs." + name + " }}"; !strings.Contains(strings.Join(handed, "\n"), want) || !strings.Contains(script, "${"+variable+":-}") {
			t.Errorf("the input %s does not arrive; want %s", name, want)
		}
	}
}

// TestWorkflow has actionlint read the example, with the action in the
// place of the one that it names, so that the inputs are compared, too.
func TestWorkflow(t *testing.T) {
	t.Parallel()
	actionlint := foreign.Program(t, "deploy", "actionlint")
	lint := func(change *strings.Replacer) (string, int) {
		dir := t.TempDir()
		workflows := filepath.Join(dir, ".github", "workflows")
		for _, d := range []string{workflows, filepath.Join(dir, ".git")} {
			if err := os.MkdirAll(d, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		write(t, dir, "action.yml", read(t, filepath.Join(root(t), "action.yml")))
		example := strings.Replace(read(t, deployed(t, "github", "mail.yml")), "OWNER/mxprobe@v1", "./", 1)
		write(t, workflows, "mail.yml", change.Replace(example))
		cmd := foreign.Command(t, actionlint, "-no-color", "-shellcheck=", "-pyflakes=")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), status(t, err)
	}
	if out, status := lint(strings.NewReplacer()); status != 0 || out != "" {
		t.Errorf("%d\n%s", status, out)
	}
	for what, change := range map[string]*strings.Replacer{
		`input "domains" is not defined`: strings.NewReplacer("domain: ", "domains: "),
		`property "state" is not`:        strings.NewReplacer("outputs.status", "outputs.state"),
	} {
		if out, _ := lint(change); !strings.Contains(out, what) {
			t.Errorf("%s: nobody says so\n%s", what, out)
		}
	}
}

// TestActionRuns runs the script of the action in the demo's world.
func TestActionRuns(t *testing.T) {
	t.Parallel()
	world, dir := demo(t), t.TempDir()
	outputs := write(t, dir, "outputs", "")
	play := func(env ...string) (string, int) {
		return shell(t, world, deployed(t, "github", "run"), append(env, "GITHUB_OUTPUT="+outputs, "GITHUB_ACTIONS=true")...)
	}
	out, status := play("INPUT_DOMAIN=contoso.test\r\n\nadventure-works.test\n", "INPUT_SCENARIOS=@rcpt\n@null-sender\n",
		"INPUT_REPORTS=junit="+dir+"/two words.xml\n", "INPUT_ARGS=--port="+port(world)+"\n--require=best")
	if status != 0 || !strings.Contains(out, "contoso.test") || !strings.Contains(out, "adventure-works.test") {
		t.Errorf("%d\n%s", status, out)
	}
	if text := read(t, filepath.Join(dir, "two words.xml")); !strings.Contains(text, "<testsuites") {
		t.Errorf("report = %s", text)
	}
	out, status = play("INPUT_DOMAIN=nodomain.test", "INPUT_SCENARIOS=@rcpt")
	if status != 1 || !strings.Contains(out, "::error ") {
		t.Errorf("%d\n%s", status, out)
	}
	// What looks like shell is an argument, and what looks like a flag a file.
	out, status = play("INPUT_DOMAIN=$(touch "+dir+"/owned)", "INPUT_SCENARIOS=--help; touch "+dir+"/owned")
	if _, err := os.Stat(filepath.Join(dir, "owned")); err == nil || status != 2 {
		t.Errorf("%d, owned: %v\n%s", status, err == nil, out)
	}
	// The help would be 0, and a job that checks nothing green.
	if out, status = play("INPUT_DOMAIN=contoso.test", "INPUT_SCENARIOS=--help"); status != 2 {
		t.Errorf("%d\n%s", status, out)
	}
	if got, want := read(t, outputs), "status=0\nstatus=1\nstatus=2\nstatus=2\n"; got != want {
		t.Errorf("outputs = %q; want %q", got, want)
	}
}

// TestActionBuilds runs what the action builds the program with.
func TestActionBuilds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	dir, step := t.TempDir(), at(t, action(t), "runs", "steps", 1)
	cmd := foreign.Command(t, "/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", at(t, step, "run").(string))
	cmd.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+root(t), "RUNNER_TEMP="+dir, "GITHUB_PATH="+filepath.Join(dir, "path"),
		"VERSION=v1.2.3", "CGO_ENABLED="+at(t, step, "env", "CGO_ENABLED").(string))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	path := strings.TrimSpace(read(t, filepath.Join(dir, "path")))
	out, err := foreign.Command(t, filepath.Join(path, "mxprobe"), "version").CombinedOutput()
	if err != nil || !regexp.MustCompile(`^mxprobe v1\.2\.3\n`).Match(out) {
		t.Errorf("%v\n%s", err, out)
	}
}
