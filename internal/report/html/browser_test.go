package html

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mxprobe/internal/foreign"
	"mxprobe/internal/report/reporttest"
)

// browser starts one Chromium for all tests. It looks no name up and asks
// nobody for anything.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := foreign.Program(t, "chromium", "chromium")
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// action is something done in a tab that has no answer.
type action = chromedp.Action[chromedp.Void]

// command is a command of the protocol for which chromedp has no action.
func command[P, R any](c cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// script runs an expression in the page.
func script(expression string) action { return chromedp.Evaluate[chromedp.Void](expression) }

// tab is a page in the browser, and what it did that it must not do.
type tab struct {
	*testing.T
	ctx  context.Context
	url  string
	mu   sync.Mutex
	said []string // on the console, as dialogs, to the network
}

// open writes a page to a file and opens it in a tab of its own, after some
// actions. The tab is looked at once more when the test ends.
func open(t *testing.T, browser context.Context, content []byte, before ...action) *tab {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx, url: "file://" + file}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.run(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	b.run(before...)
	b.run(chromedp.Navigate(b.url))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, s := range b.said {
			t.Errorf("the page did this: %s", s)
		}
	})
	return b
}

func (b *tab) listen(event any) {
	said := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		said = "console: " + string(e.Type)
	case *runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
	case *log.EventEntryAdded:
		said = "log: " + e.Entry.Text
	case *page.EventJavascriptDialogOpening:
		said = "dialog: " + e.Message
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.url) {
			said = "request: " + e.Request.URL
		}
	}
	if said != "" {
		b.mu.Lock()
		b.said = append(b.said, said)
		b.mu.Unlock()
	}
}

func (b *tab) run(actions ...action) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// ask evaluates an expression in the page and compares the answer.
func (b *tab) ask(expression string, want any) {
	b.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]byte](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(want); err != nil {
		b.Fatal(err)
	}
	if wanted := strings.TrimSpace(text.String()); string(got) != wanted {
		b.Errorf("%s is %s; want %s", expression, got, wanted)
	}
}

// await waits until an expression is true: going to a link takes a moment.
func (b *tab) await(expression string) {
	b.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(5*time.Second))); err != nil {
		b.Errorf("%s does not become true: %v", expression, err)
	}
}

// What the tests ask a page.
const (
	entriesSeen = `[...document.querySelectorAll(".item")].filter(e => !e.hidden).length`
	openSeen    = `[...document.querySelectorAll("main details")].filter(e => e.open).length`
	closedSeen  = `[...document.querySelectorAll("main details")].filter(e => !e.open).length`
	shownText   = `document.getElementById("shown").textContent`
	badSender   = `document.getElementById("fabrikam.test/mx1.fabrikam.test/192.0.2.10:25/bad-sender-is-refused")`
)

