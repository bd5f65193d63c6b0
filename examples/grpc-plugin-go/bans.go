package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	hyrouter "github.com/hyrouter/hyrouter/examples/sdk/go"
)

// bans has the reasons of the banned players by UUID or name, in lower case. A reason may be empty.
type bans map[string]string

// parseBans reads a line for each player: UUID or name, then a space and the reason. It skips lines that begin with #,
// and a byte order mark, which editors write at the beginning.
func parseBans(text string) bans {
	list := bans{}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		player := strings.Fields(line)[0]
		list[strings.ToLower(player)] = strings.TrimSpace(strings.TrimPrefix(line, player))
	}
	return list
}

// reason returns the text for a banned player: the one of the list, or one in the player's language.
func (b bans) reason(event *hyrouter.ConnectEvent) (string, bool) {
	for _, player := range []string{event.UUID, event.Username} {
		if reason, banned := b[strings.ToLower(player)]; banned {
			if reason == "" {
				reason = bannedText(event.Language)
			}
			return reason, true
		}
	}
	return "", false
}

func bannedText(language string) string {
	primary, _, _ := strings.Cut(strings.ReplaceAll(language, "_", "-"), "-")
	if strings.EqualFold(primary, "de") {
		return "Du bist gesperrt."
	}
	return "You are banned."
}

// banFile is a list and its file.
type banFile struct {
	path    string
	lock    sync.Mutex
	bans    bans
	version version
	problem string
}

// version is the time and length of a file, which distinguish its states without reading it.
type version struct {
	modified time.Time
	length   int64
}

func openBanFile(path string) (*banFile, error) {
	file := &banFile{path: path}
	if err := file.reload(); err != nil {
		return nil, fmt.Errorf("reading the ban list: %w", err)
	}
	return file, nil
}

// current returns the list. It reads the file again if its time of modification or its length changed. While the file
// cannot be read, the list stays as it is, and each problem is logged once.
func (b *banFile) current() bans {
	b.lock.Lock()
	defer b.lock.Unlock()
	problem := ""
	if err := b.reload(); err != nil {
		problem = err.Error()
	}
	if problem != b.problem && problem != "" {
		log.Printf("the ban list is unchanged: %s", problem)
	}
	b.problem = problem
	return b.bans
}

func (b *banFile) reload() error {
	file, err := os.Stat(b.path)
	if err != nil {
		return err
	}
	current := version{file.ModTime(), file.Size()}
	if current == b.version {
		return nil
	}
	text, err := os.ReadFile(b.path)
	if err != nil {
		return err
	}
	// A version with broken content is read once only.
	b.version = current
	if !utf8.Valid(text) {
		return errors.New(b.path + " is not UTF-8")
	}
	b.bans = parseBans(string(text))
	return nil
}
