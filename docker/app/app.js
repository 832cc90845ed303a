// Calls three functions by the service's real host name over HTTPS and prints what the official client made of each answer.
'use strict';

const FC = require('@alicloud/fc2');

const client = new FC('16530750', {
  accessKeyID: 'LTAI-sample',
  accessKeySecret: 'sample',
  region: 'cn-shanghai',
  secure: true,
});

async function call(name) {
  try {
    const { data } = await client.invokeFunction('demo', name, 'event');
    console.log(`${name}: ${data}`);
  } catch (error) {
    console.log(`${name}: ${error.name} ${error.code}`);
  }
}

(async () => {
  await call('hello-app');
  await call('raise-ResourceExhausted');
  await call('net-reset');
})();
