package fcemutest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"sort"
)

// Files are sources by their names. One named bootstrap can be run.
type Files map[string]string

const executable, plain = 0o755, 0o644

// pack makes the bytes of a zip file of what people have as code. The same files are the same package.
func pack(code any) ([]byte, error) {
	switch code := code.(type) {
	case []byte:
		return code, nil
	case Files:
		return packFiles(code)
	case fs.FS:
		return packFolder(code)
	case string:
		if info, err := os.Stat(code); err == nil && info.IsDir() {
			return packFolder(os.DirFS(code))
		}
		return os.ReadFile(code)
	}
	return nil, fmt.Errorf("a %T is neither Files, a fs.FS, a path nor the bytes of a zip file", code)
}

func add(archive *zip.Writer, name string, content []byte, mode fs.FileMode) error {
	head := &zip.FileHeader{Name: name, Method: zip.Deflate}
	head.SetMode(mode)
	member, err := archive.CreateHeader(head)
	if err == nil {
		_, err = member.Write(content)
	}
	return err
}

func packFiles(files Files) ([]byte, error) {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, name := range names {
		mode := fs.FileMode(plain)
		if name == "bootstrap" {
			mode = executable
		}
		if err := add(archive, name, []byte(files[name]), mode); err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return out.Bytes(), err
}

func packFolder(folder fs.FS) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		mode := fs.FileMode(plain)
		if info.Mode()&0o111 != 0 {
			mode = executable
		}
		return add(archive, name, content, mode)
	})
	if err == nil {
		err = archive.Close()
	}
	return out.Bytes(), err
}
