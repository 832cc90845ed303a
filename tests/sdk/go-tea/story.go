// Package tea plays stories (../stories/*.json; ../python/story.py tells what a step is) with generated clients.
package tea

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"
)

type step struct {
	Call     string
	Args     []any
	Request  map[string]any
	Want     any
	Contains any
	Text     string
	Status   int
	Error    string
	Save     map[string]string
	Why      string
}

// What came of all steps that call one method.
type outcome struct {
	wrong   []string
	refused string // the code of the refusals, when nothing else was due
	done    bool
	why     string
}

type player struct {
	client   reflect.Value
	saved    map[string]any
	outcomes map[string]*outcome
}

func load(version string) ([]step, error) {
	text, err := os.ReadFile("../stories/" + version + ".json")
	if err != nil {
		return nil, err
	}
	var story []step
	err = json.Unmarshal(text, &story)
	return story, err
}

// methodOf is the client's spelling of an operation.
func methodOf(call string) string {
	return strings.ToUpper(call[:1]) + call[1:]
}

var whole, part = regexp.MustCompile(`^\$\{(\w+)\}$`), regexp.MustCompile(`\$\{(\w+)\}`)

func (p *player) fill(value any) any {
	switch value := value.(type) {
	case map[string]any:
		filled := map[string]any{}
		for key, item := range value {
			filled[key] = p.fill(item)
		}
		return filled
	case []any:
		filled := make([]any, len(value))
		for at, item := range value {
			filled[at] = p.fill(item)
		}
		return filled
	case string:
		if name := whole.FindStringSubmatch(value); name != nil {
			return p.saved[name[1]]
		}
		return part.ReplaceAllStringFunc(value, func(found string) string { return fmt.Sprint(p.saved[found[2:len(found)-1]]) })
	}
	return value
}

