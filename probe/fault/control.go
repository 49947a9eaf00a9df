package fault

import "mxprobe/probe/result"

// controlAnswers is the advice where the line is known to be well.
const controlAnswers = "the control server answers, so this machine is on the network: look at this server or the way to it; a firewall may drop what goes to this port"

// Control returns what a connection that could not be made amounts to, and the
// advice on it, once a server that is known to answer was tried.
func Control(f Fault, answers bool) (_ Fault, hint string) {
	if answers {
		hint = controlAnswers
		return f, hint
	}
	hint = "look at the network of this machine, and whether it lets connections to these ports out; or name another server with --control, if that one is down"
	return faulty(result.Inconclusive, result.NoRoute, f.Message+"; the control server does not answer either"), hint
}
