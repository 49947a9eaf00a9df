package html

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast computes the contrast of every text with what it stands on,
// in light, in dark and on paper (WCAG 2.2, 1.4.3: at least 4.5 to 1).
func TestContrast(t *testing.T) {
	t.Parallel()
	b, err := files.ReadFile("page/report.css")
	if err != nil {
		t.Fatal(err)
	}
	palettes := palettesOf(t, string(b))
	for _, name := range []string{"light", "dark", "print"} {
		p := palettes[name]
		for _, pair := range [][2]string{
			{"fg", "bg"},
			{"fg", "panel"},
			{"fg", "mark"},
			{"fg", "skip-bg"}, // what a look-up and a connection took
			{"muted", "bg"},
			{"muted", "panel"},
			{"accent", "bg"},
			{"accent", "panel"},
			{"on-accent", "accent"},
			{"on-accent", "fail"},
			{"on-accent", "inconclusive"},
			{"on-accent", "warn"},
			{"fail", "panel"},
			{"fail", "mark"},
			{"muted", "mark"},
			{"pass", "bg"},
			{"warn", "bg"},
			{"fail", "bg"},
			{"inconclusive", "bg"},
			{"skip", "bg"},
			{"pass", "pass-bg"},
			{"warn", "warn-bg"},
			{"fail", "fail-bg"},
			{"inconclusive", "inconclusive-bg"},
			{"skip", "skip-bg"},
		} {
			if p[pair[0]] == "" || p[pair[1]] == "" {
				t.Errorf("%s: the palette has no %s or no %s", name, pair[0], pair[1])
				continue
			}
			if c := contrast(t, p[pair[0]], p[pair[1]]); c < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f; want 4.5", name, pair[0], pair[1], c)
			}
		}
		// Of what is drawn, 3 to 1 (1.4.11).
		for _, drawn := range []string{"bar", "accent", "fail"} {
			if c := contrast(t, p[drawn], p["bg"]); c < 3 {
				t.Errorf("%s: %s is drawn with a contrast of %.2f; want 3", name, drawn, c)
			}
		}
	}
}

// palettesOf reads the colours of the three :root blocks. What a later one
// does not set stays as in the first.
func palettesOf(t *testing.T, style string) map[string]map[string]string {
	t.Helper()
	blocks := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(style, -1)
	if len(blocks) != 3 {
		t.Fatalf("the style has %d palettes; want light, dark and print", len(blocks))
	}
	all := map[string]map[string]string{}
	for i, name := range []string{"light", "dark", "print"} {
		p := map[string]string{}
		for _, from := range []int{0, i} {
			for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(blocks[from][1], -1) {
				p[m[1]] = m[2]
			}
		}
		all[name] = p
	}
	return all
}

// contrast is the contrast ratio of WCAG 2.2.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, color string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(strings.TrimPrefix(color, "#")[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// TestContrastOfKnownColors: the measure itself is right.
func TestContrastOfKnownColors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#0000ff", "#ffffff", 8.59}} {
		if got := contrast(t, tt.a, tt.b); math.Abs(got-tt.want) > 0.01 {
			t.Errorf("contrast(%s, %s) = %.2f; want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}
