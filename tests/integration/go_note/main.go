// SPDX-License-Identifier: Apache-2.0

// Command go_note checks that a checkpoint published by a node is a signed note and a log
// checkpoint to Go's own libraries, unchanged:
//
//	go_note POLICY NOTE
//
// It reads the log keys of a network.policy, opens the note with golang.org/x/mod/sumdb/note, reads
// the three lines and prints origin, size and root. It ends with 1 where any of that fails.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is what the three lines of a C2SP tlog-checkpoint say.
type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

// logKeys returns the verifiers of the policy's log lines: "log <vkey> [<url>]".
func logKeys(policy string) ([]note.Verifier, error) {
	var keys []note.Verifier
	for number, line := range strings.Split(policy, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] != "log" {
			continue
		}
		key, err := note.NewVerifier(fields[1])
		if err != nil {
			return nil, fmt.Errorf("policy line %d: %w", number+1, err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("the policy names no log")
	}
	return keys, nil
}

// parseCheckpoint reads the text of a checkpoint without extension lines.
func parseCheckpoint(text string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, errors.New("not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, fmt.Errorf("not a size: %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, fmt.Errorf("not a root: %w", err)
	}
	return checkpoint{origin: lines[0], size: size, root: root}, nil
}

// check opens the note with the policy's log keys and reads it.
func check(policy, signed []byte) (checkpoint, error) {
	keys, err := logKeys(string(policy))
	if err != nil {
		return checkpoint{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil {
		return checkpoint{}, err
	}
	read, err := parseCheckpoint(opened.Text)
	if err != nil {
		return checkpoint{}, err
	}
	for _, signature := range opened.Sigs {
		if signature.Name == read.origin {
			return read, nil
		}
	}
	return checkpoint{}, fmt.Errorf("no log named %q has signed", read.origin)
}

func run(policyFile, noteFile string) error {
	policy, err := os.ReadFile(policyFile)
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(noteFile)
	if err != nil {
		return err
	}
	read, err := check(policy, signed)
	if err != nil {
		return err
	}
	fmt.Printf("origin %s\nsize %d\nroot %s\n", read.origin, read.size, read.root)
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go_note POLICY NOTE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintf(os.Stderr, "go_note: %s: %v\n", os.Args[2], err)
		os.Exit(1)
	}
}
