package result

// List is what a run over a list came to, domain by domain: by verdict, and by
// what the domains have in common.
type List struct {
	// Domains counts the domains by verdict.
	Domains Counts `json:"domains"`
	// Causes are what is behind the verdicts of domains that did not pass: names
	// of causes, else of rules or reasons.
	Causes Table `json:"causes"`
	// Providers are the registrable domains of the hosts that a sender tries first.
	Providers Table `json:"providers"`
	// Software is what the greetings name, of a closed list.
	Software Table `json:"software"`
}

// Table counts domains by a name. Every domain that has one is counted, under a
// row or under others.
type Table struct {
	// Rows are the names with most domains, those in front.
	Rows []Row `json:"rows"`
	// Others counts the domains under names that have no row.
	Others Counts `json:"others"`
}

// Row is one name of a table.
type Row struct {
	Name    string `json:"name"`
	Domains Counts `json:"domains"`
}
