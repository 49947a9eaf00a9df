package compose

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"

	"mxprobe/internal/ascii"
)

// File is an attachment.
type File struct {
	Name    string
	Content []byte
}

// Attach makes a message of several parts (RFC 2046 section 5.1.3) out of a
// message: its body, whatever it is, and the files. The error says that the
// header cannot be read.
func Attach(text []byte, files []File) ([]byte, error) {
	r := bufio.NewReader(bytes.NewReader(text))
	header, err := textproto.ReadHeader(r)
	if err != nil {
		return nil, fmt.Errorf("the message takes no attachment: %w", err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("the message takes no attachment: %w", err)
	}
	outer, inner := split(message.Header{Header: header}, body)
	limit := boundary(text, files)
	outer.SetContentType("multipart/mixed", map[string]string{"boundary": limit})
	var out bytes.Buffer
	if err := textproto.WriteHeader(&out, outer.Header); err != nil {
		return nil, err
	}
	w := textproto.NewMultipartWriter(&out)
	if err := w.SetBoundary(limit); err != nil {
		return nil, err
	}
	// The body goes in as it is: it may be encoded, or have parts of its own.
	if err := part(w, inner, body); err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := part(w, fileHeader(f.Name), encoded(f.Content)); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

// boundary goes by what it stands between, so that it cannot stand in it and
// is the same for the same message.
func boundary(text []byte, files []File) string {
	sum := sha256.New()
	sum.Write(text)
	for i := range files {
		sum.Write(files[i].Content)
	}
	return fmt.Sprintf("mxprobe-%x", sum.Sum(nil)[:16])
}

func part(w *textproto.MultipartWriter, h message.Header, content []byte) error {
	p, err := w.CreatePart(h.Header)
	if err != nil {
		return err
	}
	_, err = p.Write(content)
	return err
}

// encoded is content in base64, on lines of 76 characters (RFC 2045 section
// 6.8).
func encoded(content []byte) []byte {
	const octets = 57
	var out []byte
	for len(content) > 0 {
		n := min(octets, len(content))
		out = append(base64.StdEncoding.AppendEncode(out, content[:n]), "\r\n"...)
		content = content[n:]
	}
	return out
}

// split takes what is said of the content out of the header of a message,
// and puts it into that of a part.
func split(whole message.Header, body []byte) (outer, inner message.Header) {
	outer = whole.Copy()
	for _, name := range []string{"Content-Description", "Content-Disposition", "Content-Transfer-Encoding", "Content-Type"} {
		if value := outer.Get(name); value != "" {
			inner.Set(name, value)
		}
		outer.Del(name)
	}
	if !inner.Has("Content-Type") {
		inner.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	}
	if !inner.Has("Content-Transfer-Encoding") && !ascii.Only(body) {
		inner.Set("Content-Transfer-Encoding", "8bit")
	}
	if !outer.Has("MIME-Version") {
		outer.Set("MIME-Version", "1.0")
	}
	return outer, inner
}

func fileHeader(name string) message.Header {
	var h message.Header
	h.SetContentDisposition("attachment", map[string]string{"filename": name})
	h.Set("Content-Transfer-Encoding", "base64")
	h.SetContentType(contentType(name), nil)
	return h
}

// contentType goes by the name alone and not by the tables of the machine,
// so that a message is the same everywhere.
func contentType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".txt", ".log":
		return "text/plain"
	case ".html", ".htm":
		return "text/html"
	case ".csv":
		return "text/csv"
	case ".pdf":
		return "application/pdf"
	case ".zip":
		return "application/zip"
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".gif":
		return "image/gif"
	}
	return "application/octet-stream"
}
