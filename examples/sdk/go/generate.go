//go:build ignore

// Command generate writes types.go from the JSON Schema of a plugin's request and response.
// With -check it changes nothing, and fails if types.go is not current.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

const (
	generator = "github.com/atombender/go-jsonschema@v0.24.1"
	output    = "types.go"
)

// zeroIsAbsent has the fields, besides texts, of which the zero value means the same as an absent field.
var zeroIsAbsent = []string{"cache_ttl", "deny", "weight"}

// object is a JSON object.
type object = map[string]any

func main() {
	schema := flag.String("schema", "../../../crates/plugin-api/schema/plugin.schema.json", "the JSON Schema")
	check := flag.Bool("check", false, "only check that "+output+" is current")
	flag.Parse()
	if err := run(*schema, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(schema string, check bool) error {
	types, err := generate(schema)
	if err != nil {
		return err
	}
	if !check {
		return os.WriteFile(output, types, 0o644)
	}
	current, err := os.ReadFile(output)
	if err != nil {
		return err
	}
	if !bytes.Equal(current, types) {
		return errors.New(output + " is not current: run go generate")
	}
	return nil
}

func generate(schema string) ([]byte, error) {
	text, err := os.ReadFile(schema)
	if err != nil {
		return nil, err
	}
	var document object
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", schema, err)
	}
	// Of the document, only the definitions become types.
	definitions := object{"$schema": document["$schema"], "$defs": document["$defs"]}
	for _, definition := range document["$defs"].(object) {
		adapt(definition.(object))
	}
	adapted, err := json.Marshal(definitions)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "hyrouter-types")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	input := filepath.Join(folder, "plugin.schema.json")
	if err := os.WriteFile(input, adapted, 0o600); err != nil {
		return nil, err
	}
	command := exec.Command("go", "run", generator, "--package", "hyrouter", "--only-models", "--tags", "json",
		"--disable-omitempty", "--disable-custom-types-for-maps",
		"--capitalization", "ALPN,CRC,ID,SNI,TTL,UUID", input)
	command.Stderr = os.Stderr
	return command.Output()
}

// adapt selects Go's types: bytes for base64, and no pointer where the zero value means the same as an absent field.
func adapt(definition object) {
	required := map[any]bool{}
	names, _ := definition["required"].([]any)
	for _, name := range names {
		required[name] = true
	}
	properties, _ := definition["properties"].(object)
	for name, value := range properties {
		property := value.(object)
		switch {
		case property["contentEncoding"] == "base64":
			property["goJSONSchema"] = object{"type": "[]byte", "nillable": true}
		case required[name]:
		case property["type"] == "string", slices.Contains(zeroIsAbsent, name):
			property["goJSONSchema"] = object{"pointer": false}
		}
	}
}
