// Official clients, led to an account by its endpoint.
import { createRequire } from 'node:module';
import path from 'node:path';

const KEYS = { accessKeyId: 'LTAI-fcemu', accessKeySecret: 'fcemu' }; // taken where signatures are not demanded

// The project's own, wherever this package lies.
function load(name) {
  const project = createRequire(path.join(process.cwd(), 'package.json'));
  try {
    return { module: project(name), beside: createRequire(project.resolve(name)) };
  } catch (problem) {
    if (problem.code !== 'MODULE_NOT_FOUND') throw problem;
    throw new Error(`the official client ${name} is not installed: npm install ${name}`, { cause: problem });
  }
}

function tea(account, name, configOf, config) {
  const { module, beside } = load(name);
  const Config = configOf(beside);
  return new module.default(new Config({ ...KEYS, regionId: account.region, endpoint: account.endpoint, protocol: 'http', ...config }));
}

const makers = {
  '2023-03-30': (account, config) => tea(account, '@alicloud/fc20230330', (beside) => beside('@alicloud/openapi-core').$OpenApiUtil.Config, config),
  '2021-04-06': (account, config) => tea(account, '@alicloud/fc-open20210406', (beside) => beside('@alicloud/openapi-client').Config, config),
  '2016-08-15': (account, config) => {
    const { module: FC } = load('@alicloud/fc2');
    return new FC(account.number, { accessKeyID: KEYS.accessKeyId, accessKeySecret: KEYS.accessKeySecret, region: account.region, endpoint: account.url, ...config });
  },
};

export function makeClient(account, api, config) {
  const make = makers[api];
  if (!make) throw new RangeError(`api ${JSON.stringify(api)} is not one of ${Object.keys(makers).join(', ')}`);
  return make(account, config);
}
