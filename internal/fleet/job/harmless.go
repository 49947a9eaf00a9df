package job

import (
	"reflect"

	"mxprobe/probe/result"
)

// harmless makes every text in a value that came over the bus printable, as the
// engine leaves its results: who can write to the bus must not reach a terminal
// or a page. What is printable already stays as it is.
func harmless(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if text := v.String(); text != "" {
			if clean := result.PrintableString(text); clean != text {
				v.SetString(clean)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			harmless(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				harmless(v.Field(i))
			}
		}
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k == reflect.Uint8 || k == reflect.Int {
			return
		}
		for i := range v.Len() {
			harmless(v.Index(i))
		}
	case reflect.Map:
		harmlessMap(v)
	}
}

// harmlessMap does the same with keys and values of a map of texts.
func harmlessMap(v reflect.Value) {
	m, ok := v.Interface().(map[string]string)
	if !ok {
		return
	}
	for key, text := range m {
		delete(m, key)
		m[result.PrintableString(key)] = result.PrintableString(text)
	}
}
