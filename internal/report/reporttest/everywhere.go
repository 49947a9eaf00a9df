package reporttest

import (
	"reflect"

	"mxprobe/probe/result"
)

// Everywhere is ForeignDomain with the text in whatever else has room for one,
// fields that were added yesterday included, and an end with it in its notes.
// Lists that were empty have one entry, and what was missing is there.
func Everywhere(text string) (*result.Domain, *result.End) {
	d := ForeignDomain(text)
	fill(reflect.ValueOf(d).Elem(), text)
	end := EndOf(d)
	end.Incomplete, end.Notes = true, []string{text}
	return d, end
}

// ours are the fields with the program's own words, of closed lists.
func ours(name string) bool {
	switch name {
	case "Origin", "From", "Action", "VerifiedBy", "IP", "DER":
		return true
	}
	return false
}

func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !ours(f.Name) {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		fill(v.Elem(), text)
	}
}
