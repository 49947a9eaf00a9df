package scenarios

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// bounded refuses documents that are nested too deep, that stand inside
// themselves, or whose aliases stand for too much.
func (p *parser) bounded(n *yaml.Node) bool {
	b := bounds{p: p}
	return b.walk(n, false)
}

// bounds walks a document, aliases included.
type bounds struct {
	p       *parser
	path    []*yaml.Node
	aliased int
}

func (b *bounds) walk(n *yaml.Node, inAlias bool) bool {
	if len(b.path) > maxDepth {
		b.p.fail(n, "", "maps and lists are nested deeper than %d", maxDepth)
		return false
	}
	if inAlias {
		if b.aliased++; b.aliased > maxAliased {
			b.p.fail(n, "", "the aliases stand for more than %d values", maxAliased)
			return false
		}
	}
	if n.Kind == yaml.AliasNode {
		if slices.Contains(b.path, n.Alias) {
			b.p.fail(n, "", "the alias *%s stands inside of what it stands for", n.Value)
			return false
		}
		return b.walk(n.Alias, true)
	}
	b.path = append(b.path, n)
	for _, c := range n.Content {
		if !b.walk(c, inAlias) {
			return false
		}
	}
	b.path = b.path[:len(b.path)-1]
	return true
}
