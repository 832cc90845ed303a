// Written by fcemu, for programs started with what `fcemu env` prints: connections to the names that it serves end at
// FCEMU_ADDRESS. Nothing else about them is changed.
'use strict';

const net = require('net');

const where = process.env.FCEMU_ADDRESS || '127.0.0.1:8252';
const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(where) || [];
const served = /\.({zones})$/i;
const [, network] = /^(127\.\d+\.\d+)\.0\/24$/.exec(process.env.FCEMU_LISTEN_PER_REGION || '') || [];
const regions = '{regions}'.split(' ');

// Of its region, where each has one: the public names first, those of the inner network behind them.
function addressOf(name) {
  const labels = name.toLowerCase().split('.');
  const isOther = labels.slice(-2).join('.') === 'aliyuncs.com' && labels[labels.length - 3] !== 'fc';

  if (!network || (isOther && !/^fc(v3)?(-vpc)?$/.test(labels[0]))) return address;
  for (const label of labels) {
    const region = label.replace(/-(internal|vpc)$/, '');
    const inner = region !== label || labels[0].endsWith('-vpc');

    if (regions.includes(region)) return `${network}.${1 + regions.indexOf(region) + (inner ? 128 : 0)}`;
  }
  return address;
}

const { connect } = net.Socket.prototype;

net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];

  if (port && options && typeof options === 'object' && served.test(options.host)) {
    const own = addressOf(options.host);
    const family = net.isIP(own) || 4;
    options.port = Number(port);
    options.lookup = (name, how, done) =>
      process.nextTick(done, null, how.all ? [{ address: own, family }] : own, family);
  }
  return connect.apply(this, args);
};
