// The gateway between a backend and phones: takes the messages that are posted to it, as a push gateway and one for SMS
// would, and shows them to whoever plays the people. It runs a command that finds it by its environment:
//   node gateway.js COMMAND [ARGUMENT…]
'use strict';
const {spawn} = require('node:child_process');
const {createHmac, randomBytes, timingSafeEqual} = require('node:crypto');
const http = require('node:http');

const key = randomBytes(24);
const came = [];  // every message that was signed, the same one twice where it came twice

// By Standard Webhooks 1.0.
function signed(headers, body) {
  const {'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature} = headers;
  if (!id || !signature) return false;
  const right = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`);
  return signature.length === right.length && timingSafeEqual(Buffer.from(signature), right);
}

// The first push of all finds the gateway busy: it must come again. So must one that is older than five minutes: time may
// have passed at once while it was on its way.
function take({url, headers}, body) {
  if (!signed(headers, body)) return 401;
  if (Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) > 300) return 503;
  const status = url === '/push' && !came.some(({to}) => to === url) ? 503 : 200;
  came.push({to: url, id: headers['webhook-id'], status, message: JSON.parse(body)});
  return status;
}

const server = http.createServer((request, response) => {
  if (request.method === 'GET') return response.end(JSON.stringify(came));
  const parts = [];
  request.on('data', (part) => parts.push(part)).on('end', () => {
    response.writeHead(take(request, Buffer.concat(parts).toString())).end();
  });
});

server.listen(0, '127.0.0.1', () => {
  const gateway = `http://127.0.0.1:${server.address().port}`;
  const secret = `whsec_${key.toString('base64')}`;
  const command = spawn(process.argv[2], process.argv.slice(3), {stdio: 'inherit', env: {
    ...process.env, MESSAGE_GATEWAY: gateway,
    BAODAO_INBOX_PUSH_URL: `${gateway}/push`, BAODAO_INBOX_PUSH_SECRET: secret,
    BAODAO_REGISTRATION_SMS_URL: `${gateway}/sms`, BAODAO_REGISTRATION_SMS_SECRET: secret,
  }});
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => command.kill(signal));
  command.on('exit', (code) => process.exit(code ?? 1));
});
