package bus

import (
	"strconv"
	"strings"
)

// The streams and buckets of a fleet. Two fleets on one server have accounts of
// their own.
const (
	workStream     = "MXPROBE_WORK"
	resultStream   = "MXPROBE_RESULTS"
	jobsBucket     = "mxprobe-jobs"
	progressBucket = "mxprobe-progress"
	workersBucket  = "mxprobe-workers"
	filesBucket    = "mxprobe-files"
)

const (
	workSubjects   = "mxprobe.work."
	resultSubjects = "mxprobe.result."
)

func workSubject(job, vantage string) string { return workSubjects + job + "." + vantage }

func resultSubject(job, vantage string, index int) string {
	return resultSubjects + job + "." + vantage + "." + strconv.Itoa(index)
}

// parseResult takes the subject of a result apart.
func parseResult(subject, job string) (vantage string, index int, ok bool) {
	rest, ok := strings.CutPrefix(subject, resultSubjects+job+".")
	if !ok {
		return "", 0, false
	}
	vantage, number, ok := strings.Cut(rest, ".")
	index, err := strconv.Atoi(number)
	return vantage, index, ok && err == nil && index >= 0
}

// consumerName is the name under which the work of a vantage is handed out. A
// vantage and the name of a job hold no underscore.
func consumerName(job, vantage string) string { return job + "_" + vantage }

func listName(job string) string { return "list/" + job }

func fileName(sha256 string) string { return "file/" + sha256 }

func largePrefix(job string) string { return "result/" + job + "/" }

func largeName(job, vantage string, index int, worker string) string {
	return largePrefix(job) + vantage + "/" + strconv.Itoa(index) + "/" + worker
}
