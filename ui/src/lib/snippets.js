// A call as something to paste: a command, code for an official client, a rule, a test.

const quote = (text) => `'${String(text).replace(/'/g, "'\\''")}'`;
const json = (value) => JSON.stringify(value);
const HOP = /^(host|content-length|connection|transfer-encoding|date|authorization|x-fc-security-token)$/i;

function headersOf(row) {
  return (row.request_headers || '').split('\n').filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
    .filter(([name]) => !HOP.test(name));
}

function curl(row) {
  const headers = headersOf(row).filter(([name]) => !/^(user-agent|accept)$/i.test(name));
  const parts = [`curl -i -X ${row.method} ${quote(location.origin + row.path + (row.query && !row.path.includes('?') ? `?${row.query}` : ''))}`, `-H ${quote(`Host: ${row.host}`)}`,
    ...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`)];
  if (row.request_body) parts.push(`--data-binary ${quote(row.request_body)}`);
  return parts.join(' \\\n  ');
}

function node(row) {
  const call = row.operation === 'InvokeFunction'
    ? `const answer = await client.invokeFunction(${json(row.service || '')}, ${json(row.function)}, ${json(row.request_body || '')});`
    : `const answer = await client.${(row.method || 'GET').toLowerCase()}(${json(row.path.replace(/^.*?\/2016-08-15/, ''))}${row.request_body ? `, ${row.request_body}` : ''});`;
  return `import FC from '@alicloud/fc2';\n\nconst client = new FC(${json(row.account)}, { accessKeyID: 'test', accessKeySecret: 'test', region: ${json(row.region)} });\nclient.endpoint = ${json(location.origin)};\n${call}\nconsole.log(answer.data);\n`;
}

function python(row) {
  const call = row.operation === 'InvokeFunction'
    ? `answer = client.invoke_function(${json(row.service || '')}, ${json(row.function)}, payload=${json(row.request_body || '')}.encode())`
    : `answer = client._do_request(${json(row.method)}, ${json(row.path.replace(/^.*?\/2016-08-15/, ''))}, {})`;
  return `import fc2\n\nclient = fc2.Client(endpoint=${json(location.origin)}, accessKeyID="test", accessKeySecret="test")\n${call}\nprint(answer.data)\n`;
}

function go(row) {
  return `client, err := fc.NewClient(${json(location.origin)}, "2016-08-15", "test", "test")\nif err != nil {\n\tlog.Fatal(err)\n}\nanswer, err := client.InvokeFunction(fc.NewInvokeFunctionInput(${json(row.service || '')}, ${json(row.function || '')}).WithPayload([]byte(${json(row.request_body || '')})))\n`;
}

/** A rule that strikes calls like this one as this one was answered, or with a throttle. */
export function ruleOf(row) {
  const match = [['operation', row.operation], ['service', row.service], ['function', row.function], ['region', row.region]].filter(([, value]) => value);
  const code = row.status >= 400 && row.code ? row.code : 'ResourceExhausted';
  return `version: 1\nrules:\n  - id: like-${(row.function || row.operation || 'this').toLowerCase().replace(/[^a-z0-9-]+/g, '-')}\n    match:\n${match.map(([key, value]) => `      ${key}: ${json(value)}\n`).join('')}    when: {probability: 30%}\n    do: {error: ${code}}\n`;
}

const strikeOf = (row) => (row.status >= 400 && row.code ? row.code : 'ResourceThrottled');
const wordOf = (row) => (row.function || row.operation || 'call').replace(/[^A-Za-z0-9]+/g, '_');
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const nameOf = (row) => row.function || 'pay';

function verify(row) {
  const match = { ...(row.operation ? { operation: row.operation } : {}), ...(row.function ? { function: row.function } : {}) };
  return `# fcemu verify --file this.yaml\n- calls: {match: ${json(match)}, gte: 1}\n- retries: {match: ${json(match)}, lte: 3}\n`;
}

function pytest(row) {
  return `import pytest

from shop import call  # what is tested: it takes a client and retries


@pytest.mark.fault(${json(strikeOf(row))}, function=${json(nameOf(row))}, times=2)
def test_${wordOf(row).toLowerCase()}_survives(fcemu):
    fcemu.stub(${json(nameOf(row))}, json={"ok": True})
    call(fcemu.client(), payload=${json(row.request_body || '')})
    fcemu.verify(calls={"match": {"function": ${json(nameOf(row))}}, "eq": 3})
`;
}

function nodeTest(row) {
  return `import { test } from 'fcemu/node-test';
import { call } from './shop.js'; // what is tested: it takes a client and retries

test(${json(`${nameOf(row)} survives`)}, { fault: [${json(strikeOf(row))}, { function: ${json(nameOf(row))}, times: 2 }] }, async (t, cloud) => {
  await cloud.stub(${json(nameOf(row))}, { json: { ok: true } });
  await call(cloud.client(), ${json(row.request_body || '')});
  await cloud.verify({ calls: { match: { function: ${json(nameOf(row))} }, eq: 3 } });
});
`;
}

function goTest(row) {
  return `package shop

import (
	"testing"

	"fcemu/fcemutest"
	"fcemu/fcemutest/fc3"
)

func Test${capital(wordOf(row))}Survives(t *testing.T) {
	t.Parallel()
	cloud := fcemutest.Start(t)
	cloud.Stub(${json(nameOf(row))}, fcemutest.Answer{JSON: map[string]bool{"ok": true}})
	cloud.Fault(${json(strikeOf(row))}, fcemutest.Strike{Function: ${json(nameOf(row))}, Times: 2})
	if err := Call(fc3.Client(cloud), ${json(row.request_body || '')}); err != nil { // what is tested
		t.Error(err)
	}
	cloud.Verify(fcemutest.M{"calls": fcemutest.M{"match": fcemutest.M{"function": ${json(nameOf(row))}}, "eq": 3}})
}
`;
}

function junit(row) {
  return `import fcemu.junit5.Answer;
import fcemu.junit5.Clients;
import fcemu.junit5.Cloud;
import fcemu.junit5.Emulator;
import fcemu.junit5.Fault;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Emulator
class ${capital(wordOf(row))}Test {
    @Test
    @Fault(value = ${json(strikeOf(row))}, function = ${json(nameOf(row))}, times = 2)
    void survives(Cloud cloud) throws Exception {
        cloud.stub(${json(nameOf(row))}, Answer.json(Map.of("ok", true)));
        Shop.call(Clients.fc3(cloud), ${json(row.request_body || '')}); // what is tested
        cloud.verify(Map.of("calls", Map.of("match", Map.of("function", ${json(nameOf(row))}), "eq", 3)));
    }
}
`;
}

export const FORMS = [
  { id: 'curl', name: 'curl', write: curl }, { id: 'node', name: 'Node.js', write: node }, { id: 'python', name: 'Python', write: python },
  { id: 'go', name: 'Go', write: go }, { id: 'rule', name: 'rule (YAML)', write: ruleOf }, { id: 'verify', name: 'assertions (YAML)', write: verify },
  { id: 'pytest', name: 'pytest', write: pytest }, { id: 'nodetest', name: 'node:test', write: nodeTest },
  { id: 'gotest', name: 'go test', write: goTest }, { id: 'junit', name: 'JUnit 5', write: junit },
];

export const written = (form, row) => FORMS.find(({ id }) => id === form).write(row);
