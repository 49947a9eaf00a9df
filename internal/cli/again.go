package cli

import (
	"strconv"

	"mxprobe/probe/dialogue"
	"mxprobe/probe/result"
	"mxprobe/scenarios"
)

// again returns the function that words the command to look closer at a
// failure: the same call for the one host that failed, with -v.
func (s *settings) again(chosen []*scenarios.Scenario, names map[string]*scenarios.Scenario) againFunc {
	return func(d *result.Domain, h *result.Host, a *result.Address, c *result.Check) string {
		words := []string{"mxprobe", "run"}
		words = append(words, scenarioFiles(chosen, names, c)...)
		if d.Domain != "" {
			words = append(words, "-d", d.Domain)
		}
		words = append(words, s.repeated()...)
		if s.server != "" {
			words = append(words, "--server", s.server)
		} else if h != nil && d.Server == "" {
			words = append(words, "--only", h.Name)
		}
		return commandLine(append(words, "-v"))
	}
}

// again returns that function for the dialogues of a session.
func (r *session) again(dialogues []*dialogue.Dialogue) againFunc {
	names := make(map[string]*scenarios.Scenario)
	for _, d := range dialogues {
		if _, twice := names[d.Name()]; twice {
			names[d.Name()] = nil // nobody knows which of them it was
			continue
		}
		names[d.Name()] = d.Scenario()
	}
	return r.settings.again(r.scenarios, names)
}

// scenarioFiles are the arguments that play the scenario of c again, or all
// scenarios if no dialogue was played.
func scenarioFiles(chosen []*scenarios.Scenario, names map[string]*scenarios.Scenario, c *result.Check) []string {
	if c != nil {
		if sc := names[c.Scenario]; sc != nil {
			return []string{fileArgument(sc.File)}
		}
	}
	var files []string
	for _, sc := range chosen {
		if name := fileArgument(sc.File); len(files) == 0 || files[len(files)-1] != name {
			files = append(files, name)
		}
	}
	return files
}

func fileArgument(file string) string {
	if file == "stdin" {
		return "-"
	}
	return file
}

// repeated are the flags that shape what is done at a host. Values of
// variables are among them: secrets do not come from variables.
func (s *settings) repeated() []string {
	var words []string
	each := func(flag string, values []string) {
		for _, v := range values {
			words = append(words, flag, v)
		}
	}
	one := func(flag, value string) {
		if value != "" {
			words = append(words, flag, value)
		}
	}
	each("--dns", s.dns)
	if s.port != 0 {
		one("-p", strconv.Itoa(int(s.port)))
	}
	each("--connect-to", s.connectTo)
	if s.source.IsValid() {
		one("--source", s.source.String())
	}
	one("--proxy", s.way.proxy)
	one("--proxy-protocol", s.way.proxyProtocol)
	if s.way.proxySource.IsValid() {
		one("--proxy-source", s.way.proxySource.String())
	}
	if s.only4 {
		words = append(words, "-4")
	}
	if s.only6 {
		words = append(words, "-6")
	}
	if s.timeout > 0 {
		one("--timeout", s.timeout.String())
	}
	if s.connectTimeout > 0 {
		one("--connect-timeout", s.connectTimeout.String())
	}
	if s.retry >= 0 {
		one("--retry", strconv.Itoa(s.retry))
	}
	if s.retryWaitGiven {
		one("--retry-wait", s.retryWait.String())
	}
	one("--helo", s.helo)
	if s.fromGiven {
		words = append(words, "--from", "<"+s.from+">")
	}
	one("--to", s.to)
	each("--to", s.furtherTo)
	one("--control", s.control)
	one("--state", s.memory.state)
	one("--vars-file", s.varsFile)
	each("--var", s.vars)
	return append(words, s.tls.repeated()...)
}