// differs says where got is not as want, "" when it is; inPart allows lists to hold more.
func differs(got, want any, inPart bool, path string) string {
	wrong := fmt.Sprintf("%s is %v, not %v", path, got, want)
	switch want := want.(type) {
	case map[string]any:
		object, _ := got.(map[string]any)
		for key, item := range want {
			if found := differs(object[key], item, inPart, path+"/"+key); found != "" {
				return found
			}
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if got == nil && len(want) == 0 {
			return "" // what is empty is not in what these clients print
		}
		if inPart {
			return lacks(list, want, path)
		}
		if !ok || len(list) != len(want) {
			return wrong
		}
		for at, item := range want {
			if found := differs(list[at], item, inPart, fmt.Sprintf("%s/%d", path, at)); found != "" {
				return found
			}
		}
		return ""
	case string:
		text, ok := got.(string)
		if strings.HasPrefix(want, "~") && ok && regexp.MustCompile(want[1:]).MatchString(text) {
			return ""
		}
		if want == "" && got == nil {
			return ""
		}
	}
	if reflect.DeepEqual(got, want) {
		return ""
	}
	return wrong
}

func lacks(list, want []any, path string) string {
next:
	for _, item := range want {
		for _, each := range list {
			if differs(each, item, true, path) == "" {
				continue next
			}
		}
		return fmt.Sprintf("%s lacks %v", path, item)
	}
	return ""
}

// request makes what the method takes; a text as body is the bytes of an event.
func (p *player) request(kind reflect.Type, fields map[string]any) (reflect.Value, error) {
	made := reflect.New(kind.Elem())
	filled := p.fill(fields).(map[string]any)
	event, isText := filled["body"].(string)
	if isText {
		delete(filled, "body")
	}
	text, err := json.Marshal(filled)
	if err == nil {
		err = json.Unmarshal(text, made.Interface())
	}
	if isText {
		body := made.Elem().FieldByName("Body")
		if body.Kind() == reflect.Interface {
			body.Set(reflect.ValueOf(strings.NewReader(event)))
		} else {
			body.SetBytes([]byte(event))
		}
	}
	return made, err
}

func (p *player) call(method reflect.Value, s step) (reflect.Value, error) {
	arguments := []reflect.Value{}
	for _, argument := range s.Args {
		text := fmt.Sprint(p.fill(argument))
		arguments = append(arguments, reflect.ValueOf(&text))
	}
	if s.Request != nil {
		request, err := p.request(method.Type().In(len(arguments)), s.Request)
		if err != nil {
			return request, err
		}
		arguments = append(arguments, request)
	}
	answer := method.Call(arguments)
	err, _ := answer[1].Interface().(error)
	return answer[0], err
}

// codeOf reads the code of an error; each generation of clients has a type of its own.
func codeOf(err error) string {
	var coded interface{ GetCode() *string }
	if errors.As(err, &coded) && coded.GetCode() != nil {
		return *coded.GetCode()
	}
	if value := reflect.Indirect(reflect.ValueOf(err)); value.Kind() == reflect.Struct {
		if code, ok := value.FieldByName("Code").Interface().(*string); ok && code != nil {
			return *code
		}
	}
	return err.Error()
}

func bodyOf(answer reflect.Value) (raw string, tree any, err error) {
	body := answer.Elem().FieldByName("Body")
	if !body.IsValid() {
		return "", nil, nil
	}
	switch body := body.Interface().(type) {
	case []byte:
		return string(body), nil, nil
	case io.Reader:
		read, err := io.ReadAll(body)
		return string(read), nil, err
	default:
		text, err := json.Marshal(body)
		if err == nil {
			err = json.Unmarshal(text, &tree)
		}
		return string(text), tree, err
	}
}

// judge says what is wrong with a step, or "".
func (p *player) judge(s step) string {
	answer, err := p.call(p.client.MethodByName(methodOf(s.Call)), s)
	if err != nil {
		if code := codeOf(err); s.Error == "" || code != s.Error {
			return strings.ReplaceAll(err.Error(), "\n", " ")
		}
		return ""
	}
	if s.Error != "" {
		return "no error, " + s.Error + " was due"
	}
	if status := *answer.Elem().FieldByName("StatusCode").Interface().(*int32); s.Status != 0 && int(status) != s.Status {
		return fmt.Sprintf("status %d, not %d", status, s.Status)
	}
	raw, tree, err := bodyOf(answer)
	if err != nil {
		return err.Error()
	}
	if s.Text != "" && raw != s.Text {
		return "body " + raw
	}
	object, _ := tree.(map[string]any)
	for name, member := range s.Save {
		p.saved[name] = object[member]
	}
	if found := differs(tree, p.fill(s.Want), false, ""); s.Want != nil && found != "" {
		return found
	}
	if s.Contains == nil {
		return ""
	}
	return differs(tree, p.fill(s.Contains), true, "")
}

func (p *player) play(story []step) {
	for _, s := range story {
		name := methodOf(s.Call)
		if !p.client.MethodByName(name).IsValid() {
			continue // it is in the client of another language
		}
		if p.outcomes[name] == nil {
			p.outcomes[name] = &outcome{}
		}
		found := p.outcomes[name]
		if wrong := p.judge(s); wrong != "" {
			found.wrong = append(found.wrong, fmt.Sprintf("%v: %s", s.Args, wrong))
		}
		found.done = found.done || s.Error == ""
		found.refused = s.Error
		if s.Why != "" {
			found.why = s.Why
		}
	}
}

// note appends a row: result is "ok", "expected CODE" with the reason, or what went wrong.
func note(client, method, result, why string) error {
	var row bytes.Buffer
	fields := map[string]string{"client": client, "method": method, "result": result, "note": why}
	if err := json.NewEncoder(&row).Encode(fields); err != nil {
		return err
	}
	out, err := os.OpenFile(os.Getenv("FCEMU_RESULTS"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = out.Write(row.Bytes())
	return err
}
