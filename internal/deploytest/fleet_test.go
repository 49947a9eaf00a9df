package deploytest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mxprobe/internal/fleet/bus/bustest"
	"mxprobe/internal/sandbox"
)

func fleetManifest(t *testing.T) map[string]map[string]any {
	t.Helper()
	docs := map[string]map[string]any{}
	for _, doc := range documents(t, read(t, deployed(t, "kubernetes", "fleet.yaml"))) {
		docs[at(t, doc, "kind").(string)] = doc
	}
	if len(docs) != 4 {
		t.Fatalf("%d kinds of objects; want 4", len(docs))
	}
	return docs
}

func TestFleetOnKubernetes(t *testing.T) {
	t.Parallel()
	docs := fleetManifest(t)
	for kind, doc := range docs {
		if err := conforms(t, "kubernetes.json", doc); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	// The names in one object are those of another.
	const label = "app.kubernetes.io/name"
	want := at(t, docs["NetworkPolicy"], "spec", "podSelector", "matchLabels", label)
	for _, kind := range []string{"Deployment", "Job"} {
		if at(t, docs[kind], "spec", "template", "metadata", "labels", label) != want {
			t.Errorf("the network policy is not for the %s", kind)
		}
	}
	if at(t, docs["Deployment"], "spec", "selector", "matchLabels", label) != want {
		t.Error("the deployment is for other pods")
	}
	pod := at(t, docs["Job"], "spec", "template", "spec")
	if at(t, pod, "volumes", 1, "configMap", "name") != at(t, docs["ConfigMap"], "metadata", "name") {
		t.Error("the volume is of another config map")
	}
	if at(t, pod, "containers", 0, "name") != at(t, docs["Job"], "spec", "podFailurePolicy", "rules", 0, "onExitCodes", "containerName") {
		t.Error("the failure policy is for another container")
	}
	// It would find something.
	at(t, docs["Deployment"], "spec").(map[string]any)["replica"] = 4
	if conforms(t, "kubernetes.json", docs["Deployment"]) == nil {
		t.Error("a key that is not known passes")
	}
}

func TestFleetOnCompose(t *testing.T) {
	t.Parallel()
	doc := documents(t, read(t, deployed(t, "compose", "fleet.yaml")))[0]
	if at(t, doc, "services", "worker", "image") != at(t, doc, "services", "submit", "image") {
		t.Error("the worker and who submits are of two images")
	}
	follows(t, "compose.json", doc, func() { at(t, doc, "services", "worker").(map[string]any)["comand"] = "work" })
}

// fleetBus is the environment in which the fleet of a test has its bus, its DNS and
// its mail servers.
func fleetBus(t *testing.T, world *sandbox.World) []string {
	t.Helper()
	return []string{"MXPROBE_NATS=" + bustest.Start(t), "MXPROBE_PORT=" + port(world)}
}

// quoted is a command line of its words, with what the demo has in the place of the
// examples, and files elsewhere.
func quoted(words []string, from, to string) string {
	line := ""
	for _, w := range words {
		w = strings.Replace(ownNames(w), from, to, 1)
		line += " '" + strings.ReplaceAll(w, "--replicas=3", "--replicas=1") + "'"
	}
	return line
}

// playsAJob submits a job, works on it, and collects it.
func playsAJob(t *testing.T, submit, work, id string, env []string, world *sandbox.World) {
	t.Helper()
	for _, line := range []string{"mxprobe-fleet" + submit, "mxprobe-fleet" + work + " --until-done"} {
		if out, status := shell(t, world, line, env...); status != 0 {
			t.Errorf("%s\nends with %d\n%s", line, status, out)
		}
	}
	if out, status := shell(t, world, "mxprobe-fleet collect "+id, env...); status != 0 || !strings.Contains(out, "contoso.test") {
		t.Errorf("collect ends with %d\n%s", status, out)
	}
}

// TestFleetOnKubernetesRuns calls the program as the pods do, with the files of the
// config map.
func TestFleetOnKubernetesRuns(t *testing.T) {
	t.Parallel()
	docs, world, dir := fleetManifest(t), demo(t), t.TempDir()
	for name, text := range at(t, docs["ConfigMap"], "data").(map[string]any) {
		write(t, dir, name, ownNames(text.(string)))
	}
	args := func(kind string) []string {
		return words(t, at(t, docs[kind], "spec", "template", "spec", "containers", 0, "args"))
	}
	playsAJob(t, quoted(args("Job"), "/job", dir), quoted(args("Deployment"), "", ""), "first", fleetBus(t, world), world)
}

// TestFleetOnComposeRuns does the same with the command lines of the compose file.
func TestFleetOnComposeRuns(t *testing.T) {
	t.Parallel()
	doc, world, dir := documents(t, read(t, deployed(t, "compose", "fleet.yaml")))[0], demo(t), t.TempDir()
	write(t, dir, "job.yaml", "version: 1\nrun: \"@rcpt\"\n")
	write(t, dir, "domains.txt", "contoso.test\n")
	args := func(service string) []string { return words(t, at(t, doc, "services", service, "command")) }
	playsAJob(t, quoted(append(args("submit"), "--id", "composed"), "/job", dir), quoted(args("worker"), "", ""), "composed", fleetBus(t, world), world)
}

// fleetUnit is the unit of a worker with the path of a program that is there.
func fleetUnit(t *testing.T, dropIn string) string {
	t.Helper()
	dir := t.TempDir()
	unit := strings.ReplaceAll(read(t, deployed(t, "systemd", "mxprobe-fleet@.service")), "/usr/bin/mxprobe-fleet", filepath.Join(filepath.Dir(program(t)), "mxprobe-fleet"))
	path := write(t, dir, "mxprobe-fleet@.service", unit)
	if dropIn != "" {
		if err := os.Mkdir(path+".d", 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path+".d", "more.conf", dropIn)
	}
	return path
}

// TestFleetUnit: systemd knows all of it, it is hardened as the other is, and its
// command line works.
func TestFleetUnit(t *testing.T) {
	t.Parallel()
	verify := func(dropIn string) string {
		out, _ := systemdAnalyze(t, "verify", "--man=no", strings.Replace(fleetUnit(t, dropIn), "@.", "@fra1.", 1))
		return out
	}
	if out := verify(""); out != "" {
		t.Error(out)
	}
	if out := verify("[Service]\nRestarts=always\n"); !strings.Contains(out, "Restarts") {
		t.Errorf("a key that is not known passes:\n%s", out)
	}
	security := func(dropIn string) (string, int) {
		return systemdAnalyze(t, "security", "--offline=true", "--threshold=15", fleetUnit(t, dropIn))
	}
	if out, status := security(""); status != 0 {
		t.Errorf("%d\n%s", status, out)
	}
	if out, status := security("[Service]\nDynamicUser=no\nProtectSystem=no\n"); status == 0 {
		t.Errorf("a service of root passes:\n%s", out)
	}
}

func TestFleetUnitRuns(t *testing.T) {
	t.Parallel()
	world, dir := demo(t), t.TempDir()
	line := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/mxprobe-fleet(.*)$`).FindStringSubmatch(read(t, deployed(t, "systemd", "mxprobe-fleet@.service")))
	if line == nil {
		t.Fatal("no command line")
	}
	job := write(t, dir, "job.yaml", "version: 1\nrun: \"@rcpt\"\nvantages: {names: [fra1], each: all}\n")
	playsAJob(t, " submit "+job+" -d contoso.test --id unit", strings.ReplaceAll(line[1], "%i", "fra1"), "unit", fleetBus(t, world), world)
}
