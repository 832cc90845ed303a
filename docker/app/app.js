// Deploys a function and calls it, and four that stand for others, by the service's real host name over HTTPS; prints what the official
// client made of each answer.
'use strict';

const FC = require('@alicloud/fc2');
const JSZip = require('jszip');

const client = new FC('16530750', {
  accessKeyID: 'LTAI-sample',
  accessKeySecret: 'sample',
  region: 'cn-shanghai',
  secure: true,
});

const CODE = `def handler(event, context):
    return "served " + event.decode() + " in " + context.region
`;

async function deploy(name) {
  const zip = new JSZip();
  zip.file('index.py', CODE);
  await client.createService('demo');
  await client.createFunction('demo', {
    functionName: name,
    runtime: 'python3',
    handler: 'index.handler',
    code: { zipFile: await zip.generateAsync({ type: 'base64' }) },
  });
}

async function call(name) {
  try {
    const { data } = await client.invokeFunction('demo', name, 'event');
    console.log(`${name}: ${typeof data === 'string' ? data : JSON.stringify(data)}`);
  } catch (error) {
    console.log(`${name}: ${error.name} ${error.code}`);
  }
}

(async () => {
  await deploy('deployed');
  await call('deployed');
  await call('hello-app');
  await call('raise-ResourceExhausted');
  await call('raise-ResourceThrottled');
  await call('net-reset');
})();
