package report

import _ "embed"

//go:embed report.schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of the JSON document and of
// every event of JSON Lines. It allows members it does not name, because
// later versions add some.
func Schema() []byte { return []byte(schema) }
