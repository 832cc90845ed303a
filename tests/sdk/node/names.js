// Preloaded into the tests: every *.aliyuncs.com name leads to the daemon, whatever the port, as a hosts entry and a listener on
// ports 80 and 443 would. The clients are not changed: they resolve, connect, and send the real Host and server name.
'use strict';

const dns = require('dns');
const net = require('net');

const emulated = (host) => typeof host === 'string' && host.endsWith('.aliyuncs.com');
const { connect } = net.Socket.prototype;
const { lookup } = dns;

dns.lookup = (host, options, done = options) => {
  if (!emulated(host)) {
    return lookup(host, options, done);
  }
  const all = typeof options === 'object' && options.all;
  process.nextTick(done, null, all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
};

net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (options && emulated(options.host)) {
    options.port = Number(process.env.FCEMU_PORT);
    options.lookup = dns.lookup;
  }
  return connect.apply(this, args);
};
