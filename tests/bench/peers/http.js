// node:http with nothing in front of it: the same echo.
const server = require('http').createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => response.end(Buffer.concat(parts)));
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
