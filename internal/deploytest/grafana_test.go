package deploytest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// dashboard is what the tests look at in a dashboard of Grafana.
type dashboard struct {
	Title, UID string
	Panels     []struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ X, Y, W, H int }
		Targets                  []struct{ RefID, Expr, LegendFormat string }
	}
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
}

func grafana(t *testing.T) (board dashboard, text string) {
	t.Helper()
	text = read(t, deployed(t, "grafana", "mxprobe.json"))
	if err := json.Unmarshal([]byte(text), &board); err != nil {
		t.Fatal(err)
	}
	return board, text
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	board, _ := grafana(t)
	if board.Title != "mxprobe" || board.UID == "" || len(board.Panels) < 15 {
		t.Errorf("title %q, uid %q, %d panels", board.Title, board.UID, len(board.Panels))
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range board.Panels {
		if ids[p.ID] || p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d %q lacks something, or has the number of another", p.ID, p.Title)
		}
		ids[p.ID] = true
		if p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W < 1 || p.GridPos.H < 1 {
			t.Errorf("%s is not on the grid of 24 columns: %+v", p.Title, p.GridPos)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if taken[at] != "" {
					t.Fatalf("%s lies on %s", p.Title, taken[at])
				}
				taken[at] = p.Title
			}
		}
	}
}

// TestDashboardKnowsItsMetrics compares names of metrics, and of the labels
// in legends and selectors, with what mxprobe writes.
func TestDashboardKnowsItsMetrics(t *testing.T) {
	t.Parallel()
	board, text := grafana(t)
	knowsMetrics(t, "mxprobe.json", text)
	all := metrics(t)
	legend, metric := regexp.MustCompile(`\{\{(\w+)\}\}`), regexp.MustCompile(`\bmxprobe_\w+`)
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			name := metric.FindString(target.Expr)
			for _, l := range legend.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !all[name][l[1]] && l[1] != "instance" { // which the scrape adds
					t.Errorf("%s: the legend names the label %s, which %s does not have", p.Title, l[1], name)
				}
			}
			if strings.Contains(target.Expr, "$domain") && !all[name]["domain"] {
				t.Errorf("%s: %s has no domain", p.Title, name)
			}
		}
	}
	for _, v := range board.Templating.List {
		if v.Type == "query" && v.Definition != "label_values(mxprobe_domain_success, domain)" {
			t.Errorf("the variable %s is asked for with %q", v.Name, v.Definition)
		}
	}
}

// TestPromQLOfDashboard has Prometheus read every expression, as the rule
// that records it.
func TestPromQLOfDashboard(t *testing.T) {
	t.Parallel()
	board, _ := grafana(t)
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	n := 0
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			expr := strings.ReplaceAll(target.Expr, "$domain", "example.org|example.net")
			if strings.Contains(expr, "$") {
				t.Errorf("%s: %q has a variable that the test does not know", p.Title, target.Expr)
			}
			fmt.Fprintf(&rules, "  - record: panel_%d:%s\n    expr: %q\n", p.ID, target.RefID, expr)
			n++
		}
	}
	path := write(t, t.TempDir(), "rules.yml", rules.String())
	if out, err := promtool(t, "check", "rules", path); err != nil || !strings.Contains(out, fmt.Sprintf("%d rules found", n)) {
		t.Errorf("%v\n%s\n%s", err, out, rules.String())
	}
}
