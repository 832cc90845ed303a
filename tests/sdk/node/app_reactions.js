// A program with the classic client and one call, for `fcemu react`: it says what it saw, and ends with 1 when it saw an error.
'use strict';

const FC = require('@alicloud/fc2');

const endpoint = `http://${process.env.FCEMU_ADDRESS}/@cn-shanghai/16530750`;
const client = new FC('16530750', { accessKeyID: 'LTAI-test', accessKeySecret: 'secret', region: 'cn-shanghai', endpoint, timeout: 60000 });

(process.argv[2] === 'invoke' ? client.invokeFunction('demo', 'pay', '{}') : client.listServices()).catch((error) => {
  console.log(`${error.name} ${error.code} ${error.message}`);
  process.exit(1);
});
