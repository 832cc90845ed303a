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
  const parts = [`curl -i -X ${row.method} ${quote(location.origin + row.path)}`, `-H ${quote(`Host: ${row.host}`)}`,
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

function test(row) {
  const match = { ...(row.operation ? { operation: row.operation } : {}), ...(row.function ? { function: row.function } : {}) };
  return `# fcemu verify --file this.yaml\n- calls: {match: ${json(match)}, gte: 1}\n- retries: {match: ${json(match)}, lte: 3}\n`;
}

export const FORMS = [
  { id: 'curl', name: 'curl', write: curl }, { id: 'node', name: 'Node.js', write: node }, { id: 'python', name: 'Python', write: python },
  { id: 'go', name: 'Go', write: go }, { id: 'rule', name: 'rule (YAML)', write: ruleOf }, { id: 'verify', name: 'assertions (YAML)', write: test },
];

export const written = (form, row) => FORMS.find(({ id }) => id === form).write(row);
