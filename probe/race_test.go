//go:build race

package probe_test

// raceDetector is true where every stack is larger.
const raceDetector = true
