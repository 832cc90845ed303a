// No call yet: what to paste, in the reader's language, already with this daemon's address.
import { html, useState } from '../lib/html.js';
import { Copyable, Tabs } from '../lib/parts.js';
import { t } from '../lib/words.js';

const ACCOUNT = '16530750';
const REGION = 'cn-shanghai';

const LINES = (at) => [
  { id: 'curl', name: 'curl', text: `curl -X POST ${at}/2016-08-15/services \\
  -H 'Host: ${ACCOUNT}.${REGION}.fc.aliyuncs.com' -d '{"serviceName":"demo"}'` },
  { id: 'node', name: 'Node.js', text: `// npm install @alicloud/fc2
const FC = require('@alicloud/fc2');
const client = new FC('${ACCOUNT}', { accessKeyID: 'test', accessKeySecret: 'test', region: '${REGION}', endpoint: '${at}' });
client.createService('demo').then(({ data }) => console.log(data));` },
  { id: 'python', name: 'Python', text: `# pip install aliyun-fc2
import fc2
client = fc2.Client(endpoint='${at}', accessKeyID='test', accessKeySecret='test')
print(client.create_service('demo').data)` },
  { id: 'go', name: 'Go', text: `// go get github.com/aliyun/fc-go-sdk
client, _ := fc.NewClient("${at}", "2016-08-15", "test", "test")
answer, err := client.CreateService(fc.NewCreateServiceInput().WithServiceName("demo"))` },
  { id: 'java', name: 'Java', text: `// com.aliyun:aliyun-java-sdk-fc
Config config = new Config("${REGION}", "${ACCOUNT}", "test", "test", null, false);
config.setEndpoint("${at}");
new FunctionComputeClient(config).createService(new CreateServiceRequest().setServiceName("demo"));` },
  { id: 'php', name: 'PHP', text: `# composer require aliyunfc/fc-php-sdk
$client = new AliyunFC\\Client(['endpoint' => '${at}', 'accessKeyID' => 'test', 'accessKeySecret' => 'test']);
$client->createService('demo');` },
  { id: 'shell', name: t('by name'), text: `eval "$(fcemu env)"    ${t('# and then your program as it is')}` },
];

export function Start() {
  const [chosen, choose] = useState('curl');
  const tabs = LINES(location.origin).map(({ id, name, text }) => ({ id, name, body: () => html`<${Copyable} text=${text} label=${t('Lines to paste')} />` }));
  return html`<section class="start"><h1>${t('No call has come yet')}</h1>
    <p>${t('This daemon listens at {address}. Lead a client to it, and what it does appears here.', { address: location.origin })}</p>
    <${Tabs} label=${t('Language of the client')} tabs=${tabs} at=${chosen} choose=${choose} /></section>`;
}
