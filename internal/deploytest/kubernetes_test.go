package deploytest

import (
	"path/filepath"
	"strings"
	"testing"
)

func kubernetes(t *testing.T) (docs map[string]map[string]any) {
	t.Helper()
	docs = map[string]map[string]any{}
	for _, doc := range documents(t, read(t, deployed(t, "kubernetes", "cronjob.yaml"))) {
		docs[at(t, doc, "kind").(string)] = doc
	}
	if len(docs) != 3 {
		t.Fatalf("%d kinds of objects; want 3", len(docs))
	}
	return docs
}

func TestKubernetes(t *testing.T) {
	t.Parallel()
	docs := kubernetes(t)
	for kind, doc := range docs {
		if err := conforms(t, "kubernetes.json", doc); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	pod := at(t, docs["CronJob"], "spec", "jobTemplate", "spec", "template")
	// The names in one object are those of another.
	if at(t, pod, "spec", "volumes", 0, "configMap", "name") != at(t, docs["ConfigMap"], "metadata", "name") {
		t.Error("the volume is of another config map")
	}
	label := "app.kubernetes.io/name"
	if at(t, pod, "metadata", "labels", label) != at(t, docs["NetworkPolicy"], "spec", "podSelector", "matchLabels", label) {
		t.Error("the network policy is for other pods")
	}
	if at(t, pod, "spec", "containers", 0, "name") != at(t, docs["CronJob"], "spec", "jobTemplate", "spec", "podFailurePolicy", "rules", 0, "onExitCodes", "containerName") {
		t.Error("the failure policy is for another container")
	}
	// It would find something.
	at(t, pod, "spec", "containers", 0).(map[string]any)["arg"] = []string{"run"}
	if conforms(t, "kubernetes.json", docs["CronJob"]) == nil {
		t.Error("a key that is not known passes")
	}
}

// TestKubernetesRuns calls the program as the pod does, with the files of the
// config map.
func TestKubernetesRuns(t *testing.T) {
	t.Parallel()
	docs, world, dir := kubernetes(t), demo(t), t.TempDir()
	for name, text := range at(t, docs["ConfigMap"], "data").(map[string]any) {
		write(t, dir, name, text.(string))
	}
	container := at(t, docs["CronJob"], "spec", "jobTemplate", "spec", "template", "spec", "containers", 0)
	mount := at(t, container, "volumeMounts", 0, "mountPath").(string)
	line := "mxprobe"
	for _, arg := range words(t, at(t, container, "args")) {
		line += " '" + strings.Replace(ownNames(arg), mount+"/", dir+string(filepath.Separator), 1) + "'"
	}
	out, status := shell(t, world, line+" -p "+port(world))
	if status != 0 || !strings.Contains(out, "refuses strangers") {
		t.Errorf("%s\nends with %d\n%s", line, status, out)
	}
}
