//go:build race

package scenarios

// raceDetector is true where everything takes ten times as long.
const raceDetector = true
