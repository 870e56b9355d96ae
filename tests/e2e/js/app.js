// An app of its own: a client that shares no code with the backend. The backend is found by BAODAO_DIR and
// BAODAO_PORT_BASE and has the areas of 杨浦区.
'use strict';
const assert = require('node:assert/strict');
const {execFileSync} = require('node:child_process');
const {randomInt, randomUUID} = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const root = path.join(__dirname, '../../..');
const dir = process.env.BAODAO_DIR || path.join(root, 'var');
const base = Number(process.env.BAODAO_PORT_BASE || 7100);
const packages = ['registration', 'lists', 'dispatch', 'matching', 'inbox', 'records'];  // by port, from the base + 1 on

// The client of each RPC, by its name; and those that are for people, as long as nobody has called them.
const clients = new Map();
const uncalled = new Set();
for (const [index, name] of packages.entries()) {
  const protos = fs.readdirSync(path.join(root, 'protos/baodao', name, 'v1')).map((file) => `baodao/${name}/v1/${file}`);
  const {baodao} = grpc.loadPackageDefinition(loader.loadSync(protos,
    {includeDirs: [path.join(root, 'protos')], keepCase: true, enums: String, longs: Number, defaults: true}));
  for (const Service of Object.values(baodao[name].v1).filter((type) => type.service)) {
    const client = new Service(`127.0.0.1:${base + index + 1}`, grpc.credentials.createInsecure());
    for (const [method, {options}] of Object.entries(Service.service)) {
      assert.ok(!clients.has(method), `two services have a ${method}`);
      clients.set(method, client);
      const {audience, roles = []} = options['(auth.v1.rule)'];
      if (audience !== 'AUDIENCE_SERVICE' && !roles.includes('ROLE_OPERATOR')) uncalled.add(method);
    }
  }
}

// Time that passes at once: for the backend, and for all else that has the clock of the story (preload/clock.cc), like
// this process.
let ahead = 0;
function pass(seconds) {
  assert.ok(seconds >= 0, 'time never goes back');
  ahead += Math.ceil(seconds);
  fs.writeFileSync(process.env.STORY_CLOCK, new BigInt64Array([BigInt(ahead)]), {flag: 'r+'});
}

class Caller {
  // Before it calls anything.
  async ready() {}

  metadata() {
    const metadata = new grpc.Metadata();
    if (this.token) metadata.set('authorization', `Bearer ${this.token}`);
    return metadata;
  }

  async call(method, request) {
    uncalled.delete(method);
    await this.ready();
    return new Promise((resolve, reject) => {
      // A message without a request_id leaves it out.
      clients.get(method)[method]({request_id: randomUUID(), ...request}, this.metadata(),
        {deadline: Date.now() + 10_000}, (error, answer) => error ? reject(error) : resolve(answer));
    });
  }

  stream(method, request) {
    uncalled.delete(method);
    return clients.get(method)[method](request, this.metadata(), {deadline: Date.now() + 30_000});
  }

  // A file that comes in parts.
  async download(method, request) {
    await this.ready();
    return new Promise((resolve, reject) => {
      const parts = [];
      this.stream(method, request).on('data', ({content}) => parts.push(content)).on('error', reject)
        .on('end', () => resolve(Buffer.concat(parts)));
    });
  }
}

// Somebody who has not signed in.
const anybody = new Caller();

class Person extends Caller {
  static number() {
    return `139${randomInt(1e7, 1e8)}`;
  }

  // A code that is sent to the phone: one a minute, and one of a device that has signed in with it.
  static async code(phone, device_token = '') {
    const {challenge_id} = await anybody.call('RequestLoginCode', {phone, device_token});
    if (process.env.MESSAGE_GATEWAY) {
      const {message} = (await messages('/sms')).filter(({message}) => message.phone === phone).at(-1);
      return {code: message.params.code, challenge_id};
    }
    const codes = fs.readFileSync(path.join(dir, 'login-codes.txt'), 'utf8').split('\n');
    return {code: codes.filter((line) => line.includes(phone)).at(-1).split(' ').at(-1), challenge_id};
  }