func TestBrowser(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	one := pageOf(t, true, typical())
	many := pageOf(t, true, append(reporttest.AllDomains(), *reporttest.EncryptedDomain())...)
	hostile := pageOf(t, true, *reporttest.HostileDomain(), *reporttest.ForgingDomain())

	t.Run("filter", func(t *testing.T) {
		b := open(t, chromium, one)
		b.ask(`document.getElementById("filter").checkVisibility()`, true)
		b.ask(shownText, "8 results")
		b.run(chromedp.SendKeys("#filter-text", "MX1 5xx"))
		b.ask(entriesSeen, 1)
		b.ask(shownText, "1 of 8 results shown")
		b.ask(badSender+".checkVisibility()", true)
		b.ask(`[...document.querySelectorAll(".matrix tr[id]")].filter(r => r.checkVisibility()).map(r => r.id)`,
			[]string{"fabrikam.test/mx1.fabrikam.test/192.0.2.10:25~row"})
		b.run(script(`document.getElementById("filter-text").value = ""`), chromedp.SendKeys("#filter-text", "nowhere"))
		b.ask(entriesSeen, 0)
		b.ask(`document.getElementById("nothing").checkVisibility()`, true)
		b.run(script(`document.getElementById("filter-text").value = ""`), chromedp.Click(`#filter input[value=fail]`))
		b.ask(entriesSeen, 4)
		b.ask(badSender+".checkVisibility()", false)
		b.ask(`document.getElementById("nothing").checkVisibility()`, false)
	})

	t.Run("filter of a list", func(t *testing.T) {
		b := open(t, chromium, many)
		b.ask(`document.querySelector("details.group").open`, false)
		b.run(chromedp.SendKeys("#filter-text", "www.fabrikam"))
		b.ask(entriesSeen, 1)
		b.ask(`[...document.querySelectorAll(".domain")].filter(d => d.checkVisibility()).map(d => d.id)`, []string{"www.fabrikam.test"})
		b.ask(`[...document.querySelectorAll("h2")].filter(h => h.checkVisibility()).length`, 1)
	})

	t.Run("expand and collapse", func(t *testing.T) {
		b := open(t, chromium, many)
		b.run(chromedp.Click("#expand"))
		b.ask(closedSeen, 0)
		b.run(chromedp.Click("#collapse"))
		b.ask(openSeen, 0)
	})

	t.Run("a link opens what it leads to", func(t *testing.T) {
		b := open(t, chromium, many)
		const id = "www.fabrikam.test/www.fabrikam.test/192.0.2.80:25/basic-send"
		const entry = `document.getElementById("` + id + `")`
		b.ask(entry+".checkVisibility()", false)
		b.run(chromedp.Navigate(b.url + "#" + id))
		b.await(entry + `.checkVisibility() && ` + entry + `.open`)
		b.ask(`document.activeElement.parentElement.id`, id)
		b.await(`(r => r.top >= 0 && r.top < innerHeight)(` + entry + `.getBoundingClientRect())`)
		// The same from a cell of the matrix, with the entry filtered out.
		b.run(script(entry+`.open = false`), chromedp.Click(`#filter input[value=pass]`))
		b.ask(entry+".checkVisibility()", false)
		b.run(script(`document.querySelector("a.cell[href='#` + id + `']").click()`))
		b.await(entry + `.checkVisibility() && ` + entry + `.open`)
	})

	t.Run("keyboard", func(t *testing.T) {
		b := open(t, chromium, one)
		var order []string
		for range 9 {
			b.run(chromedp.KeyEvent(kb.Tab))
			at, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
				`(e => e.id || e.className || e.value || e.tagName.toLowerCase())(document.activeElement)`))
			if err != nil {
				t.Fatal(err)
			}
			order = append(order, at)
		}
		if got, want := fmt.Sprint(order), "[skip filter-text fail skip pass expand collapse summary scroll]"; got != want {
			t.Errorf("the tabulator goes to %s; want %s", got, want)
		}
		b.ask(`getComputedStyle(document.activeElement).outlineStyle`, "solid")
		b.run(chromedp.Focus(".skip"), chromedp.KeyEvent(kb.Enter))
		b.await(`document.activeElement.id === "results"`)
		b.run(script(badSender+`.querySelector("summary").focus()`), chromedp.KeyEvent(kb.Enter))
		b.ask(badSender+".open", false)
		b.run(chromedp.KeyEvent(kb.Enter))
		b.ask(badSender+".open", true)
	})

	t.Run("hostile text is text", func(t *testing.T) {
		b := open(t, chromium, hostile)
		b.run(chromedp.Click("#expand"))
		b.ask(`document.title.startsWith("FAIL: Both domains failed: \\x1b[2J") && document.title.includes("<img src=x onerror=alert(1)>")`, true)
		b.ask(`document.scripts.length + document.images.length + document.forms.length + document.querySelectorAll("iframe, object, embed, base, link").length`, 1)
		b.ask(`document.body.innerText.includes("<img src=x onerror=alert(1)>")`, true)
		b.ask(`/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/.test(document.body.textContent.replace(/\r/g, ""))`, false)
	})

	t.Run("the policy stops what the page does not bring", func(t *testing.T) {
		b := open(t, chromium, one)
		b.ask(`(() => { const s = document.createElement("script"); s.textContent = "window.owned = true"; document.head.append(s); return typeof window.owned; })()`, "undefined")
		b.mu.Lock()
		defer b.mu.Unlock()
		b.said = nil // the browser says that it stopped it
	})

	t.Run("no page is wider than a phone", func(t *testing.T) {
		for name, content := range map[string][]byte{"one": one, "many": many, "hostile": hostile} {
			b := open(t, chromium, content, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
			b.run(chromedp.Click("#expand"))
			b.ask(`document.documentElement.clientWidth`, 360)
			b.ask(`document.documentElement.scrollWidth`, 360)
			if t.Failed() {
				t.Fatalf("in the page %q", name)
			}
		}
	})

	t.Run("a table that goes on has a shadow", func(t *testing.T) {
		b := open(t, chromium, one, chromedp.EmulateViewport(390, 740, chromedp.EmulateMobile))
		b.ask(`(s => s.scrollWidth > s.clientWidth)(document.querySelector(".scroll"))`, true)
		b.ask(`getComputedStyle(document.querySelector(".scroll")).backgroundImage.split("linear-gradient").length - 1`, 4)
		b.ask(`getComputedStyle(document.querySelector(".scroll")).backgroundAttachment`, "local, local, scroll, scroll")
	})

	t.Run("dark", func(t *testing.T) {
		b := open(t, chromium, one, command(emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}))
		b.ask(`getComputedStyle(document.documentElement).backgroundColor`, "rgb(20, 23, 26)")
		b.ask(`getComputedStyle(document.querySelector(".cell.v-fail")).color`, "rgb(255, 147, 138)")
	})

	t.Run("paper", func(t *testing.T) {
		b := open(t, chromium, many, command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
		b.ask(`document.getElementById("filter").checkVisibility()`, false)
		// What failed is printed in full, what passed in a line.
		b.ask(`document.getElementById("fabrikam.test~2/mx1.fabrikam.test/192.0.2.10:25/bad-sender-is-refused").querySelector(".talk").getBoundingClientRect().height > 100`, true)
		b.ask(`document.getElementById("www.fabrikam.test").getBoundingClientRect().height < 60`, true)
		pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(pdf), "%PDF-") || len(pdf) < 20_000 {
			t.Errorf("printed %d bytes, %.10q", len(pdf), pdf)
		}
	})

	t.Run("without script", func(t *testing.T) {
		b := open(t, chromium, one, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
		b.ask(`document.getElementById("filter").checkVisibility()`, false)
		const passed = `document.getElementById("fabrikam.test/mx1.fabrikam.test/192.0.2.10:25/basic-send")`
		b.ask(passed+".open", false)
		b.run(chromedp.Click(`[id="fabrikam.test/mx1.fabrikam.test/192.0.2.10:25/basic-send"] > summary`))
		b.ask(passed+".open", true)
	})
}
