package sandbox

import "gopkg.in/yaml.v3"

// https reads how a server hands out a policy: its text, or a map.
func (r *fileReader) https(n *yaml.Node) *HTTPS {
	h := &HTTPS{}
	if n.Kind != yaml.MappingNode {
		h.Body = r.text(n)
		return h
	}
	keys := []string{"body", "status", "type", "location", "delay", "endless"}
	r.mapping(n, "https", keys, func(key string, v *yaml.Node) {
		switch key {
		case "body":
			h.Body = r.text(v)
		case "status":
			h.Status = int(r.number(v))
		case "type":
			h.Type = r.text(v)
		case "location":
			h.Location = r.text(v)
		case "delay":
			h.Delay = r.duration(v)
		case "endless":
			h.Endless = r.boolean(v)
		}
	})
	return h
}