  static async login(phone = Person.number(), device_name = '') {
    const tokens = await anybody.call('Login', {phone, device_name, ...await Person.code(phone)});
    const person = Object.assign(new Person(), {phone, id: tokens.person.person_id, device: tokens.device_token});
    person.keep(tokens);
    if (tokens.consent_required) await person.consent();
    return person;
  }

  // As an app asks for it, before anything else.
  async consent() {
    const {version} = await anybody.call('GetPrivacyTerms', {});
    return this.call('GiveConsent', {person_id: this.id, version});
  }

  // As an operator appoints somebody.
  async appoint(role, area_code) {
    const ctl = path.resolve(root, process.env.BUILD || 'build', 'bin/baodaoctl');
    const operator = new Caller();
    operator.token = execFileSync(ctl, ['--keys', path.join(dir, 'keys'), 'token', 'mint', '--operator'],
      {encoding: 'utf8'}).trim();
    await operator.call('GrantRole', {person_id: this.id, role, area_code});
    await this.renew();
  }

  keep({access_token, access_expire_time, refresh_token}) {
    Object.assign(this, {token: access_token, expires: access_expire_time.seconds * 1000, refresh: refresh_token});
  }

  // The roles that somebody has count from their next token on.
  async renew() {
    this.keep(await anybody.call('RefreshTokens', {refresh_token: this.refresh}));
  }

  // A token is good for a quarter of an hour.
  async ready() {
    if (Date.now() > this.expires - 60_000) await this.renew();
  }

  // A notification of this kind, and of this subject where one is named, once it is in the inbox.
  heard(kind, subject_id) {
    return until(kind, async () => {
      const {notifications} = await this.call('ListNotifications', {person_id: this.id, page_size: 200});
      return find(notifications, kind, subject_id);
    });
  }

  // The first of this kind after a cursor, as an open app has it.
  async watched(kind, cursor) {
    await this.ready();
    return new Promise((resolve, reject) => {
      const stream = this.stream('WatchInbox', {person_id: this.id, resume_token: cursor});
      stream.on('error', reject).on('data', ({notification}) => {
        if (notification?.kind !== `NOTIFICATION_KIND_${kind}`) return;
        resolve(notification);
        stream.cancel();
      });
    });
  }

  // The same of the inbox that the coordinators of an area share.
  heardAt(area_code, kind, subject_id) {
    return until(kind, async () => {
      const {notifications} = await this.call('ListAreaNotifications', {area_code, page_size: 200});
      return find(notifications, kind, subject_id);
    });
  }

  // The pushes that the gateway has passed on to this person's phones.
  async pushed() {
    return (await messages('/push')).filter(({message, status}) => message.personId === this.id && status === 200);
  }
}

function find(notifications, kind, subject_id) {
  return notifications.find((one) => one.kind === `NOTIFICATION_KIND_${kind}` &&
    (!subject_id || one.subject_id === subject_id));
}

// The messages that have come to an address of the gateway (gateway.js), in the order it came.
async function messages(to) {
  const came = await (await fetch(process.env.MESSAGE_GATEWAY)).json();
  return came.filter((one) => one.to === to);
}

async function refused(answer, reason) {
  const error = await answer.then(() => assert.fail(`not refused with ${reason}`), (error) => error);
  assert.ok(error.metadata, error);
  assert.ok(error.metadata.get('grpc-status-details-bin')[0].includes(reason), error);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The effects of an event follow a moment later.
async function until(what, look) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const found = await look();
    if (found) return found;
  }
  assert.fail(`waited in vain for ${what}`);
}

// Tells how it ended by the exit code.
function play(story) {
  story().then(() => process.exit(0), (error) => {
    console.error(error, String(error.metadata?.get('grpc-status-details-bin')[0] ?? ''));
    process.exit(1);
  });
}

module.exports = {anybody, grpc, messages, pass, Person, play, refused, sleep, uncalled, until};
