package deploytest

import (
	"strings"
	"testing"
)

func TestGitLab(t *testing.T) {
	t.Parallel()
	doc := documents(t, read(t, deployed(t, "gitlab", "mxprobe.gitlab-ci.yml")))[0]
	job := at(t, doc, ".mxprobe").(map[string]any)
	// What is hidden is not looked at much; a job is.
	doc["mail"] = job
	if at(t, job, "retry", "exit_codes", 0) != 3 || at(t, job, "artifacts", "when") != "always" {
		t.Errorf("retry %v, artifacts %v", job["retry"], job["artifacts"])
	}
	// GitLab takes two retries at most.
	follows(t, "gitlab-ci.json", doc, func() { job["retry"] = map[string]any{"max": 7} })
}

// TestGitLabScript runs the script as the runner does, and looks for the
// reports that the job says it has.
func TestGitLabScript(t *testing.T) {
	t.Parallel()
	world := demo(t)
	job := at(t, documents(t, read(t, deployed(t, "gitlab", "mxprobe.gitlab-ci.yml")))[0], ".mxprobe")
	script := strings.Join(words(t, at(t, job, "script")), "\n")
	for _, tt := range []struct {
		domain, server string
		want           int
	}{
		{"contoso.test", "mx1.contoso.test:" + port(world), 0},
		{"nodomain.test", "", 1},
	} {
		out, status := shell(t, world, "set -e\n"+script+" || s=$?\ntest -s "+at(t, job, "artifacts", "paths", 0).(string)+
			"\ngrep -q '<testsuites' "+at(t, job, "artifacts", "reports", "junit").(string)+"\nexit ${s:-0}",
			"MXPROBE_DOMAIN="+tt.domain, "MXPROBE_SERVER="+tt.server, "SCENARIOS=@rcpt @null-sender")
		if status != tt.want {
			t.Errorf("%s ends with %d; want %d\n%s", tt.domain, status, tt.want, out)
		}
	}
}
