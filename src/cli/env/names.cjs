// Written by fcemu, for programs started with what `fcemu env` prints: connections to the names that it serves end at
// FCEMU_ADDRESS. Nothing else about them is changed.
'use strict';

const net = require('net');

const where = process.env.FCEMU_ADDRESS || '127.0.0.1:8252';
const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(where) || [];
const served = /\.({zones})$/i;
const { connect } = net.Socket.prototype;

net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];

  if (port && options && typeof options === 'object' && served.test(options.host)) {
    const family = net.isIP(address) || 4;
    options.port = Number(port);
    options.lookup = (name, how, done) =>
      process.nextTick(done, null, how.all ? [{ address, family }] : address, family);
  }
  return connect.apply(this, args);
};
