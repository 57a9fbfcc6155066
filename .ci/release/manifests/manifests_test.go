// Package manifests tests the manifests of deploy/kubernetes.
package manifests

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const folder = "../../../deploy/kubernetes"

// kinds are the types of the objects, by apiVersion and kind.
var kinds = map[string]func() any{
	"v1 ConfigMap":                  func() any { return &corev1.ConfigMap{} },
	"v1 Service":                    func() any { return &corev1.Service{} },
	"apps/v1 Deployment":            func() any { return &appsv1.Deployment{} },
	"apps/v1 StatefulSet":           func() any { return &appsv1.StatefulSet{} },
	"policy/v1 PodDisruptionBudget": func() any { return &policyv1.PodDisruptionBudget{} },
}

// decode returns the objects of a manifest. Fields that Kubernetes does not know are errors.
func decode(t *testing.T, file string) (objects []any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		t.Fatal(err)
	}
	for i, document := range bytes.Split(text, []byte("\n---\n")) {
		var head struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal(document, &head); err != nil {
			t.Fatalf("%s, object %d: %v", file, i, err)
		}
		create, ok := kinds[head.APIVersion+" "+head.Kind]
		if !ok {
			t.Fatalf("%s, object %d: unknown %s %s", file, i, head.APIVersion, head.Kind)
		}
		object := create()
		if err := yaml.UnmarshalStrict(document, object); err != nil {
			t.Fatalf("%s, object %d: %v", file, i, err)
		}
		objects = append(objects, object)
	}
	return objects
}

// TestManifests: the objects are those of Kubernetes, refer to each other, and run a server that a
// restricted namespace accepts.
func TestManifests(t *testing.T) {
	for file, want := range map[string]int{"postgres.yaml": 4, "sqlite.yaml": 3} {
		objects := decode(t, file)
		if len(objects) != want {
			t.Errorf("%s has %d objects, want %d", file, len(objects), want)
		}
		var pod corev1.PodTemplateSpec
		var settings string
		for _, object := range objects {
			switch o := object.(type) {
			case *appsv1.Deployment:
				pod = o.Spec.Template
				matches(t, file, o.Spec.Selector.MatchLabels, pod.Labels)
			case *appsv1.StatefulSet:
				pod = o.Spec.Template
				matches(t, file, o.Spec.Selector.MatchLabels, pod.Labels)
			case *corev1.ConfigMap:
				settings = o.Data["contactgraph.yaml"]
			}
		}
		for _, object := range objects {
			switch o := object.(type) {
			case *corev1.Service:
				matches(t, file, o.Spec.Selector, pod.Labels)
			case *policyv1.PodDisruptionBudget:
				matches(t, file, o.Spec.Selector.MatchLabels, pod.Labels)
			}
		}
		container := pod.Spec.Containers[0]
		switch {
		case !*pod.Spec.SecurityContext.RunAsNonRoot, *container.SecurityContext.AllowPrivilegeEscalation, !*container.SecurityContext.ReadOnlyRootFilesystem:
			t.Errorf("%s: the container is not restricted", file)
		case container.ReadinessProbe.HTTPGet.Path != "/readyz", container.LivenessProbe.HTTPGet.Path != "/healthz":
			t.Errorf("%s: the probes are wrong", file)
		case !strings.HasPrefix(settings, "addr: :8080\n"), container.Ports[0].ContainerPort != 8080:
			t.Errorf("%s: the ports differ", file)
		}
		volumes := map[string]bool{}
		for _, v := range pod.Spec.Volumes {
			volumes[v.Name] = true
		}
		for _, m := range container.VolumeMounts {
			if !volumes[m.Name] && m.Name != "data" {
				t.Errorf("%s: there is no volume %s", file, m.Name)
			}
		}
	}
}

func matches(t *testing.T, file string, selector, labels map[string]string) {
	t.Helper()
	if len(selector) == 0 {
		t.Errorf("%s: a selector is empty", file)
	}
	for name, value := range selector {
		if labels[name] != value {
			t.Errorf("%s: a selector has %s=%s, which no pod has", file, name, value)
		}
	}
}

// setting matches a line of a configuration file.
var setting = regexp.MustCompile(`(?m)^ {4}([a-z-]+): `)

// TestSettings: the settings of the manifests are settings of the server.
func TestSettings(t *testing.T) {
	manual, err := os.ReadFile("../../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"postgres.yaml", "sqlite.yaml"} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		config, _, _ := strings.Cut(string(text), "\n---\n")
		names := setting.FindAllStringSubmatch(config, -1)
		if len(names) < 4 {
			t.Errorf("%s has %d settings", file, len(names))
		}
		for _, name := range names {
			if !bytes.Contains(manual, []byte("--"+name[1])) {
				t.Errorf("%s: docs/operating.md has no setting %s", file, name[1])
			}
		}
	}
}
