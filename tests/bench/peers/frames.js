// What every Node.js function costs at least: a frame of <length u32><bytes> comes, and goes back.
const channel = new (require('net').Socket)({ fd: 3 });
let waiting = Buffer.alloc(0);

channel.on('data', (data) => {
  waiting = waiting.length ? Buffer.concat([waiting, data]) : data;
  if (waiting.length < 4 || waiting.readUInt32LE(0) > waiting.length - 4) return;
  channel.write(waiting);
  waiting = Buffer.alloc(0);
});
channel.on('end', () => process.exit(0));
