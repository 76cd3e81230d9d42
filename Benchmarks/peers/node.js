// The echo service on node's own HTTP server, in one process.
// usage: node node.js PORT

'use strict';
const http = require('node:http');

const text = Buffer.from('GET request processed successfully');
const prefix = Buffer.from('echo: ');

function answer(response, type, content) {
  response.writeHead(200, {
    'Access-Control-Allow-Origin': '*',
    'Content-Type': type,
    'Content-Length': content.length,
  });
  response.end(content);
}

const server = http.createServer((request, response) => {
  if (request.method === 'GET') return answer(response, 'text/plain; charset=utf-8', text);
  const parts = [prefix];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => answer(response, 'text/plain', Buffer.concat(parts)));
});
// Idle connections stay open for as long as a measurement takes.
server.keepAliveTimeout = 600_000;
server.listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0), backlog: 1024 });
