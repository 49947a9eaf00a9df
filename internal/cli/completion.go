package cli

import (
	"embed"
	"strings"

	"mxprobe/internal/spelling"
)

// The scripts know nothing of commands and flags: they ask the program for
// the words that can follow, with its hidden command __complete.
//
//go:embed completion
var completionScripts embed.FS

// completeCommand is the name of the hidden command.
const completeCommand = "__complete"

// shells are those for which there is a script.
func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

func completionCommand() command {
	return command{
		name:      "completion",
		arguments: "SHELL",
		summary:   "print a script that makes a shell complete commands and flags",
		examples: []string{
			"source <(mxprobe completion bash)                 in ~/.bashrc",
			"source <(mxprobe completion zsh)                  in ~/.zshrc, after compinit",
			"mxprobe completion fish | source                  in config.fish",
			"mxprobe completion powershell | Out-String | Invoke-Expression",
		},
		bind: func(p *Program) ([]option, action) { return nil, p.completion },
	}
}

func (p *Program) completion(args []string) (int, error) {
	switch len(args) {
	case 0:
		return 0, usagef("completion needs to know the shell: mxprobe completion %s", orList(shells()))
	case 1:
	default:
		return 0, usagef("completion takes one shell, %s, not %d", orList(shells()), len(args))
	}
	script, err := completionScripts.ReadFile("completion/" + args[0])
	if err != nil {
		return 0, usagef("there is no completion for %s%s; it is for %s",
			shown(args[0]), spelling.DidYouMean(args[0], shells()), orList(shells()))
	}
	_, err = p.Stdout.Write(script)
	return ExitOK, err
}

// orList joins words: "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
